/* board.c: the C library and PSA on an emulated board: standard streams over its serial port, memory, randomness. */
#include "board.h"
#include <mbedtls/memory_buffer_alloc.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <unistd.h>

static int put(char byte, FILE *stream) {
    (void)stream;
    board_put((uint8_t)byte);
    return (unsigned char)byte;
}

static int get(FILE *stream) {
    (void)stream;
    return board_get();
}

static FILE port = FDEV_SETUP_STREAM(put, get, NULL, _FDEV_SETUP_RW);
FILE *const stdin = &port;
FILE *const stdout = &port;
FILE *const stderr = &port;

/* All that PSA allocates from. */
static unsigned char arena[12 * 1024];

__attribute__((constructor)) static void give_memory(void) {
    mbedtls_memory_buffer_alloc_init(arena, sizeof arena);
}

/* An emulator has no noise: a generator of equal numbers each time, which blinds PSA's arithmetic and makes no key. */
psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context, uint8_t *output,
                                             size_t size, size_t *length) {
    static uint32_t state = 1;
    (void)context;
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        output[i] = (uint8_t)(state >> 24);
    }
    *length = size;
    return PSA_SUCCESS;
}

/* Whoever reads the port sees that nothing comes any more. */
void _exit(int status) {
    (void)status;
    for (;;)
        continue;
}

int kill(pid_t process, int signal) {
    (void)process;
    (void)signal;
    return 0;
}

pid_t getpid(void) {
    return 1;
}
