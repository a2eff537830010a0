/* residue.h: numbers modulo a prime of 254 bits at most, in constant time: Montgomery's method with R =
 * 2^256. Optional: nothing but what circuits need is made of them. */
#ifndef IOC_RESIDUE_H
#define IOC_RESIDUE_H

#include "internal.h"

#define LIMBS 8

/* The least significant limb first. Of a modulus, or in its Montgomery form where that is said. */
typedef struct {
    uint32_t limbs[LIMBS];
} residue_t;

/* A prime, R^2 modulo it, and the inverse of -prime modulo 2^32. */
typedef struct {
    residue_t prime;
    residue_t square;
    uint32_t inverse;
} modulus_t;

/* The scalar field of BN254, in which circuits compute, and the order of BabyJubjub's prime subgroup
 * (EIP-2494). */
extern const modulus_t IOC_SCALAR_FIELD, IOC_JUBJUB_ORDER;

/* Whatever overlaps: the result may be an operand. Operands of add are below the modulus; of multiply and dot
 * one is, and the other any 256 bits. */
void ioc_residue_add(const modulus_t *modulus, residue_t *sum, const residue_t *one, const residue_t *other);
void ioc_residue_subtract(const modulus_t *modulus, residue_t *difference, const residue_t *one,
                          const residue_t *other);
/* one times other, divided by R. */
void ioc_residue_multiply(const modulus_t *modulus, residue_t *product, const residue_t *one,
                          const residue_t *other);
/* The sum of `count` such products, 12 at most, of numbers below the modulus. Not in place. */
void ioc_residue_dot(const modulus_t *modulus, residue_t *sum, const residue_t *ones, const residue_t *others,
                     size_t count);
/* The inverse of a number in Montgomery form; 0 of 0. */
void ioc_residue_invert(const modulus_t *modulus, residue_t *inverse, const residue_t *number);
/* Into Montgomery form, of any 256 bits, and back. */
void ioc_residue_enter(const modulus_t *modulus, residue_t *number);
void ioc_residue_leave(const modulus_t *modulus, residue_t *number);
/* Takes `other` where `mask` is all ones, and stays where it is 0. */
void ioc_residue_select(residue_t *number, const residue_t *other, uint32_t mask);
/* Whether a number is below the modulus. */
bool ioc_residue_is_reduced(const modulus_t *modulus, const residue_t *number);

residue_t ioc_residue_of(uint64_t number);
/* 32 bytes, the most significant first. */
void ioc_residue_read(residue_t *number, const uint8_t bytes[32]);
void ioc_residue_write(const residue_t *number, uint8_t bytes[32]);

#endif
