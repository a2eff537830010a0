#include "internal.h"
#include <ioconnect/key_wrap.h>
#include <string.h>

/* The steps of RFC 3394 section 2.2.1 (wrapping) or, backwards, 2.2.2; `block` holds A, `registers` R[1..n].
 */
static ioc_status_t run_steps(psa_key_id_t kek, bool wrapping, uint8_t block[16], uint8_t *registers,
                              size_t count) {
    const size_t steps = 6 * count;
    for (size_t i = 0; i < steps; i++) {
        const size_t step = wrapping ? i + 1 : steps - i;
        uint8_t *lane = registers + 8 * ((step - 1) % count);
        uint8_t output[16];
        size_t length;
        /* Of up to 255 steps only: keys here have 8 lanes at most. */
        if (!wrapping) block[7] ^= (uint8_t)step;
        memcpy(block + 8, lane, 8);
        const psa_status_t status =
            wrapping ? psa_cipher_encrypt(kek, PSA_ALG_ECB_NO_PADDING, block, 16, output, 16, &length)
                     : psa_cipher_decrypt(kek, PSA_ALG_ECB_NO_PADDING, block, 16, output, 16, &length);
        TRY(ioc_of_psa(status));
        memcpy(block, output, 8);
        memcpy(lane, output + 8, 8);
        ioc_wipe(output, sizeof output);
        if (wrapping) block[7] ^= (uint8_t)step;
    }
    return IOC_OK;
}

static ioc_status_t run(const uint8_t *kek, size_t kek_length, bool wrapping, uint8_t block[16],
                        uint8_t *registers, size_t length) {
    psa_key_id_t id;
    if (length < 16 || length % 8 != 0 || length > 8 * 42) return IOC_ERR_ARGUMENT;
    TRY(ioc_import(PSA_KEY_TYPE_AES, 8 * kek_length, PSA_ALG_ECB_NO_PADDING,
                   wrapping ? PSA_KEY_USAGE_ENCRYPT : PSA_KEY_USAGE_DECRYPT, kek, kek_length, &id));
    const ioc_status_t status = run_steps(id, wrapping, block, registers, length / 8);
    psa_destroy_key(id);
    return status;
}

#define INITIAL 0xa6

ioc_status_t ioc_key_wrap(const uint8_t *kek, size_t kek_length, const uint8_t *key, size_t length,
                          uint8_t *wrapped) {
    uint8_t block[16];
    memset(block, INITIAL, 8);
    memcpy(wrapped + 8, key, length);
    TRY(run(kek, kek_length, true, block, wrapped + 8, length));
    memcpy(wrapped, block, 8);
    ioc_wipe(block, sizeof block);
    return IOC_OK;
}

ioc_status_t ioc_key_unwrap(const uint8_t *kek, size_t kek_length, const uint8_t *wrapped, size_t length,
                            uint8_t *key) {
    uint8_t block[16], difference = 0;
    if (length < 24) return IOC_ERR_DECRYPTION;
    memcpy(block, wrapped, 8);
    memcpy(key, wrapped + 8, length - 8);
    TRY(run(kek, kek_length, false, block, key, length - 8));
    for (int i = 0; i < 8; i++)
        difference |= block[i] ^ INITIAL;
    ioc_wipe(block, sizeof block);
    if (difference == 0) return IOC_OK;
    ioc_wipe(key, length - 8);
    return IOC_ERR_DECRYPTION;
}

static void add_uint(ioc_sha256_t *hash, size_t value) {
    const uint8_t bytes[] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                             (uint8_t)value};
    ioc_sha256_add(hash, make_slice(bytes, sizeof bytes));
}

static void add_field(ioc_sha256_t *hash, ioc_slice_t field) {
    add_uint(hash, field.length);
    ioc_sha256_add(hash, field);
}

ioc_status_t ioc_concat_kdf(ioc_slice_t secret, const ioc_kdf_context_t *context, uint8_t *key,
                            size_t length) {
    ioc_sha256_t hash;
    uint8_t digest[32];
    if (length > sizeof digest) return IOC_ERR_ARGUMENT;
    ioc_sha256_begin(&hash);
    add_uint(&hash, 1);
    ioc_sha256_add(&hash, secret);
    add_field(&hash, context->algorithm);
    add_field(&hash, context->apu);
    add_field(&hash, context->apv);
    add_uint(&hash, 8 * length);
    if (context->tag.bytes) add_field(&hash, context->tag);
    TRY(ioc_sha256_end(&hash, digest));
    memcpy(key, digest, length);
    ioc_wipe(digest, sizeof digest);
    return IOC_OK;
}
