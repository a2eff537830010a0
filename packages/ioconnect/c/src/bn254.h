/* bn254.h: numbers modulo primes of 254 bits and below, and Poseidon's and BabyJubjub's arithmetic on them.
 * Neither branches nor addresses depend on a number. */
#ifndef IOC_BN254_H
#define IOC_BN254_H

#include <stddef.h>
#include <stdint.h>

#define IOC_LIMBS 8

/* Below 2^256, the lowest limb first. */
typedef struct {
    uint32_t limbs[IOC_LIMBS];
} ioc_number_t;

/* A prime n below 2^254. R is 2^256. */
typedef struct {
    ioc_number_t n;
    /* R^2 mod n. */
    ioc_number_t square;
    /* -1/n mod 2^32. */
    uint32_t inverse;
    /* Of n. */
    int bits;
} ioc_modulus_t;

/* Numbers are 32 bytes, the highest first. */
void ioc_number_read(ioc_number_t *number, const uint8_t bytes[32]);
void ioc_number_write(const ioc_number_t *number, uint8_t bytes[32]);

/* 1 where one < other, else 0. */
uint32_t ioc_number_below(const ioc_number_t *one, const ioc_number_t *other);

/* The sum and difference of two numbers below n. `out` may be either. */
void ioc_number_add(ioc_number_t *out, const ioc_number_t *one, const ioc_number_t *other,
                    const ioc_modulus_t *modulus);
void ioc_number_subtract(ioc_number_t *out, const ioc_number_t *one, const ioc_number_t *other,
                         const ioc_modulus_t *modulus);

/* Σ ones[i]·others[i] / R mod n, of at most 16 products: of numbers below n; of one product,
 * `others` alone need be (Montgomery). `out` may be one of them. */
void ioc_number_dot(ioc_number_t *out, const ioc_number_t *ones, const ioc_number_t *others, size_t count,
                    const ioc_modulus_t *modulus);
void ioc_number_multiply(ioc_number_t *out, const ioc_number_t *one, const ioc_number_t *other,
                         const ioc_modulus_t *modulus);

/* R^2 / number mod n, by the exponent n - 2, which is no secret. 0 stays 0. */
void ioc_number_invert(ioc_number_t *number, const ioc_modulus_t *modulus);

/* 64 bytes as a number, the highest first, mod n. */
void ioc_number_reduce(ioc_number_t *out, const uint8_t bytes[64], const ioc_modulus_t *modulus);

/* The curve a·x² + y² = 1 + d·x²·y² over BN254's scalar field (ERC-2494). x = X/Z and y = Y/Z, times R. */
typedef struct {
    ioc_number_t x, y, z;
} ioc_point_t;

/* Complete: a is a square and d is not. `out` may be either. */
void ioc_point_add(ioc_point_t *out, const ioc_point_t *one, const ioc_point_t *other);
void ioc_point_double(ioc_point_t *point);

/* scalar·Base8, of a scalar below the order, as coordinates of 32 bytes each. */
void ioc_point_of(const ioc_number_t *scalar, uint8_t x[32], uint8_t y[32]);

void ioc_point_read(ioc_point_t *point, const uint8_t x[32], const uint8_t y[32]);
void ioc_point_write(const ioc_point_t *point, uint8_t x[32], uint8_t y[32]);

/* bn254_constants.c, which scripts/gen/bn254.ts writes. */

/* BN254's scalar field, over which the curve is. */
extern const ioc_modulus_t ioc_bn254;
/* The order of Base8. */
extern const ioc_modulus_t ioc_babyjubjub_order;
/* Times R. */
extern const ioc_number_t ioc_babyjubjub_a, ioc_babyjubjub_d;
/* A scalar is two halves of so many bits. */
#define IOC_COMB_BITS 126
/* The identity, Base8, 2^126·Base8 and the sum of both. */
extern const ioc_point_t ioc_babyjubjub_comb[4];
/* R^5 mod BN254. */
extern const ioc_number_t ioc_bn254_fifth;
/* R/8 modulo the order. */
extern const ioc_number_t ioc_babyjubjub_eighth;

/* 80 bits of Grain's register. */
#define IOC_GRAIN_WORDS 5

/* Where Grain's bits for the round constants begin, and those for the matrix. */
typedef struct {
    uint16_t constants[IOC_GRAIN_WORDS], matrix[IOC_GRAIN_WORDS];
} ioc_poseidon_parameters_t;

extern const ioc_poseidon_parameters_t ioc_poseidon_of_5, ioc_poseidon_of_11;

#endif
