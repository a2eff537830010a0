/* flash.h: NOR flash in memory, whose power can be cut after any byte that is programmed or sector that is
 * erased. */
#ifndef IOC_TEST_FLASH_H
#define IOC_TEST_FLASH_H

#include <ioconnect/platform.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    ioc_flash_t flash;
    uint8_t *bytes;
    /* Bytes that may still be programmed; an erasure counts as one, and tears the sector where it is the
     * last. */
    uint64_t allowance;
    uint64_t spent;
    bool failed;
    /* Whether a read fails; null for never. */
    bool (*fault)(void);
} test_flash_t;

static bool test_flash_spend(test_flash_t *flash) {
    if (flash->failed || flash->allowance == 0) {
        flash->failed = true;
        return false;
    }
    flash->allowance--;
    flash->spent++;
    return true;
}

static ioc_status_t test_flash_read(void *context, uint32_t address, uint8_t *bytes, size_t length) {
    const test_flash_t *flash = context;
    if (address + length > flash->flash.sectors * flash->flash.sector_bytes) abort();
    if (flash->fault && flash->fault()) return IOC_ERR_FLASH;
    memcpy(bytes, flash->bytes + address, length);
    return IOC_OK;
}

static ioc_status_t test_flash_program(void *context, uint32_t address, const uint8_t *bytes, size_t length) {
    test_flash_t *flash = context;
    const uint32_t unit = flash->flash.unit_bytes;
    if (address + length > flash->flash.sectors * flash->flash.sector_bytes) abort();
    if (address % unit != 0 || length % unit != 0) abort();
    for (size_t i = 0; i < length; i++) {
        if (!test_flash_spend(flash)) return IOC_ERR_FLASH;
        /* A byte that is programmed twice is an error of the queue's. */
        if (flash->bytes[address + i] != 0xff) abort();
        flash->bytes[address + i] = bytes[i];
    }
    return IOC_OK;
}

static ioc_status_t test_flash_erase(void *context, uint32_t sector) {
    test_flash_t *flash = context;
    const uint32_t size = flash->flash.sector_bytes;
    /* Torn first, then whole: a cut between leaves every other half erased. */
    if (!test_flash_spend(flash)) return IOC_ERR_FLASH;
    memset(flash->bytes + sector * size + size / 2, 0xff, size / 2);
    if (!test_flash_spend(flash)) return IOC_ERR_FLASH;
    memset(flash->bytes + sector * size, 0xff, size);
    return IOC_OK;
}

static void test_flash_init(test_flash_t *flash, uint32_t sectors, uint32_t sector_bytes,
                            uint32_t unit_bytes) {
    free(flash->bytes);
    *flash = (test_flash_t){
        .flash = {flash, sector_bytes, sectors, unit_bytes, test_flash_read, test_flash_program,
                  test_flash_erase},
        .bytes = malloc(sectors * sector_bytes),
        .allowance = UINT64_MAX,
    };
    /* Flash comes as it comes: what it holds is nobody's queue. */
    memset(flash->bytes, 0x5a, sectors * sector_bytes);
}

#endif
