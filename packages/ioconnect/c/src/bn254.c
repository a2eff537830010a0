/* Montgomery's multiplication, by rows (Koç, Acar, Kaliski 1996: separated operand scanning), so that a sum
 * of products is reduced once; BabyJubjub in projective coordinates, by add-2008-bbjlp and dbl-2008-bbjlp of
 * the Explicit-Formulas Database. */
#include "bn254.h"
#include "internal.h"
#include <string.h>

void ioc_number_read(ioc_number_t *number, const uint8_t bytes[32]) {
    memset(number, 0, sizeof *number);
    for (int i = 0; i < 32; i++)
        number->limbs[i / 4] |= (uint32_t)bytes[31 - i] << (8 * (i % 4));
}

void ioc_number_write(const ioc_number_t *number, uint8_t bytes[32]) {
    for (int i = 0; i < 32; i++)
        bytes[31 - i] = (uint8_t)(number->limbs[i / 4] >> (8 * (i % 4)));
}

/* Writes one - other mod 2^256 and returns the borrow. */
static uint32_t subtract(ioc_number_t *out, const ioc_number_t *one, const ioc_number_t *other) {
    uint32_t borrow = 0;
    for (int i = 0; i < IOC_LIMBS; i++) {
        const uint64_t difference = (uint64_t)one->limbs[i] - other->limbs[i] - borrow;
        out->limbs[i] = (uint32_t)difference;
        borrow = (uint32_t)(difference >> 32) & 1;
    }
    return borrow;
}

uint32_t ioc_number_below(const ioc_number_t *one, const ioc_number_t *other) {
    ioc_number_t difference;
    return subtract(&difference, one, other);
}

