/* key.h: keys by their PSA identifiers. Private keys never leave PSA; they may live in a secure element. A
 * key signs or agrees on secrets as its PSA policy says, so a device has one of each. */
#ifndef IOC_KEY_H
#define IOC_KEY_H

#include <ioconnect/slice.h>
#include <ioconnect/status.h>
#include <ioconnect/writer.h>
#include <psa/crypto.h>

typedef enum { IOC_P256, IOC_SECP256K1, IOC_ED25519, IOC_X25519 } ioc_curve_t;

typedef struct {
    ioc_curve_t curve;
    /* x and y; or the 32 bytes of Ed25519 and X25519. */
    uint8_t bytes[64];
} ioc_public_key_t;

/* Returns 64 or 32. */
size_t ioc_public_key_length(ioc_curve_t curve);

/* Returns "P-256" and so on, as JSON Web Keys have it. */
const char *ioc_curve_name(ioc_curve_t curve);

/* Gives the public half of a key that PSA holds. Returns IOC_ERR_KEY where it is on another curve. */
ioc_status_t ioc_key_public(psa_key_id_t key, ioc_public_key_t *public_key);

/* Writes {"kty":…,"crv":…,"x":…,"y":…}, members in this order (RFC 7518 section 6.2, RFC 8037). */
void ioc_write_jwk(ioc_writer_t *writer, const ioc_public_key_t *key);

/* Reads the public members of a JWK, coordinates checked for length. Whether the point is on its curve PSA
 * checks as it is used. Returns IOC_ERR_KEY for curves that are not used here. */
ioc_status_t ioc_read_jwk(ioc_slice_t json, ioc_public_key_t *key);

/* JOSE's name of the signatures of a curve, "ES256"; null for X25519. */
const char *ioc_signature_algorithm(ioc_curve_t curve);

/* Signs a digest of 32 bytes: r and s, s in the lower half of the order. P-256 and secp256k1 only. */
ioc_status_t ioc_sign_digest(psa_key_id_t key, const uint8_t digest[32], uint8_t signature[64]);

/* Signs as ES256, ES256K (s in the lower half) or EdDSA, which the key's curve decides. */
ioc_status_t ioc_sign(psa_key_id_t key, ioc_slice_t message, uint8_t signature[64]);

/* Verifies likewise; s may lie in either half, as RFC 7518 has it. Returns IOC_ERR_SIGNATURE. */
ioc_status_t ioc_verify(const ioc_public_key_t *key, ioc_slice_t message, ioc_slice_t signature);

/* What a verification method is for (DID Core section 5.3). */
typedef enum { IOC_AUTHENTICATION, IOC_ASSERTION, IOC_AGREEMENT } ioc_relationship_t;

/* Finds public keys by the DID URL of their verification method. Returns IOC_ERR_KEY_UNKNOWN. */
typedef struct {
    void *context;
    ioc_status_t (*find)(void *context, ioc_slice_t kid, ioc_relationship_t relationship,
                         ioc_public_key_t *key);
} ioc_resolver_t;

#endif
