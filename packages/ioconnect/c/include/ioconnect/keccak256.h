/* keccak256.h: Keccak-256 as Ethereum has it (padding 0x01), which PSA lacks. Constant time: neither branches
 * nor addresses depend on what is hashed. */
#ifndef IOC_KECCAK256_H
#define IOC_KECCAK256_H

#include <ioconnect/slice.h>

typedef struct {
    uint64_t lanes[25];
    uint8_t at;
} ioc_keccak256_t;

void ioc_keccak256_init(ioc_keccak256_t *state);
void ioc_keccak256_update(ioc_keccak256_t *state, const void *bytes, size_t length);
/* Writes the digest; `state` must be initialised again before it is used again. */
void ioc_keccak256_final(ioc_keccak256_t *state, uint8_t digest[32]);

void ioc_keccak256(ioc_slice_t bytes, uint8_t digest[32]);

#endif
