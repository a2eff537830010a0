/* ioc_esp32.h: the platform layer of ESP32 chips, on ESP-IDF 5.1 and later: NVS, partitions, esp-mqtt, esp_http_client. */
#ifndef IOC_ESP32_H
#define IOC_ESP32_H

#include <ioc_app.h>

typedef struct {
    /* Writes to the serial line; null for the console's UART, which the layer reads then too. */
    void (*write)(const uint8_t *bytes, size_t length);
    /* Joins a network at once; null where the layer is to do it with esp_wifi. */
    bool (*join)(const char *ssid, const char *passphrase);
} ioc_esp32_options_t;

/* Prepares the device: NVS, the partition "queue", its keys, and the network that was set. */
ioc_status_t ioc_esp32_begin(const ioc_esp32_options_t *options);

/* Does what is due and waits at most `limit_ms` for something to happen. Call it again and again. */
ioc_status_t ioc_esp32_step(uint32_t limit_ms);

/* Bytes of a serial line that is not the layer's. */
void ioc_esp32_read(const uint8_t *bytes, size_t length);

/* Whether the time is known and the device runs. */
bool ioc_esp32_is_open(void);

/* Gives the device's address, 0x and 40 digits. */
const char *ioc_esp32_address(void);

#endif
