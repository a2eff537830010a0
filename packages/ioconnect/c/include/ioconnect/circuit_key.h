/* circuit_key.h: a key of BabyJubjub (EIP-2494), so that a circuit can check that this very device signed
 * this very reading: EdDSA with Poseidon, as circomlib's EdDSAPoseidonVerifier checks it. Optional: what does
 * not call it does not contain it.
 *
 * PSA does not know the curve. The secret is made from a seed that PSA holds as a key of its own, for HMAC,
 * and is in this code's memory while it signs: a secure element does not protect it. */
#ifndef IOC_CIRCUIT_KEY_H
#define IOC_CIRCUIT_KEY_H

#include <ioconnect/platform.h>
#include <psa/crypto.h>

/* Coordinates of a point, the most significant byte first. */
typedef struct {
    uint8_t x[32];
    uint8_t y[32];
} ioc_jubjub_point_t;

typedef struct ioc_circuit_key ioc_circuit_key_t;

/* R8 and S, as the circuit takes them. */
#define IOC_CIRCUIT_SIGNATURE_LENGTH 96

/* What the registry takes to bind the key to a device (IDevicePermits.CircuitKey): the key is in the prime
 * subgroup, and its secret is known. */
typedef struct {
    ioc_jubjub_point_t public_key;
    /* The key times the inverse of 8. */
    ioc_jubjub_point_t eighth;
    ioc_jubjub_point_t commitment;
    uint8_t response[32];
} ioc_circuit_proof_t;

/* A reading as data availability commits it (packages/protocol, leaf.ts). */
#define IOC_READING_VALUES 5

typedef struct {
    uint64_t chain_id;
    uint64_t project_id;
    /* The device's address, 20 bytes. */
    const uint8_t *device;
    uint64_t nonce;
    /* Milliseconds since the epoch. */
    uint64_t time;
    /* Scaled to whole numbers; 0 for what there is not. */
    int64_t values[IOC_READING_VALUES];
} ioc_reading_t;

struct ioc_circuit_key {
    /* 32 random bytes: of type HMAC, with policy PSA_ALG_HMAC(PSA_ALG_SHA_512) and usage SIGN_MESSAGE. */
    psa_key_id_t seed;
    ioc_jubjub_point_t public_key;
    /* Of the leaves that the device's loop signs. */
    uint64_t chain_id;
    /* ioc_circuit_sign_reading and ioc_circuit_prove, for the loop and the serial line: a device without the
     * key contains neither. */
    ioc_status_t (*sign_reading)(const ioc_circuit_key_t *key, const ioc_reading_t *reading,
                                 uint8_t signature[IOC_CIRCUIT_SIGNATURE_LENGTH]);
    ioc_status_t (*prove)(const ioc_circuit_key_t *key, const uint8_t chain_id[32],
                          const uint8_t registry[20], const uint8_t device[20], ioc_circuit_proof_t *proof);
};

/* Makes the public key, which takes as long as a signature. */
ioc_status_t ioc_circuit_key_open(psa_key_id_t seed, uint64_t chain_id, ioc_circuit_key_t *key);

/* Signs a number of the field, such as a leaf: R8's coordinates, then S, the most significant byte of each
 * first. The same number gives the same signature. Returns IOC_ERR_ARGUMENT where it is not below the field's
 * prime. */
ioc_status_t ioc_circuit_sign(const ioc_circuit_key_t *key, const uint8_t message[32],
                              uint8_t signature[IOC_CIRCUIT_SIGNATURE_LENGTH]);

/* Gives Poseidon of the domain and the reading. */
ioc_status_t ioc_reading_leaf(const ioc_reading_t *reading, uint8_t leaf[32]);

/* Signs a reading's leaf. */
ioc_status_t ioc_circuit_sign_reading(const ioc_circuit_key_t *key, const ioc_reading_t *reading,
                                      uint8_t signature[IOC_CIRCUIT_SIGNATURE_LENGTH]);

/* Proves the key for a device, to the registry of a chain. */
ioc_status_t ioc_circuit_prove(const ioc_circuit_key_t *key, const uint8_t chain_id[32],
                               const uint8_t registry[20], const uint8_t device[20],
                               ioc_circuit_proof_t *proof);

#endif