/* Adds n where `mask` is all ones, nothing where it is 0. */
static void add_masked(ioc_number_t *number, uint32_t mask, const ioc_modulus_t *modulus) {
    uint64_t carry = 0;
    for (int i = 0; i < IOC_LIMBS; i++) {
        carry += (uint64_t)number->limbs[i] + (modulus->n.limbs[i] & mask);
        number->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* Takes n away unless the number is below it. */
static void lower(ioc_number_t *number, const ioc_modulus_t *modulus) {
    add_masked(number, 0 - subtract(number, number, &modulus->n), modulus);
}

void ioc_number_add(ioc_number_t *out, const ioc_number_t *one, const ioc_number_t *other,
                    const ioc_modulus_t *modulus) {
    uint64_t carry = 0;
    for (int i = 0; i < IOC_LIMBS; i++) {
        carry += (uint64_t)one->limbs[i] + other->limbs[i];
        out->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    lower(out, modulus);
}

void ioc_number_subtract(ioc_number_t *out, const ioc_number_t *one, const ioc_number_t *other,
                         const ioc_modulus_t *modulus) {
    add_masked(out, 0 - subtract(out, one, other), modulus);
}

/* Adds factor·number to 9 limbs, with what the row before left over, and returns what is left over. */
static uint32_t add_row(uint32_t *limbs, uint32_t factor, const ioc_number_t *number, uint32_t left) {
    uint64_t sum = 0;
    for (int i = 0; i < IOC_LIMBS; i++) {
        sum += (uint64_t)factor * number->limbs[i] + limbs[i];
        limbs[i] = (uint32_t)sum;
        sum >>= 32;
    }
    sum += (uint64_t)limbs[IOC_LIMBS] + left;
    limbs[IOC_LIMBS] = (uint32_t)sum;
    return (uint32_t)(sum >> 32);
}

void ioc_number_dot(ioc_number_t *out, const ioc_number_t *ones, const ioc_number_t *others, size_t count,
                    const ioc_modulus_t *modulus) {
    /* 16 products of numbers below n, 2^253.6, are below 2^512. */
    uint32_t sum[2 * IOC_LIMBS] = {0};
    for (size_t i = 0; i < count; i++) {
        uint32_t left = 0;
        for (int j = 0; j < IOC_LIMBS; j++)
            left = add_row(sum + j, ones[i].limbs[j], &others[i], left);
    }
    uint32_t left = 0;
    for (int j = 0; j < IOC_LIMBS; j++)
        left = add_row(sum + j, sum[j] * modulus->inverse, &modulus->n, left);
    memcpy(out->limbs, sum + IOC_LIMBS, sizeof out->limbs);
    /* What is left is below count·n²/R + n, and of one product below 2·n. */
    for (size_t i = 0; i < count; i += 4)
        lower(out, modulus);
    ioc_wipe(sum, sizeof sum);
}

void ioc_number_multiply(ioc_number_t *out, const ioc_number_t *one, const ioc_number_t *other,
                         const ioc_modulus_t *modulus) {
    ioc_number_dot(out, one, other, 1, modulus);
}

void ioc_number_invert(ioc_number_t *number, const ioc_modulus_t *modulus) {
    ioc_number_t exponent = modulus->n;
    ioc_number_t power = *number;
    /* The lowest limb of a prime in use is 2 at least: nothing is borrowed. */
    exponent.limbs[0] -= 2;
    for (int bit = modulus->bits - 2; bit >= 0; bit--) {
        ioc_number_multiply(&power, &power, &power, modulus);
        if (exponent.limbs[bit / 32] >> (bit % 32) & 1) ioc_number_multiply(&power, &power, number, modulus);
    }
    *number = power;
    ioc_wipe(&power, sizeof power);
}

void ioc_number_reduce(ioc_number_t *out, const uint8_t bytes[64], const ioc_modulus_t *modulus) {
    static const ioc_number_t one = {{1}};
    ioc_number_t high;
    ioc_number_read(&high, bytes);
    ioc_number_read(out, bytes + 32);
    ioc_number_multiply(&high, &high, &modulus->square, modulus);
    ioc_number_multiply(out, out, &modulus->square, modulus);
    ioc_number_multiply(out, out, &one, modulus);
    ioc_number_add(out, out, &high, modulus);
    ioc_wipe(&high, sizeof high);
}

#define FIELD &ioc_bn254
#define MULTIPLY(out, one, other) ioc_number_multiply(out, one, other, FIELD)
#define ADD(out, one, other) ioc_number_add(out, one, other, FIELD)
#define SUBTRACT(out, one, other) ioc_number_subtract(out, one, other, FIELD)

void ioc_point_add(ioc_point_t *out, const ioc_point_t *one, const ioc_point_t *other) {
    ioc_number_t a, b, c, d, e, f, g;
    MULTIPLY(&a, &one->z, &other->z);
    MULTIPLY(&b, &a, &a);
    MULTIPLY(&c, &one->x, &other->x);
    MULTIPLY(&d, &one->y, &other->y);
    ADD(&f, &one->x, &one->y);
    ADD(&g, &other->x, &other->y);
    MULTIPLY(&out->x, &f, &g);
    SUBTRACT(&out->x, &out->x, &c);
    SUBTRACT(&out->x, &out->x, &d);
    MULTIPLY(&e, &c, &d);
    MULTIPLY(&e, &e, &ioc_babyjubjub_d);
    SUBTRACT(&f, &b, &e);
    ADD(&g, &b, &e);
    MULTIPLY(&out->x, &out->x, &a);
    MULTIPLY(&out->x, &out->x, &f);
    MULTIPLY(&c, &c, &ioc_babyjubjub_a);
    SUBTRACT(&d, &d, &c);
    MULTIPLY(&out->y, &a, &g);
    MULTIPLY(&out->y, &out->y, &d);
    MULTIPLY(&out->z, &f, &g);
}

void ioc_point_double(ioc_point_t *point) {
    ioc_number_t b, d, e, f;
    ADD(&b, &point->x, &point->y);
    MULTIPLY(&b, &b, &b);
    MULTIPLY(&e, &point->x, &point->x);
    MULTIPLY(&d, &point->y, &point->y);
    SUBTRACT(&b, &b, &e);
    SUBTRACT(&b, &b, &d);
    MULTIPLY(&e, &e, &ioc_babyjubjub_a);
    ADD(&f, &e, &d);
    SUBTRACT(&e, &e, &d);
    MULTIPLY(&point->z, &point->z, &point->z);
    SUBTRACT(&d, &f, &point->z);
    SUBTRACT(&d, &d, &point->z);
    MULTIPLY(&point->x, &b, &d);
    MULTIPLY(&point->y, &f, &e);
    MULTIPLY(&point->z, &f, &d);
}

/* Takes the entry of that number out of the comb, reading all. */
static void choose(ioc_point_t *point, uint32_t number) {
    uint32_t *out = point->x.limbs;
    memset(point, 0, sizeof *point);
    for (uint32_t i = 0; i < COUNT(ioc_babyjubjub_comb); i++) {
        const uint32_t *entry = ioc_babyjubjub_comb[i].x.limbs;
        /* All ones where i is the number: only then i ^ number, at most 3, is 0. */
        const uint32_t mask = 0 - (((i ^ number) - 1) >> 31);
        for (size_t j = 0; j < sizeof *point / sizeof *out; j++)
            out[j] |= entry[j] & mask;
    }
}

static uint32_t bit_of(const ioc_number_t *number, int bit) {
    return number->limbs[bit / 32] >> (bit % 32) & 1;
}

void ioc_point_of(const ioc_number_t *scalar, uint8_t x[32], uint8_t y[32]) {
    ioc_point_t sum = ioc_babyjubjub_comb[0], chosen;
    for (int bit = IOC_COMB_BITS - 1; bit >= 0; bit--) {
        ioc_point_double(&sum);
        choose(&chosen, bit_of(scalar, bit) | bit_of(scalar, bit + IOC_COMB_BITS) << 1);
        ioc_point_add(&sum, &sum, &chosen);
    }
    ioc_point_write(&sum, x, y);
    ioc_wipe(&sum, sizeof sum);
    ioc_wipe(&chosen, sizeof chosen);
}

static void read_coordinate(ioc_number_t *number, const uint8_t bytes[32]) {
    ioc_number_read(number, bytes);
    MULTIPLY(number, number, &ioc_bn254.square);
}

void ioc_point_read(ioc_point_t *point, const uint8_t x[32], const uint8_t y[32]) {
    read_coordinate(&point->x, x);
    read_coordinate(&point->y, y);
    point->z = ioc_babyjubjub_comb[0].z;
}

static void write_coordinate(ioc_number_t *number, const ioc_number_t *inverse, uint8_t bytes[32]) {
    static const ioc_number_t one = {{1}};
    MULTIPLY(number, number, inverse);
    MULTIPLY(number, number, &one);
    ioc_number_write(number, bytes);
}

void ioc_point_write(const ioc_point_t *point, uint8_t x[32], uint8_t y[32]) {
    ioc_point_t affine = *point;
    ioc_number_invert(&affine.z, FIELD);
    write_coordinate(&affine.x, &affine.z, x);
    write_coordinate(&affine.y, &affine.z, y);
    ioc_wipe(&affine, sizeof affine);
}
