/* poseidon.h: the hash that circuits compute cheaply, as circomlib has it: over the scalar field of BN254,
 * x^5, 8 full rounds (Grassi et al., "Poseidon", USENIX Security 2021). Of 5 and of 11 numbers: those of a
 * signature and of a reading. */
#ifndef IOC_POSEIDON_H
#define IOC_POSEIDON_H

#include <ioconnect/status.h>
#include <stddef.h>
#include <stdint.h>

#define IOC_POSEIDON_INPUTS 11

/* Hashes `count` numbers, 5 or 11, each of 32 bytes, the most significant first. Returns IOC_ERR_ARGUMENT for
 * another count, or a number that is not below the field's prime. */
ioc_status_t ioc_poseidon(const uint8_t (*inputs)[32], size_t count, uint8_t hash[32]);

#endif
