/* platform.h: what the core asks of its platform. A platform adaptation layer fills these tables in.
 * The core calls nothing else but <psa/crypto.h>. */
#ifndef IOC_PLATFORM_H
#define IOC_PLATFORM_H

#include <ioconnect/status.h>
#include <stddef.h>
#include <stdint.h>

/* Randomness and time. */
typedef struct {
    void *context;
    /* Fills `bytes` from a cryptographic generator; ioc_psa_random where PSA has one. */
    ioc_status_t (*random)(void *context, uint8_t *bytes, size_t length);
    /* Returns seconds since the epoch, or 0 as long as they are not known (before SNTP). */
    uint64_t (*seconds)(void *context);
} ioc_platform_t;

/* The randomness of PSA's own generator. */
ioc_status_t ioc_psa_random(void *context, uint8_t *bytes, size_t length);

/* NOR flash, or a file that stands for it: erased bytes are 0xff, and no byte is programmed twice between
 * erasures. Power may fail within any call: `program` then wrote any part of its bytes, `erase` left anything
 * behind. */
typedef struct {
    void *context;
    uint32_t sector_bytes;
    /* At least two. */
    uint32_t sectors;
    /* Bytes that are programmed at a time, 1, 2, 4, 8 or 16: addresses and lengths of `program` are
     * multiples. */
    uint32_t unit_bytes;
    ioc_status_t (*read)(void *context, uint32_t address, uint8_t *bytes, size_t length);
    ioc_status_t (*program)(void *context, uint32_t address, const uint8_t *bytes, size_t length);
    ioc_status_t (*erase)(void *context, uint32_t sector);
} ioc_flash_t;

#endif
