#define _GNU_SOURCE
#include <ioc_slots_linux.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Nothing is erased: what power loss may cost is only a question of how often is synced. */
#define STEP_BYTES 65536

static const char STATE[] = "slots", RECORD[] = "ota";
static const char *const SLOTS[] = {"slot0", "slot1"};

static struct {
    int directory;
    /* The slot that runs, whether on trial, and whether the other one is next. */
    uint8_t state[3];
} board;

enum { RUNNING, TRIAL, ACTIVATED };

static ioc_status_t load(const char *name, uint8_t *bytes, size_t capacity, size_t *length) {
    const int file = openat(board.directory, name, O_RDONLY | O_CLOEXEC);
    *length = 0;
    if (file < 0) return errno == ENOENT ? IOC_OK : IOC_ERR_FLASH;
    const ssize_t count = read(file, bytes, capacity);
    close(file);
    if (count < 0) return IOC_ERR_FLASH;
    *length = (size_t)count;
    return IOC_OK;
}

/* A draft takes the old file's place once it is on the disk, and so is its name. */
static ioc_status_t save(const char *name, ioc_slice_t value) {
    static const char DRAFT[] = "ota-draft";
    const int file = openat(board.directory, DRAFT, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return IOC_ERR_FLASH;
    bool done = write(file, value.bytes, value.length) == (ssize_t)value.length && fsync(file) == 0;
    if (close(file) != 0) done = false;
    return done && renameat(board.directory, DRAFT, board.directory, name) == 0 && fsync(board.directory) == 0
               ? IOC_OK
               : IOC_ERR_FLASH;
}

static ioc_status_t load_state(void) {
    size_t length;
    memset(board.state, 0, sizeof board.state);
    const ioc_status_t status = load(STATE, board.state, sizeof board.state, &length);
    if (status != IOC_OK || length == 0) return status;
    return length == sizeof board.state && board.state[RUNNING] <= 1 ? IOC_OK : IOC_ERR_FLASH;
}

static ioc_status_t set_state(int member, uint8_t value) {
    const uint8_t before = board.state[member];
    board.state[member] = value;
    const ioc_status_t status = save(STATE, ioc_slice(board.state, sizeof board.state));
    if (status != IOC_OK) board.state[member] = before;
    return status;
}

static uint32_t slots_running(void *context) {
    (void)context;
    return board.state[RUNNING];
}

static ioc_status_t slots_write(void *context, uint32_t offset, const uint8_t *bytes, size_t length) {
    (void)context;
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (offset == 0 ? O_TRUNC : 0);
    const int file = openat(board.directory, SLOTS[1 - board.state[RUNNING]], flags, 0700);
    if (file < 0) return IOC_ERR_FLASH;
    bool done = pwrite(file, bytes, length, offset) == (ssize_t)length && fsync(file) == 0;
    if (close(file) != 0) done = false;
    return done && (offset > 0 || fsync(board.directory) == 0) ? IOC_OK : IOC_ERR_FLASH;
}

static ioc_status_t slots_read(void *context, uint32_t offset, uint8_t *bytes, size_t length) {
    (void)context;
    const int file = openat(board.directory, SLOTS[1 - board.state[RUNNING]], O_RDONLY | O_CLOEXEC);
    if (file < 0) return IOC_ERR_FLASH;
    const ssize_t count = pread(file, bytes, length, offset);
    close(file);
    return count == (ssize_t)length ? IOC_OK : IOC_ERR_FLASH;
}

static ioc_status_t slots_activate(void *context) {
    (void)context;
    return set_state(ACTIVATED, 1);
}

static ioc_status_t slots_confirm(void *context) {
    (void)context;
    return set_state(TRIAL, 0);
}

static ioc_status_t slots_revert(void *context) {
    (void)context;
    return set_state(TRIAL, 1);
}

static ioc_status_t slots_load(void *context, uint8_t *bytes, size_t capacity, size_t *length) {
    (void)context;
    return load(RECORD, bytes, capacity, length);
}

static ioc_status_t slots_store(void *context, ioc_slice_t record) {
    (void)context;
    return save(RECORD, record);
}

ioc_status_t ioc_slots_linux(ioc_slots_t *slots, int directory, uint32_t slot_bytes) {
    board.directory = directory;
    *slots = (ioc_slots_t){NULL,           slot_bytes,    STEP_BYTES,   slots_running, slots_write, slots_read,
                           slots_activate, slots_confirm, slots_revert, slots_load,    slots_store};
    const ioc_status_t status = load_state();
    return status == IOC_OK && board.state[ACTIVATED] ? IOC_ERR_FIRMWARE_TRIAL : status;
}

ioc_status_t ioc_slots_launch(int directory, char *const words[]) {
    board.directory = directory;
    ioc_status_t status = load_state();
    if (status != IOC_OK) return status;
    if (board.state[ACTIVATED] || board.state[TRIAL]) {
        board.state[RUNNING] ^= 1;
        board.state[TRIAL] = board.state[ACTIVATED];
        board.state[ACTIVATED] = 0;
        status = save(STATE, ioc_slice(board.state, sizeof board.state));
        if (status != IOC_OK) return status;
    }
    char *const none[] = {NULL};
    execveat(directory, SLOTS[board.state[RUNNING]], words, environ ? environ : none, 0);
    return IOC_ERR_FLASH;
}
