/* psa/crypto.h: the part of the PSA Certified Crypto API 1.1 (Arm IHI 0086) that the core uses, for the
 * simulator. Written from the specification: names, values and encodings are its own; the structures, which
 * it leaves to implementations, are ours. Every function is an import of the WebAssembly module that
 * packages/ioconnect/src/wasm/psa.ts serves. */
#ifndef IOC_WASM_PSA_CRYPTO_H
#define IOC_WASM_PSA_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

/* Statuses. */

typedef int32_t psa_status_t;

#define PSA_SUCCESS ((psa_status_t)0)
#define PSA_ERROR_GENERIC_ERROR ((psa_status_t)-132)
#define PSA_ERROR_NOT_PERMITTED ((psa_status_t)-133)
#define PSA_ERROR_NOT_SUPPORTED ((psa_status_t)-134)
#define PSA_ERROR_INVALID_ARGUMENT ((psa_status_t)-135)
#define PSA_ERROR_INVALID_HANDLE ((psa_status_t)-136)
#define PSA_ERROR_BAD_STATE ((psa_status_t)-137)
#define PSA_ERROR_BUFFER_TOO_SMALL ((psa_status_t)-138)
#define PSA_ERROR_HARDWARE_FAILURE ((psa_status_t)-147)
#define PSA_ERROR_INSUFFICIENT_ENTROPY ((psa_status_t)-148)
#define PSA_ERROR_INVALID_SIGNATURE ((psa_status_t)-149)

/* Key types. */

typedef uint16_t psa_key_type_t;
typedef uint8_t psa_ecc_family_t;

#define PSA_KEY_TYPE_HMAC ((psa_key_type_t)0x1100)
#define PSA_KEY_TYPE_AES ((psa_key_type_t)0x2400)
#define PSA_KEY_TYPE_ECC_PUBLIC_KEY(curve) ((psa_key_type_t)(0x4100 | (curve)))
#define PSA_KEY_TYPE_ECC_KEY_PAIR(curve) ((psa_key_type_t)(0x7100 | (curve)))
#define PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(type) ((psa_key_type_t)((type) & ~0x3000))

#define PSA_ECC_FAMILY_SECP_K1 ((psa_ecc_family_t)0x17)
#define PSA_ECC_FAMILY_SECP_R1 ((psa_ecc_family_t)0x12)
#define PSA_ECC_FAMILY_MONTGOMERY ((psa_ecc_family_t)0x41)
#define PSA_ECC_FAMILY_TWISTED_EDWARDS ((psa_ecc_family_t)0x42)

/* Algorithms: the low byte of one that takes a hash is the hash's. */

typedef uint32_t psa_algorithm_t;

#define PSA_ALG_SHA_256 ((psa_algorithm_t)0x02000009)
#define PSA_ALG_SHA_512 ((psa_algorithm_t)0x0200000b)
#define PSA_ALG_ANY_HASH ((psa_algorithm_t)0x020000ff)
#define PSA_ALG_HMAC(hash) ((psa_algorithm_t)(0x03800000 | ((hash)&0xff)))
#define PSA_ALG_TRUNCATED_MAC(mac, length)                                                                   \
    ((psa_algorithm_t)(((mac) & ~0x003f8000u) | ((psa_algorithm_t)(length) << 16 & 0x003f0000)))
#define PSA_ALG_ECB_NO_PADDING ((psa_algorithm_t)0x04404400)
#define PSA_ALG_CBC_PKCS7 ((psa_algorithm_t)0x04404100)
#define PSA_ALG_GCM ((psa_algorithm_t)0x05500200)
#define PSA_ALG_ECDSA(hash) ((psa_algorithm_t)(0x06000600 | ((hash)&0xff)))
#define PSA_ALG_DETERMINISTIC_ECDSA(hash) ((psa_algorithm_t)(0x06000700 | ((hash)&0xff)))
#define PSA_ALG_IS_DETERMINISTIC_ECDSA(algorithm) (((algorithm) & ~0xffu) == 0x06000700)
#define PSA_ALG_PURE_EDDSA ((psa_algorithm_t)0x06000800)
#define PSA_ALG_ECDH ((psa_algorithm_t)0x09020000)

/* Keys. */

typedef uint32_t psa_key_id_t;
typedef uint32_t psa_key_usage_t;

#define PSA_KEY_USAGE_EXPORT ((psa_key_usage_t)0x00000001)
#define PSA_KEY_USAGE_ENCRYPT ((psa_key_usage_t)0x00000100)
#define PSA_KEY_USAGE_DECRYPT ((psa_key_usage_t)0x00000200)
#define PSA_KEY_USAGE_SIGN_MESSAGE ((psa_key_usage_t)0x00000400)
#define PSA_KEY_USAGE_VERIFY_MESSAGE ((psa_key_usage_t)0x00000800)
#define PSA_KEY_USAGE_SIGN_HASH ((psa_key_usage_t)0x00001000)
#define PSA_KEY_USAGE_VERIFY_HASH ((psa_key_usage_t)0x00002000)
#define PSA_KEY_USAGE_DERIVE ((psa_key_usage_t)0x00004000)

/* psa.ts reads these four in this order, 32 bits each. */
typedef struct {
    uint32_t type;
    uint32_t bits;
    psa_algorithm_t algorithm;
    psa_key_usage_t usage;
} psa_key_attributes_t;

#define PSA_KEY_ATTRIBUTES_INIT                                                                              \
    { 0, 0, 0, 0 }

static inline void psa_set_key_type(psa_key_attributes_t *attributes, psa_key_type_t type) {
    attributes->type = type;
}

static inline void psa_set_key_bits(psa_key_attributes_t *attributes, size_t bits) {
    attributes->bits = (uint32_t)bits;
}

