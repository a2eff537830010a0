#include <ioc_slots_esp32.h>

#include <esp_ota_ops.h>
#include <esp_partition.h>
#include <nvs.h>

static struct {
    const esp_partition_t *running, *other;
    nvs_handle_t store;
} board;

static uint32_t slots_running(void *context) {
    (void)context;
    return board.running->subtype - ESP_PARTITION_SUBTYPE_APP_OTA_0;
}

/* Erases each sector that begins within. Where flash is encrypted, 16 bytes are written at a time: the last piece is
 * padded. */
static ioc_status_t slots_write(void *context, uint32_t offset, const uint8_t *bytes, size_t length) {
    uint8_t tail[IOC_OTA_UNIT_BYTES];
    const uint32_t sector = board.other->erase_size, first = (offset + sector - 1) / sector * sector;
    const uint32_t end = offset + (uint32_t)length, rest = (uint32_t)length % sizeof tail;
    (void)context;
    if (first < end && esp_partition_erase_range(board.other, first, (end - first + sector - 1) / sector * sector) != ESP_OK)
        return IOC_ERR_FLASH;
    if (length > rest && esp_partition_write(board.other, offset, bytes, length - rest) != ESP_OK) return IOC_ERR_FLASH;
    if (rest == 0) return IOC_OK;
    for (uint32_t i = 0; i < sizeof tail; i++)
        tail[i] = i < rest ? bytes[length - rest + i] : 0xff;
    return esp_partition_write(board.other, end - rest, tail, sizeof tail) == ESP_OK ? IOC_OK : IOC_ERR_FLASH;
}

static ioc_status_t slots_read(void *context, uint32_t offset, uint8_t *bytes, size_t length) {
    (void)context;
    return esp_partition_read(board.other, offset, bytes, length) == ESP_OK ? IOC_OK : IOC_ERR_FLASH;
}

/* ESP-IDF looks at the image itself too: its header, its checksum, and with secure boot its signature. */
static ioc_status_t slots_activate(void *context) {
    (void)context;
    return esp_ota_set_boot_partition(board.other) == ESP_OK ? IOC_OK : IOC_ERR_FLASH;
}

static ioc_status_t slots_confirm(void *context) {
    (void)context;
    return esp_ota_mark_app_valid_cancel_rollback() == ESP_OK ? IOC_OK : IOC_ERR_FLASH;
}

/* What is not confirmed by the next start is rolled back by the bootloader. */
static ioc_status_t slots_revert(void *context) {
    (void)context;
    return IOC_OK;
}

static ioc_status_t slots_load(void *context, uint8_t *bytes, size_t capacity, size_t *length) {
    (void)context;
    *length = capacity;
    switch (nvs_get_blob(board.store, "ota", bytes, length)) {
    case ESP_OK: return IOC_OK;
    case ESP_ERR_NVS_NOT_FOUND: *length = 0; return IOC_OK;
    default: return IOC_ERR_FLASH;
    }
}

static ioc_status_t slots_store(void *context, ioc_slice_t record) {
    (void)context;
    if (nvs_set_blob(board.store, "ota", record.bytes, record.length) != ESP_OK) return IOC_ERR_FLASH;
    return nvs_commit(board.store) == ESP_OK ? IOC_OK : IOC_ERR_FLASH;
}

ioc_status_t ioc_slots_esp32(ioc_slots_t *slots) {
    board.running = esp_ota_get_running_partition();
    board.other = esp_ota_get_next_update_partition(NULL);
    if (!board.running || !board.other || nvs_open("ioconnect-ota", NVS_READWRITE, &board.store) != ESP_OK)
        return IOC_ERR_FLASH;
    *slots = (ioc_slots_t){NULL,           board.other->size, board.other->erase_size, slots_running,
                           slots_write,    slots_read,        slots_activate,          slots_confirm,
                           slots_revert,   slots_load,        slots_store};
    return IOC_OK;
}
