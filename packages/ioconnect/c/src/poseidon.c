/* Poseidon after Grassi et al. (https://eprint.iacr.org/2019/458), unoptimised rounds. Its constants are not
 * kept but made again, by the Grain register that made them (appendix E, generate_parameters_grain.sage): 46
 * KB of tables for 20 % more work. Numbers are as they are, and the matrix times R, so that a product is one
 * again. */
#include "bn254.h"
#include "internal.h"
#include <ioconnect/poseidon.h>
#include <string.h>

#define WIDTH 12
#define FULL_ROUNDS 8
#define PARTIAL_ROUNDS 60
#define BITS 254

typedef struct {
    uint16_t words[IOC_GRAIN_WORDS];
    /* What the register gave last, the first bit highest, and how many pairs of it were not looked at. */
    uint16_t given;
    uint8_t pairs;
} grain_t;

static void grain_init(grain_t *grain, const uint16_t words[IOC_GRAIN_WORDS]) {
    memcpy(grain->words, words, sizeof grain->words);
    grain->pairs = 0;
}

/* 16 bits from the one at `bit` on. */
static uint16_t bits_at(const grain_t *grain, unsigned bit) {
    const uint16_t *words = &grain->words[bit / 16];
    return (uint16_t)(words[0] << (bit % 16) | words[1] >> (16 - bit % 16));
}

/* Gives 16 bits at once: no tap is nearer to the end than 18. */
static void grain_clock(grain_t *grain) {
    grain->given = (uint16_t)(bits_at(grain, 62) ^ bits_at(grain, 51) ^ bits_at(grain, 38) ^
                              bits_at(grain, 23) ^ bits_at(grain, 13) ^ grain->words[0]);
    memmove(grain->words, grain->words + 1, sizeof grain->words - sizeof *grain->words);
    grain->words[IOC_GRAIN_WORDS - 1] = grain->given;
    grain->pairs = 8;
}

/* Of two bits the second counts where the first is 1. */
static uint32_t grain_bit(grain_t *grain) {
    for (;;) {
        if (grain->pairs == 0) grain_clock(grain);
        const unsigned pair = grain->given >> 14;
        grain->given = (uint16_t)(grain->given << 2);
        grain->pairs--;
        if (pair >= 2) return pair & 1;
    }
}

static void grain_bits(grain_t *grain, ioc_number_t *number) {
    memset(number, 0, sizeof *number);
    for (int bit = BITS - 1; bit >= 0; bit--)
        number->limbs[bit / 32] |= grain_bit(grain) << (bit % 32);
}

/* Adds the next constant, which is the next number below the field's order. */
static void add_constant(grain_t *grain, ioc_number_t *number) {
    ioc_number_t constant;
    do
        grain_bits(grain, &constant);
    while (!ioc_number_below(&constant, &ioc_bn254.n));
    ioc_number_add(number, number, &constant, &ioc_bn254);
}

/* Writes 1/(x_i + y_j) times R, row by row, of 2·width numbers: Cauchy's matrix. All are inverted with one
 * inversion. */
static void make_matrix(const uint16_t words[IOC_GRAIN_WORDS], size_t width, ioc_number_t *matrix) {
    ioc_number_t x[2 * WIDTH], sum, inverse = {{0}};
    const size_t count = width * width;
    grain_t grain;
    grain_init(&grain, words);
    for (size_t i = 0; i < 2 * width; i++) {
        grain_bits(&grain, &x[i]);
        ioc_number_multiply(&x[i], &x[i], &ioc_bn254.square, &ioc_bn254);
    }
    /* The products of all sums before, ... */
    inverse = ioc_babyjubjub_comb[0].z;
    for (size_t i = 0; i < count; i++) {
        matrix[i] = inverse;
        ioc_number_add(&sum, &x[i / width], &x[width + i % width], &ioc_bn254);
        ioc_number_multiply(&inverse, &inverse, &sum, &ioc_bn254);
    }
    ioc_number_invert(&inverse, &ioc_bn254);
    /* ... times the inverse of all up to here. */
    for (size_t i = count; i-- > 0;) {
        ioc_number_multiply(&matrix[i], &matrix[i], &inverse, &ioc_bn254);
        ioc_number_add(&sum, &x[i / width], &x[width + i % width], &ioc_bn254);
        ioc_number_multiply(&inverse, &inverse, &sum, &ioc_bn254);
    }
}

