/* poseidon.h: the hash of circuits over BN254's scalar field, with circomlib's parameters (8 full rounds, 60
 * partial ones, x^5), and the leaf that is made with it. Constant time, like Keccak-256. */
#ifndef IOC_POSEIDON_H
#define IOC_POSEIDON_H

#include <ioconnect/status.h>
#include <stddef.h>
#include <stdint.h>

/* Hashes 5 or 11 numbers of 32 bytes, the highest first, all below the field's order; `hash` is such a number
 * too. Takes 7 KiB of stack: the matrix, which is computed rather than kept in flash. Returns
 * IOC_ERR_ARGUMENT. */
ioc_status_t ioc_poseidon(const uint8_t (*inputs)[32], size_t count, uint8_t hash[32]);

#define IOC_LEAF_VALUES 5

/* A reading as data availability commits it. */
typedef struct {
    uint64_t chain_id, project_id;
    /* The address of the key that signs the request. */
    uint8_t device[20];
    uint64_t nonce;
    /* Milliseconds since the epoch. */
    uint64_t time;
    /* Scaled integers, in the order of the profile; 0 beyond its last field. */
    int64_t values[IOC_LEAF_VALUES];
} ioc_leaf_t;

/* Gives the leaf of a reading, as packages/protocol/src/leaf.ts does. */
void ioc_reading_leaf(const ioc_leaf_t *reading, uint8_t leaf[32]);

#endif
