/* ioc_store.h: a key-value store on two sectors of flash, for chips that bring none. Each store writes all values anew
 * into the sector that is not in use, and its check last: after power loss the old values are there or the new ones. */
#ifndef IOC_STORE_H
#define IOC_STORE_H

#include <ioconnect/platform.h>
#include <ioconnect/slice.h>

#define IOC_STORE_VALUES 6
#define IOC_STORE_KEY_BYTES 12
/* Of all values together. */
#define IOC_STORE_BYTES 1904

typedef struct {
    /* Two sectors, each of this struct's image at least. */
    const ioc_flash_t *flash;
    uint32_t sector;
    /* What is on flash: a multiple of 16 bytes. */
    struct {
        uint32_t magic;
        uint32_t generation;
        struct {
            char key[IOC_STORE_KEY_BYTES];
            uint32_t length;
        } entries[IOC_STORE_VALUES];
        uint8_t bytes[IOC_STORE_BYTES];
        uint32_t padding;
        uint32_t crc;
    } image;
} ioc_store_t;

/* Finds the newest values; none on new flash. */
ioc_status_t ioc_store_open(ioc_store_t *store, const ioc_flash_t *flash);

/* As ioc_port_t has them. */
ioc_status_t ioc_store_load(const ioc_store_t *store, const char *key, uint8_t *bytes, size_t capacity, size_t *length);
ioc_status_t ioc_store_put(ioc_store_t *store, const char *key, ioc_slice_t value);

#endif
