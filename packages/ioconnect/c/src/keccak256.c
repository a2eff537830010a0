/* Keccak-f[1600] after FIPS 202 section 3.2. Lanes are addressed by their byte order, not the machine's. */
#include "internal.h"
#include <ioconnect/keccak256.h>
#include <string.h>

#define RATE 136

APART static uint64_t rotate(uint64_t lane, unsigned bits) {
    return lane << bits | lane >> (64 - bits);
}

static void permute(uint64_t a[25]) {
    static const uint8_t offsets[24] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                        27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
    static const uint8_t lanes[24] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                      15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};
    /* The round constants come from the shift register of section 3.2.5. */
    uint8_t shift_register = 1;
    for (int round = 0; round < 24; round++) {
        uint64_t c[5];
        for (int x = 0; x < 5; x++)
            c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        for (int x = 0; x < 5; x++) {
            const uint64_t d = c[(x + 4) % 5] ^ rotate(c[(x + 1) % 5], 1);
            for (int y = 0; y < 25; y += 5)
                a[x + y] ^= d;
        }
        uint64_t moved = a[1];
        for (int i = 0; i < 24; i++) {
            const uint64_t lane = a[lanes[i]];
            a[lanes[i]] = rotate(moved, offsets[i]);
            moved = lane;
        }
        for (int y = 0; y < 25; y += 5) {
            for (int x = 0; x < 5; x++)
                c[x] = a[x + y];
            for (int x = 0; x < 5; x++)
                a[x + y] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]);
        }
        for (unsigned bit = 1; bit <= 64; bit <<= 1) {
            a[0] ^= (uint64_t)(shift_register & 1) << (bit - 1);
            shift_register = (uint8_t)(shift_register << 1 ^ (shift_register >> 7) * 0x71);
        }
    }
}

static void absorb(ioc_keccak256_t *state, uint8_t byte) {
    state->lanes[state->at / 8] ^= (uint64_t)byte << (8 * (state->at % 8));
    if (++state->at < RATE) return;
    permute(state->lanes);
    state->at = 0;
}

void ioc_keccak256_init(ioc_keccak256_t *state) {
    memset(state, 0, sizeof *state);
}

void ioc_keccak256_update(ioc_keccak256_t *state, const void *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        absorb(state, ((const uint8_t *)bytes)[i]);
}

void ioc_keccak256_final(ioc_keccak256_t *state, uint8_t digest[32]) {
    state->lanes[state->at / 8] ^= (uint64_t)1 << (8 * (state->at % 8));
    state->lanes[(RATE - 1) / 8] ^= (uint64_t)0x80 << 56;
    permute(state->lanes);
    for (int i = 0; i < 32; i++)
        digest[i] = (uint8_t)(state->lanes[i / 8] >> (8 * (i % 8)));
}

void ioc_keccak256(ioc_slice_t bytes, uint8_t digest[32]) {
    ioc_keccak256_t state;
    ioc_keccak256_init(&state);
    ioc_keccak256_update(&state, bytes.bytes, bytes.length);
    ioc_keccak256_final(&state, digest);
}
