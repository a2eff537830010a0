/* ioc_slots_esp32.h: the two OTA slots of ESP-IDF's table of partitions. Its bootloader, with rollback enabled
 * (CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE), runs a new one once. */
#ifndef IOC_SLOTS_ESP32_H
#define IOC_SLOTS_ESP32_H

#include <ioconnect/ota.h>

/* Fills in `slots`; NVS has been opened by the layer. */
ioc_status_t ioc_slots_esp32(ioc_slots_t *slots);

#endif
