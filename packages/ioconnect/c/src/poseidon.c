#include "poseidon_matrices.h"
#include "residue.h"
#include <ioconnect/poseidon.h>
#include <string.h>

#define WIDTH (IOC_POSEIDON_INPUTS + 1)
#define FULL_ROUNDS 8
/* Of both widths. */
#define PARTIAL_ROUNDS 60
#define FIELD_BITS 254

/* The round constants come one after the other from Grain, as the paper's appendix E has it: a register of 80
 * bits, the oldest lowest. Nothing of it is secret. */
typedef struct {
    uint64_t low;
    uint16_t high;
    /* Bits that the register gave, and how many are left of them. */
    uint16_t given;
    uint8_t left;
} grain_t;

/* 16 steps at once: none of the taps, 62, 51, 38, 23, 13 and 0, reaches a bit that the others make. */
static void step(grain_t *grain) {
    const uint64_t low = grain->low, high = grain->high;
    grain->given = (uint16_t)((low >> 62 | high << 2) ^ (low >> 51 | high << 13) ^ low >> 38 ^ low >> 23 ^
                              low >> 13 ^ low);
    grain->low = low >> 16 | high << 48;
    grain->high = grain->given;
    grain->left = 16;
}

static void seed(grain_t *grain, unsigned width) {
    /* 2 bits for a prime field, 4 for x^5, 12, 12, 10 and 10 for numbers, and ones; the highest bit of each
     * first. */
    const struct {
        uint32_t value;
        int bits;
    } parts[] = {{1, 2}, {0, 4}, {FIELD_BITS, 12}, {width, 12}, {FULL_ROUNDS, 10}, {PARTIAL_ROUNDS, 10}};
    int at = 0;
    *grain = (grain_t){.low = (uint64_t)-1, .high = (uint16_t)-1};
    for (size_t i = 0; i < COUNT(parts); i++)
        for (int bit = parts[i].bits - 1; bit >= 0; bit--, at++)
            if (!(parts[i].value >> bit & 1)) grain->low &= ~((uint64_t)1 << at);
    for (int i = 0; i < 160 / 16; i++)
        step(grain);
    grain->left = 0;
}

/* Gives `count` bits, the first one highest: the second of each pair of which the first is set. */
static uint32_t next_bits(grain_t *grain, int count) {
    uint32_t bits = 0, given = grain->given;
    for (int left = grain->left; count > 0; given >>= 2, grain->left = (uint8_t)(left -= 2)) {
        if (left == 0) {
            step(grain);
            given = grain->given;
            left = grain->left;
        }
        if (!(given & 1)) continue;
        bits = bits << 1 | (given >> 1 & 1);
        count--;
    }
    grain->given = (uint16_t)given;
    return bits;
}

static void next_constant(grain_t *grain, residue_t *constant) {
    do {
        for (int i = LIMBS - 1; i >= 0; i--)
            constant->limbs[i] = next_bits(grain, i == LIMBS - 1 ? FIELD_BITS % 32 : 32);
    } while (!ioc_residue_is_reduced(&IOC_SCALAR_FIELD, constant));
    ioc_residue_enter(&IOC_SCALAR_FIELD, constant);
}

static void raise_to_5(residue_t *number) {
    residue_t square;
    ioc_residue_multiply(&IOC_SCALAR_FIELD, &square, number, number);
    ioc_residue_multiply(&IOC_SCALAR_FIELD, &square, &square, &square);
    ioc_residue_multiply(&IOC_SCALAR_FIELD, number, number, &square);
}

static void permute(residue_t *state, size_t width) {
    const residue_t *matrix = width == WIDTH ? &MATRIX_12[0][0] : &MATRIX_6[0][0];
    grain_t grain;
    seed(&grain, (unsigned)width);
    for (int round = 0; round < FULL_ROUNDS + PARTIAL_ROUNDS; round++) {
        const bool partial = round >= FULL_ROUNDS / 2 && round < FULL_ROUNDS / 2 + PARTIAL_ROUNDS;
        residue_t next[WIDTH];
        for (size_t i = 0; i < width; i++) {
            next_constant(&grain, &next[i]);
            ioc_residue_add(&IOC_SCALAR_FIELD, &state[i], &state[i], &next[i]);
            if (i == 0 || !partial) raise_to_5(&state[i]);
        }
        for (size_t i = 0; i < width; i++)
            ioc_residue_dot(&IOC_SCALAR_FIELD, &next[i], matrix + i * width, state, width);
        memcpy(state, next, width * sizeof *state);
    }
}

ioc_status_t ioc_poseidon(const uint8_t (*inputs)[32], size_t count, uint8_t hash[32]) {
    residue_t state[WIDTH];
    if (count != 5 && count != IOC_POSEIDON_INPUTS) return IOC_ERR_ARGUMENT;
    memset(&state[0], 0, sizeof state[0]);
    for (size_t i = 0; i < count; i++) {
        ioc_residue_read(&state[i + 1], inputs[i]);
        if (!ioc_residue_is_reduced(&IOC_SCALAR_FIELD, &state[i + 1])) return IOC_ERR_ARGUMENT;
        ioc_residue_enter(&IOC_SCALAR_FIELD, &state[i + 1]);
    }
    permute(state, count + 1);
    ioc_residue_leave(&IOC_SCALAR_FIELD, &state[0]);
    ioc_residue_write(&state[0], hash);
    return IOC_OK;
}
