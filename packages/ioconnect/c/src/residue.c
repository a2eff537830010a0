#include "residue.h"
#include <string.h>

const modulus_t IOC_SCALAR_FIELD = {
    {{0xf0000001, 0x43e1f593, 0x79b97091, 0x2833e848, 0x8181585d, 0xb85045b6, 0xe131a029, 0x30644e72}},
    {{0xae216da7, 0x1bb8e645, 0xe35c59e3, 0x53fe3ab1, 0x53bb8085, 0x8c49833d, 0x7f4e44a5, 0x0216d0b1}},
    0xefffffff,
};

const modulus_t IOC_JUBJUB_ORDER = {
    {{0x392126f1, 0x677297dc, 0x3920ee0a, 0xab3eedb8, 0xd0302b0b, 0x370a08b6, 0x5c263405, 0x060c89ce}},
    {{0xe7ecb21e, 0x35e44abe, 0xf5f84ec4, 0x74646cac, 0x3faa158f, 0xe472df20, 0xf1ba50a8, 0x0445b524}},
    0xbc48f5ef,
};

/* Subtracts the modulus from `number` and a limb above it where that leaves something. */
static void reduce(const modulus_t *modulus, uint32_t number[LIMBS], uint32_t *above) {
    uint32_t less[LIMBS];
    uint64_t borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
        borrow = (uint64_t)number[i] - modulus->prime.limbs[i] - borrow;
        less[i] = (uint32_t)borrow;
        borrow = borrow >> 63;
    }
    /* All ones where the whole was below the modulus. */
    const uint64_t rest = (uint64_t)*above - borrow;
    const uint32_t stays = (uint32_t)0 - (uint32_t)(rest >> 63);
    for (int i = 0; i < LIMBS; i++)
        number[i] = (number[i] & stays) | (less[i] & ~stays);
    *above = (*above & stays) | ((uint32_t)rest & ~stays);
}

void ioc_residue_add(const modulus_t *modulus, residue_t *sum, const residue_t *one, const residue_t *other) {
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)one->limbs[i] + other->limbs[i];
        sum->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    uint32_t above = (uint32_t)carry;
    reduce(modulus, sum->limbs, &above);
}

void ioc_residue_subtract(const modulus_t *modulus, residue_t *difference, const residue_t *one,
                          const residue_t *other) {
    uint64_t borrow = 0, carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        borrow = (uint64_t)one->limbs[i] - other->limbs[i] - borrow;
        difference->limbs[i] = (uint32_t)borrow;
        borrow >>= 63;
    }
    const uint32_t mask = (uint32_t)0 - (uint32_t)borrow;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)difference->limbs[i] + (modulus->prime.limbs[i] & mask);
        difference->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* Adds a number times a limb to the limbs from `at` on, and `pending` to the one above them, which gives the
 * next. What counts is here. */
APART static uint32_t add_product(uint32_t *at, const residue_t *number, uint32_t limb, uint32_t pending) {
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)number->limbs[i] * limb + *at;
        *at++ = (uint32_t)carry;
        carry >>= 32;
    }
    carry += (uint64_t)*at + pending;
    *at = (uint32_t)carry;
    return (uint32_t)(carry >> 32);
}

/* 12 products of numbers below primes of less than 0.19 R stay below R^2, and reduced below 4 primes; one
 * below 2. */
void ioc_residue_dot(const modulus_t *modulus, residue_t *sum, const residue_t *ones, const residue_t *others,
                     size_t count) {
    uint32_t limbs[2 * LIMBS + 1] = {0};
    for (size_t k = 0; k <= count; k++) {
        uint32_t pending = 0;
        for (int i = 0; i < LIMBS; i++)
            /* At last what makes the lower half vanish. */
            pending = k < count
                          ? add_product(limbs + i, &ones[k], others[k].limbs[i], pending)
                          : add_product(limbs + i, &modulus->prime, limbs[i] * modulus->inverse, pending);
        limbs[2 * LIMBS] += pending;
    }
    for (int i = count == 1 ? 1 : 3; i > 0; i--)
        reduce(modulus, limbs + LIMBS, &limbs[2 * LIMBS]);
    memcpy(sum->limbs, limbs + LIMBS, sizeof sum->limbs);
}

void ioc_residue_multiply(const modulus_t *modulus, residue_t *product, const residue_t *one,
                          const residue_t *other) {
    ioc_residue_dot(modulus, product, one, other, 1);
}

void ioc_residue_invert(const modulus_t *modulus, residue_t *inverse, const residue_t *number) {
    const residue_t base = *number, two = ioc_residue_of(2);
    residue_t exponent, power = ioc_residue_of(1);
    ioc_residue_enter(modulus, &power);
    ioc_residue_subtract(modulus, &exponent, &modulus->prime, &two);
    /* Fermat's; the exponent is no secret. */
    for (int bit = 255; bit >= 0; bit--) {
        ioc_residue_multiply(modulus, &power, &power, &power);
        if (exponent.limbs[bit / 32] >> (bit % 32) & 1) ioc_residue_multiply(modulus, &power, &power, &base);
    }
    *inverse = power;
}

void ioc_residue_enter(const modulus_t *modulus, residue_t *number) {
    ioc_residue_multiply(modulus, number, number, &modulus->square);
}

void ioc_residue_leave(const modulus_t *modulus, residue_t *number) {
    const residue_t one = ioc_residue_of(1);
    ioc_residue_multiply(modulus, number, number, &one);
}

void ioc_residue_select(residue_t *number, const residue_t *other, uint32_t mask) {
    for (int i = 0; i < LIMBS; i++)
        number->limbs[i] = (number->limbs[i] & ~mask) | (other->limbs[i] & mask);
}

bool ioc_residue_is_reduced(const modulus_t *modulus, const residue_t *number) {
    uint64_t borrow = 0;
    for (int i = 0; i < LIMBS; i++)
        borrow = ((uint64_t)number->limbs[i] - modulus->prime.limbs[i] - borrow) >> 63;
    return borrow;
}

residue_t ioc_residue_of(uint64_t number) {
    return (residue_t){{(uint32_t)number, (uint32_t)(number >> 32)}};
}

void ioc_residue_read(residue_t *number, const uint8_t bytes[32]) {
    memset(number, 0, sizeof *number);
    for (int i = 0; i < 32; i++)
        number->limbs[i / 4] |= (uint32_t)bytes[31 - i] << (8 * (i % 4));
}

void ioc_residue_write(const residue_t *number, uint8_t bytes[32]) {
    for (int i = 0; i < 32; i++)
        bytes[31 - i] = (uint8_t)(number->limbs[i / 4] >> (8 * (i % 4)));
}