static inline void psa_set_key_algorithm(psa_key_attributes_t *attributes, psa_algorithm_t algorithm) {
    attributes->algorithm = algorithm;
}

static inline void psa_set_key_usage_flags(psa_key_attributes_t *attributes, psa_key_usage_t usage) {
    attributes->usage = usage;
}

static inline psa_key_type_t psa_get_key_type(const psa_key_attributes_t *attributes) {
    return (psa_key_type_t)attributes->type;
}

static inline size_t psa_get_key_bits(const psa_key_attributes_t *attributes) {
    return attributes->bits;
}

static inline psa_algorithm_t psa_get_key_algorithm(const psa_key_attributes_t *attributes) {
    return attributes->algorithm;
}

static inline void psa_reset_key_attributes(psa_key_attributes_t *attributes) {
    *attributes = (psa_key_attributes_t)PSA_KEY_ATTRIBUTES_INIT;
}

#define PSA_IMPORT(name) __attribute__((import_module("psa"), import_name(#name))) psa_status_t name

PSA_IMPORT(psa_crypto_init)(void);
PSA_IMPORT(psa_generate_random)(uint8_t *output, size_t output_size);
PSA_IMPORT(psa_get_key_attributes)(psa_key_id_t key, psa_key_attributes_t *attributes);
PSA_IMPORT(psa_import_key)
(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length, psa_key_id_t *key);
PSA_IMPORT(psa_destroy_key)(psa_key_id_t key);
PSA_IMPORT(psa_export_public_key)(psa_key_id_t key, uint8_t *data, size_t data_size, size_t *data_length);

/* Hashes. */

/* An operation is the host's; 0 is none. */
typedef struct {
    uint32_t handle;
} psa_hash_operation_t;

#define PSA_HASH_OPERATION_INIT                                                                              \
    { 0 }

PSA_IMPORT(psa_hash_compute)
(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash, size_t hash_size,
 size_t *hash_length);
PSA_IMPORT(psa_hash_setup)(psa_hash_operation_t *operation, psa_algorithm_t alg);
PSA_IMPORT(psa_hash_update)(psa_hash_operation_t *operation, const uint8_t *input, size_t input_length);
PSA_IMPORT(psa_hash_finish)
(psa_hash_operation_t *operation, uint8_t *hash, size_t hash_size, size_t *hash_length);
PSA_IMPORT(psa_hash_abort)(psa_hash_operation_t *operation);

/* Message authentication codes. */

typedef struct {
    uint32_t handle;
} psa_mac_operation_t;

#define PSA_MAC_OPERATION_INIT                                                                               \
    { 0 }

PSA_IMPORT(psa_mac_sign_setup)(psa_mac_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);
PSA_IMPORT(psa_mac_verify_setup)(psa_mac_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);
PSA_IMPORT(psa_mac_update)(psa_mac_operation_t *operation, const uint8_t *input, size_t input_length);
PSA_IMPORT(psa_mac_sign_finish)
(psa_mac_operation_t *operation, uint8_t *mac, size_t mac_size, size_t *mac_length);
PSA_IMPORT(psa_mac_verify_finish)(psa_mac_operation_t *operation, const uint8_t *mac, size_t mac_length);
PSA_IMPORT(psa_mac_abort)(psa_mac_operation_t *operation);

/* Ciphers. */

typedef struct {
    uint32_t handle;
} psa_cipher_operation_t;

#define PSA_CIPHER_OPERATION_INIT                                                                            \
    { 0 }

PSA_IMPORT(psa_cipher_encrypt)
(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *output,
 size_t output_size, size_t *output_length);
PSA_IMPORT(psa_cipher_decrypt)
(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *output,
 size_t output_size, size_t *output_length);
PSA_IMPORT(psa_cipher_encrypt_setup)
(psa_cipher_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);
PSA_IMPORT(psa_cipher_decrypt_setup)
(psa_cipher_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);
PSA_IMPORT(psa_cipher_set_iv)(psa_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length);
PSA_IMPORT(psa_cipher_update)
(psa_cipher_operation_t *operation, const uint8_t *input, size_t input_length, uint8_t *output,
 size_t output_size, size_t *output_length);
PSA_IMPORT(psa_cipher_finish)
(psa_cipher_operation_t *operation, uint8_t *output, size_t output_size, size_t *output_length);
PSA_IMPORT(psa_cipher_abort)(psa_cipher_operation_t *operation);

/* Authenticated encryption. */

PSA_IMPORT(psa_aead_encrypt)
(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *nonce, size_t nonce_length,
 const uint8_t *additional_data, size_t additional_data_length, const uint8_t *plaintext,
 size_t plaintext_length, uint8_t *ciphertext, size_t ciphertext_size, size_t *ciphertext_length);
PSA_IMPORT(psa_aead_decrypt)
(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *nonce, size_t nonce_length,
 const uint8_t *additional_data, size_t additional_data_length, const uint8_t *ciphertext,
 size_t ciphertext_length, uint8_t *plaintext, size_t plaintext_size, size_t *plaintext_length);

/* Signatures and key agreement. */

PSA_IMPORT(psa_sign_message)
(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *signature,
 size_t signature_size, size_t *signature_length);
PSA_IMPORT(psa_verify_message)
(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length, const uint8_t *signature,
 size_t signature_length);
PSA_IMPORT(psa_sign_hash)
(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length, uint8_t *signature,
 size_t signature_size, size_t *signature_length);
PSA_IMPORT(psa_raw_key_agreement)
(psa_algorithm_t alg, psa_key_id_t private_key, const uint8_t *peer_key, size_t peer_key_length,
 uint8_t *output, size_t output_size, size_t *output_length);

#endif
