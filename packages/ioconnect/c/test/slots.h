/* slots.h: two slots of firmware in memory, a bootloader and a record, whose power can be cut before and
 * after everything that is durable. */
#ifndef IOC_TEST_SLOTS_H
#define IOC_TEST_SLOTS_H

#include <ioconnect/ota.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TEST_SLOT_BYTES 4096

typedef struct {
    ioc_slots_t slots;
    uint8_t bytes[2][TEST_SLOT_BYTES];
    uint8_t record[IOC_OTA_RECORD_BYTES + 1];
    size_t record_length;
    uint32_t running;
    /* The next start is the other slot's; the one that runs is on trial. */
    bool activated, trial;
    uint64_t allowance, spent;
    bool (*fault)(void);
} test_slots_t;

static bool test_slots_spend(test_slots_t *test) {
    if (test->allowance == 0) return false;
    test->allowance--;
    test->spent++;
    return true;
}

static uint32_t test_slots_running(void *context) {
    return ((test_slots_t *)context)->running;
}

static ioc_status_t test_slots_write(void *context, uint32_t offset, const uint8_t *bytes, size_t length) {
    test_slots_t *test = context;
    uint8_t *slot = test->bytes[1 - test->running];
    if (offset % IOC_OTA_UNIT_BYTES != 0 || offset + length > test->slots.slot_bytes) abort();
    for (size_t at = offset; at < offset + length; at++) {
        if (at % test->slots.step_bytes == 0) {
            if (!test_slots_spend(test)) return IOC_ERR_FLASH;
            memset(slot + at, 0xff, test->slots.step_bytes);
        }
        if (!test_slots_spend(test)) return IOC_ERR_FLASH;
        /* A byte that is programmed twice is an error of the core's. */
        if (slot[at] != 0xff) abort();
        slot[at] = bytes[at - offset];
    }
    return IOC_OK;
}

static ioc_status_t test_slots_read(void *context, uint32_t offset, uint8_t *bytes, size_t length) {
    const test_slots_t *test = context;
    if (offset + length > test->slots.slot_bytes) abort();
    if (test->fault()) return IOC_ERR_FLASH;
    memcpy(bytes, test->bytes[1 - test->running] + offset, length);
    return IOC_OK;
}

/* Done, or not, or done and nobody told. */
static ioc_status_t test_slots_set(test_slots_t *test, bool *flag, bool value) {
    if (!test_slots_spend(test)) return IOC_ERR_FLASH;
    *flag = value;
    return test_slots_spend(test) ? IOC_OK : IOC_ERR_FLASH;
}

static ioc_status_t test_slots_activate(void *context) {
    test_slots_t *test = context;
    return test_slots_set(test, &test->activated, true);
}

static ioc_status_t test_slots_confirm(void *context) {
    test_slots_t *test = context;
    return test_slots_set(test, &test->trial, false);
}

/* What is on trial at the next start is rolled back. */
static ioc_status_t test_slots_revert(void *context) {
    test_slots_t *test = context;
    return test_slots_set(test, &test->trial, true);
}

static ioc_status_t test_slots_load(void *context, uint8_t *bytes, size_t capacity, size_t *length) {
    const test_slots_t *test = context;
    if (test->fault()) return IOC_ERR_FLASH;
    if (test->record_length > capacity) return IOC_ERR_BUFFER;
    memcpy(bytes, test->record, test->record_length);
    *length = test->record_length;
    return IOC_OK;
}

static ioc_status_t test_slots_store(void *context, ioc_slice_t record) {
    test_slots_t *test = context;
    if (!test_slots_spend(test)) return IOC_ERR_FLASH;
    if (record.length > sizeof test->record) abort();
    memcpy(test->record, record.bytes, record.length);
    test->record_length = record.length;
    return test_slots_spend(test) ? IOC_OK : IOC_ERR_FLASH;
}

static void test_slots_init(test_slots_t *test, uint32_t slot_bytes, uint32_t step_bytes,
                            bool (*fault)(void)) {
    if (slot_bytes > TEST_SLOT_BYTES) abort();
    memset(test, 0, sizeof *test);
    memset(test->bytes, 0x5a, sizeof test->bytes);
    test->slots = (ioc_slots_t){test,
                                slot_bytes,
                                step_bytes,
                                test_slots_running,
                                test_slots_write,
                                test_slots_read,
                                test_slots_activate,
                                test_slots_confirm,
                                test_slots_revert,
                                test_slots_load,
                                test_slots_store};
    test->allowance = UINT64_MAX;
    test->fault = fault;
}

/* What a bootloader does. */
static void test_slots_boot(test_slots_t *test) {
    if (test->activated || test->trial) {
        test->running = 1 - test->running;
        test->trial = test->activated;
        test->activated = false;
    }
}

#endif
