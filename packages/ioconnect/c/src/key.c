#include "internal.h"
#include <ioconnect/encoding.h>
#include <string.h>

void ioc_wipe(void *bytes, size_t length) {
    volatile uint8_t *at = bytes;
    while (length-- > 0)
        *at++ = 0;
}

void ioc_sha256_begin(ioc_sha256_t *hash) {
    memset(hash, 0, sizeof *hash);
    hash->status = psa_hash_setup(&hash->operation, PSA_ALG_SHA_256);
}

void ioc_sha256_add(ioc_sha256_t *hash, ioc_slice_t bytes) {
    if (hash->status == PSA_SUCCESS && bytes.length > 0)
        hash->status = psa_hash_update(&hash->operation, bytes.bytes, bytes.length);
}

ioc_status_t ioc_sha256_end(ioc_sha256_t *hash, uint8_t digest[32]) {
    size_t length;
    if (hash->status == PSA_SUCCESS) hash->status = psa_hash_finish(&hash->operation, digest, 32, &length);
    psa_hash_abort(&hash->operation);
    return ioc_of_psa(hash->status);
}

ioc_status_t ioc_of_psa(psa_status_t status) {
    switch (status) {
    case PSA_SUCCESS: return IOC_OK;
    case PSA_ERROR_NOT_SUPPORTED: return IOC_ERR_UNSUPPORTED;
    case PSA_ERROR_BUFFER_TOO_SMALL: return IOC_ERR_BUFFER;
    case PSA_ERROR_INVALID_ARGUMENT: return IOC_ERR_ARGUMENT;
    case PSA_ERROR_INSUFFICIENT_ENTROPY: return IOC_ERR_RANDOM;
    default: return IOC_ERR_CRYPTO;
    }
}

ioc_status_t ioc_psa_random(void *context, uint8_t *bytes, size_t length) {
    (void)context;
    return psa_generate_random(bytes, length) == PSA_SUCCESS ? IOC_OK : IOC_ERR_RANDOM;
}

ioc_status_t ioc_import(psa_key_type_t type, size_t bits, psa_algorithm_t algorithm, psa_key_usage_t usage,
                        const uint8_t *bytes, size_t length, psa_key_id_t *key) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, type);
    psa_set_key_bits(&attributes, bits);
    psa_set_key_algorithm(&attributes, algorithm);
    psa_set_key_usage_flags(&attributes, usage);
    return ioc_of_psa(psa_import_key(&attributes, bytes, length, key));
}

typedef struct {
    const char *name;
    const char *algorithm;
    psa_key_type_t type;
    uint16_t bits;
} curve_t;

/* By ioc_curve_t. */
static const curve_t CURVES[] = {
    {"P-256", "ES256", PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 256},
    {"secp256k1", "ES256K", PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_K1), 256},
    {"Ed25519", "EdDSA", PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS), 255},
    {"X25519", NULL, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY), 255},
};

static bool has_y(ioc_curve_t curve) {
    return curve <= IOC_SECP256K1;
}

size_t ioc_public_key_length(ioc_curve_t curve) {
    return has_y(curve) ? 64 : 32;
}

size_t ioc_export(const ioc_public_key_t *key, uint8_t bytes[65]) {
    const size_t length = ioc_public_key_length(key->curve);
    const bool point = has_y(key->curve);
    bytes[0] = 4;
    memcpy(bytes + point, key->bytes, length);
    return length + point;
}

const char *ioc_curve_name(ioc_curve_t curve) {
    return CURVES[curve].name;
}

const char *ioc_signature_algorithm(ioc_curve_t curve) {
    return CURVES[curve].algorithm;
}

psa_key_type_t ioc_pair_type(ioc_curve_t curve) {
    return CURVES[curve].type;
}

ioc_status_t ioc_key_public(psa_key_id_t key, ioc_public_key_t *public_key) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    if (psa_get_key_attributes(key, &attributes) != PSA_SUCCESS) return IOC_ERR_KEY;
    const psa_key_type_t type = psa_get_key_type(&attributes);
    const size_t bits = psa_get_key_bits(&attributes);
    psa_reset_key_attributes(&attributes);
    for (size_t i = 0; i < COUNT(CURVES); i++) {
        if (CURVES[i].type != type || CURVES[i].bits != bits) continue;
        uint8_t exported[65];
        size_t length;
        public_key->curve = (ioc_curve_t)i;
        TRY(ioc_of_psa(psa_export_public_key(key, exported, sizeof exported, &length)));
        const size_t prefix = has_y(public_key->curve);
        memset(public_key->bytes, 0, sizeof public_key->bytes);
        memcpy(public_key->bytes, exported + prefix, ioc_public_key_length(public_key->curve));
        return IOC_OK;
    }
    return IOC_ERR_KEY;
}

void ioc_write_jwk(ioc_writer_t *writer, const ioc_public_key_t *key) {
    const bool point = has_y(key->curve);
    ioc_write_format(writer, "{\"kty\":\"%t\",\"crv\":\"%t\",\"x\":\"%b", point ? "EC" : "OKP",
                     CURVES[key->curve].name, make_slice(key->bytes, 32));
    if (point) ioc_write_format(writer, "\",\"y\":\"%b", make_slice(key->bytes + 32, 32));
    ioc_write_text(writer, "\"}");
}

