/* babyjubjub.h: EdDSA-Poseidon over BabyJubjub (ERC-2494), which circuits verify: circomlib's
 * EdDSAPoseidonVerifier takes what is signed here. An optional module: what does not call it does not link
 * it.
 *
 * PSA has no such curve, so the secret is in this code's hands while it signs, and a secure element does not
 * protect it. The seed is a key of its own, of nothing else's use: 32 bytes, PSA_KEY_TYPE_RAW_DATA, which may
 * be exported (PSA_KEY_USAGE_EXPORT). Constant time, where the processor's multiplication is. */
#ifndef IOC_BABYJUBJUB_H
#define IOC_BABYJUBJUB_H

#include <ioconnect/key.h>

#define IOC_BABYJUBJUB_SEED_BYTES 32
/* R8.x, R8.y and S, 32 bytes each, the highest first. */
#define IOC_BABYJUBJUB_SIGNATURE_BYTES 96
/* A CircuitKey of contracts/ioid/interfaces/IDevicePermits.sol, as the ABI encodes it. */
#define IOC_BABYJUBJUB_PROOF_BYTES 224

typedef struct {
    psa_key_id_t seed;
    /* The public key: x and y, 32 bytes each, the highest first. */
    uint8_t bytes[64];
} ioc_babyjubjub_t;

/* Derives the key of a seed. Returns IOC_ERR_KEY where `seed` is no such PSA key. */
ioc_status_t ioc_babyjubjub_open(ioc_babyjubjub_t *key, psa_key_id_t seed);

/* Signs a number below BN254's order, such as ioc_reading_leaf gives. The same key and number give the same
 * signature. Returns IOC_ERR_ARGUMENT for a number that is not below. */
ioc_status_t ioc_babyjubjub_sign(const ioc_babyjubjub_t *key, const uint8_t message[32],
                                 uint8_t signature[IOC_BABYJUBJUB_SIGNATURE_BYTES]);

/* To whom a key is proven. */
typedef struct {
    uint64_t chain_id;
    /* Addresses of ioIDRegistry, and of the device. */
    uint8_t registry[20], device[20];
} ioc_babyjubjub_binding_t;

/* Proves to the registry that the device has the key's secret: what goes with a device permit. */
ioc_status_t ioc_babyjubjub_prove(const ioc_babyjubjub_t *key, const ioc_babyjubjub_binding_t *binding,
                                  uint8_t proof[IOC_BABYJUBJUB_PROOF_BYTES]);

/* Gives what a device permit names a key by: keccak256 of its coordinates. */
void ioc_babyjubjub_hash(const ioc_babyjubjub_t *key, uint8_t hash[32]);

/* Writes {"kty":"EC","crv":"BabyJubJub","x":…,"y":…}. */
void ioc_babyjubjub_write_jwk(ioc_writer_t *writer, const ioc_babyjubjub_t *key);

/* Writes the document of ioc_write_document with the key as its last verification method, for assertions. */
void ioc_babyjubjub_write_document(ioc_writer_t *writer, const ioc_public_key_t *signing,
                                   const ioc_public_key_t *agreement, const ioc_babyjubjub_t *key);

#endif