/* x^5: four products, each of which takes an R away, that the last one gives back. */
static void power_five(ioc_number_t *x) {
    ioc_number_t power;
    ioc_number_multiply(&power, x, x, &ioc_bn254);
    ioc_number_multiply(&power, &power, &power, &ioc_bn254);
    ioc_number_multiply(&power, &power, x, &ioc_bn254);
    ioc_number_multiply(x, &power, &ioc_bn254_fifth, &ioc_bn254);
}

static void permute(ioc_number_t *state, size_t width) {
    const ioc_poseidon_parameters_t *parameters = width == WIDTH ? &ioc_poseidon_of_11 : &ioc_poseidon_of_5;
    ioc_number_t matrix[WIDTH * WIDTH], mixed[WIDTH];
    grain_t grain;
    make_matrix(parameters->matrix, width, matrix);
    grain_init(&grain, parameters->constants);
    for (int round = 0; round < FULL_ROUNDS + PARTIAL_ROUNDS; round++) {
        const bool full = round < FULL_ROUNDS / 2 || round >= FULL_ROUNDS / 2 + PARTIAL_ROUNDS;
        for (size_t i = 0; i < width; i++) {
            add_constant(&grain, &state[i]);
            if (full || i == 0) power_five(&state[i]);
        }
        for (size_t i = 0; i < width; i++)
            ioc_number_dot(&mixed[i], &matrix[i * width], state, width, &ioc_bn254);
        memcpy(state, mixed, width * sizeof *state);
    }
}

ioc_status_t ioc_poseidon(const uint8_t (*inputs)[32], size_t count, uint8_t hash[32]) {
    ioc_number_t state[WIDTH] = {{{0}}};
    if (count != 5 && count != 11) return IOC_ERR_ARGUMENT;
    for (size_t i = 0; i < count; i++) {
        ioc_number_read(&state[i + 1], inputs[i]);
        if (!ioc_number_below(&state[i + 1], &ioc_bn254.n)) return IOC_ERR_ARGUMENT;
    }
    permute(state, count + 1);
    ioc_number_write(&state[0], hash);
    return IOC_OK;
}

/* "iotex2" in ASCII, then the version of the leaf's layout. */
#define LEAF_DOMAIN 0x696f7465783201

static void write_uint(uint8_t input[32], uint64_t value) {
    for (int i = 0; i < 8; i++)
        input[31 - i] = (uint8_t)(value >> (8 * i));
}

void ioc_reading_leaf(const ioc_leaf_t *reading, uint8_t leaf[32]) {
    uint8_t inputs[11][32] = {{0}};
    write_uint(inputs[0], LEAF_DOMAIN);
    write_uint(inputs[1], reading->chain_id);
    write_uint(inputs[2], reading->project_id);
    memcpy(inputs[3] + 12, reading->device, 20);
    write_uint(inputs[4], reading->nonce);
    write_uint(inputs[5], reading->time);
    for (int i = 0; i < IOC_LEAF_VALUES; i++) {
        /* A negative value v is the number p - |v|, without a branch. */
        const uint64_t value = (uint64_t)reading->values[i], negative = 0 - (value >> 63);
        const uint64_t magnitude = (value ^ negative) - negative;
        ioc_number_t number = {{(uint32_t)magnitude, (uint32_t)(magnitude >> 32)}};
        const ioc_number_t zero = {{0}};
        ioc_number_t negated;
        ioc_number_subtract(&negated, &zero, &number, &ioc_bn254);
        for (int j = 0; j < IOC_LIMBS; j++)
            number.limbs[j] ^= (number.limbs[j] ^ negated.limbs[j]) & (uint32_t)negative;
        ioc_number_write(&number, inputs[6 + i]);
    }
    ioc_poseidon((const uint8_t(*)[32])inputs, 11, leaf);
}