static ioc_status_t read_coordinate(ioc_slice_t value, uint8_t bytes[32]) {
    ioc_slice_t text;
    size_t length;
    TRY(ioc_json_plain(value, &text));
    if (ioc_decode_base64url(text, bytes, 32, &length) != IOC_OK || length != 32) return IOC_ERR_KEY;
    return IOC_OK;
}

ioc_status_t ioc_read_jwk(ioc_slice_t json, ioc_public_key_t *key) {
    ioc_slice_t values[4];
    TRY(ioc_json_members(json, "*kty *crv *x *y", values));
    for (size_t i = 0; i < COUNT(CURVES); i++) {
        if (!ioc_json_is(values[1], CURVES[i].name)) continue;
        const bool point = has_y((ioc_curve_t)i);
        if (!ioc_json_is(values[0], point ? "EC" : "OKP")) return IOC_ERR_KEY;
        key->curve = (ioc_curve_t)i;
        memset(key->bytes, 0, sizeof key->bytes);
        TRY(read_coordinate(values[2], key->bytes));
        return point ? read_coordinate(values[3], key->bytes + 32) : IOC_OK;
    }
    return IOC_ERR_KEY;
}

/* The orders of P-256 and secp256k1 (SEC 2), by ioc_curve_t. */
static const uint8_t ORDERS[2][32] = {
    {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51},
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
     0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41},
};

/* Makes s the smaller of s and order - s, which sign the same. A signature is no secret. */
static void lower_s(ioc_curve_t curve, uint8_t s[32]) {
    uint8_t other[32];
    int borrow = 0;
    for (int i = 31; i >= 0; i--) {
        const int difference = ORDERS[curve][i] - s[i] - borrow;
        other[i] = (uint8_t)difference;
        borrow = difference < 0;
    }
    if (memcmp(other, s, sizeof other) < 0) memcpy(s, other, sizeof other);
}

/* The policy of a key decides whether it signs deterministically; the hash is SHA-256, which it may leave
 * open. */
static ioc_status_t signing_algorithm(psa_key_id_t key, ioc_curve_t *curve, psa_algorithm_t *algorithm) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    if (psa_get_key_attributes(key, &attributes) != PSA_SUCCESS) return IOC_ERR_KEY;
    const psa_key_type_t type = psa_get_key_type(&attributes);
    *algorithm = PSA_ALG_IS_DETERMINISTIC_ECDSA(psa_get_key_algorithm(&attributes))
                     ? PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256)
                     : PSA_ALG_ECDSA(PSA_ALG_SHA_256);
    psa_reset_key_attributes(&attributes);
    for (size_t i = 0; i < COUNT(CURVES); i++)
        if (CURVES[i].type == type && CURVES[i].algorithm) {
            *curve = (ioc_curve_t)i;
            return IOC_OK;
        }
    return IOC_ERR_KEY;
}

ioc_status_t ioc_sign_digest(psa_key_id_t key, const uint8_t digest[32], uint8_t signature[64]) {
    ioc_curve_t curve;
    psa_algorithm_t algorithm;
    size_t length;
    TRY(signing_algorithm(key, &curve, &algorithm));
    if (!has_y(curve)) return IOC_ERR_ALGORITHM;
    TRY(ioc_of_psa(psa_sign_hash(key, algorithm, digest, 32, signature, 64, &length)));
    lower_s(curve, signature + 32);
    return IOC_OK;
}

ioc_status_t ioc_sign(psa_key_id_t key, ioc_slice_t message, uint8_t signature[64]) {
    ioc_curve_t curve;
    psa_algorithm_t algorithm;
    size_t length;
    TRY(signing_algorithm(key, &curve, &algorithm));
    if (!has_y(curve))
        return ioc_of_psa(
            psa_sign_message(key, PSA_ALG_PURE_EDDSA, message.bytes, message.length, signature, 64, &length));
    uint8_t digest[32];
    ioc_sha256_t hash;
    ioc_sha256_begin(&hash);
    ioc_sha256_add(&hash, message);
    TRY(ioc_sha256_end(&hash, digest));
    return ioc_sign_digest(key, digest, signature);
}

ioc_status_t ioc_verify(const ioc_public_key_t *key, ioc_slice_t message, ioc_slice_t signature) {
    const bool point = has_y(key->curve);
    const psa_algorithm_t algorithm = point ? PSA_ALG_ECDSA(PSA_ALG_SHA_256) : PSA_ALG_PURE_EDDSA;
    uint8_t exported[65];
    psa_key_id_t id;
    if (!CURVES[key->curve].algorithm) return IOC_ERR_ALGORITHM;
    if (signature.length != 64) return IOC_ERR_SIGNATURE;
    const ioc_status_t imported =
        ioc_import(PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(CURVES[key->curve].type), CURVES[key->curve].bits,
                   algorithm, PSA_KEY_USAGE_VERIFY_MESSAGE, exported, ioc_export(key, exported), &id);
    /* PSA refuses points that are not on the curve; Ed25519, whose keys are any bytes, where it does not know
     * the curve. */
    if (imported != IOC_OK)
        return imported == IOC_ERR_ARGUMENT ? point ? IOC_ERR_KEY : IOC_ERR_UNSUPPORTED : imported;
    const psa_status_t verified =
        psa_verify_message(id, algorithm, message.bytes, message.length, signature.bytes, signature.length);
    psa_destroy_key(id);
    if (verified == PSA_SUCCESS || verified == PSA_ERROR_NOT_SUPPORTED) return ioc_of_psa(verified);
    return IOC_ERR_SIGNATURE;
}
