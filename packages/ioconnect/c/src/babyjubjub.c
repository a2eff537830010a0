/* EdDSA as RFC 8032 section 5.1.6 has it, over BabyJubjub: the challenge is Poseidon's, as in circomlib, and
 * what is secret comes from SHA-512 of a purpose and the seed, so that no nonce serves two purposes. */
#include "bn254.h"
#include "internal.h"
#include <ioconnect/babyjubjub.h>
#include <ioconnect/did.h>
#include <ioconnect/keccak256.h>
#include <ioconnect/poseidon.h>
#include <string.h>

#define ORDER &ioc_babyjubjub_order

static ioc_status_t read_seed(psa_key_id_t id, uint8_t seed[IOC_BABYJUBJUB_SEED_BYTES]) {
    size_t length = 0;
    const psa_status_t status = psa_export_key(id, seed, IOC_BABYJUBJUB_SEED_BYTES, &length);
    return status == PSA_SUCCESS && length == IOC_BABYJUBJUB_SEED_BYTES ? IOC_OK : IOC_ERR_KEY;
}

/* SHA-512(purpose ‖ seed ‖ data) modulo the order. Its 512 bits leave no bias to speak of. */
static ioc_status_t derive(psa_key_id_t id, ioc_slice_t purpose, ioc_slice_t data, ioc_number_t *secret) {
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    uint8_t seed[IOC_BABYJUBJUB_SEED_BYTES], digest[64];
    size_t length;
    ioc_status_t status = read_seed(id, seed);
    if (status == IOC_OK) {
        psa_status_t hashed = psa_hash_setup(&operation, PSA_ALG_SHA_512);
        if (hashed == PSA_SUCCESS) hashed = psa_hash_update(&operation, purpose.bytes, purpose.length);
        if (hashed == PSA_SUCCESS) hashed = psa_hash_update(&operation, seed, sizeof seed);
        if (hashed == PSA_SUCCESS && data.length > 0)
            hashed = psa_hash_update(&operation, data.bytes, data.length);
        if (hashed == PSA_SUCCESS) hashed = psa_hash_finish(&operation, digest, sizeof digest, &length);
        psa_hash_abort(&operation);
        status = ioc_of_psa(hashed);
    }
    if (status == IOC_OK) ioc_number_reduce(secret, digest, ORDER);
    ioc_wipe(seed, sizeof seed);
    ioc_wipe(digest, sizeof digest);
    return status;
}

static ioc_status_t derive_secret(psa_key_id_t seed, ioc_number_t *secret) {
    return derive(seed, IOC_TEXT("ioConnect BabyJubjub key"), make_slice(NULL, 0), secret);
}

/* Writes nonce + factor·secret modulo the order, of any factor below 2^256, and wipes nonce and secret. */
static void respond(ioc_number_t *nonce, ioc_number_t *secret, const ioc_number_t *factor,
                    uint8_t response[32]) {
    ioc_number_multiply(secret, secret, &ioc_babyjubjub_order.square, ORDER);
    ioc_number_multiply(secret, factor, secret, ORDER);
    ioc_number_add(nonce, nonce, secret, ORDER);
    ioc_number_write(nonce, response);
    ioc_wipe(nonce, sizeof *nonce);
    ioc_wipe(secret, sizeof *secret);
}

ioc_status_t ioc_babyjubjub_open(ioc_babyjubjub_t *key, psa_key_id_t seed) {
    ioc_number_t secret;
    TRY(derive_secret(seed, &secret));
    key->seed = seed;
    ioc_point_of(&secret, key->bytes, key->bytes + 32);
    ioc_wipe(&secret, sizeof secret);
    return IOC_OK;
}

ioc_status_t ioc_babyjubjub_sign(const ioc_babyjubjub_t *key, const uint8_t message[32],
                                 uint8_t signature[IOC_BABYJUBJUB_SIGNATURE_BYTES]) {
    uint8_t inputs[5][32], hash[32];
    ioc_number_t nonce, secret, challenge;
    ioc_number_read(&challenge, message);
    if (!ioc_number_below(&challenge, &ioc_bn254.n)) return IOC_ERR_ARGUMENT;
    TRY(derive(key->seed, IOC_TEXT("ioConnect BabyJubjub signature"), make_slice(message, 32), &nonce));
    ioc_point_of(&nonce, signature, signature + 32);
    memcpy(inputs[0], signature, 64);
    memcpy(inputs[2], key->bytes, 64);
    memcpy(inputs[4], message, 32);
    ioc_status_t status = ioc_poseidon((const uint8_t(*)[32])inputs, COUNT(inputs), hash);
    if (status == IOC_OK) status = derive_secret(key->seed, &secret);
    if (status != IOC_OK) {
        ioc_wipe(&nonce, sizeof nonce);
        return status;
    }
    /* The verifier multiplies the key by 8. */
    ioc_number_read(&challenge, hash);
    for (int i = 0; i < 3; i++)
        ioc_number_add(&secret, &secret, &secret, ORDER);
    respond(&nonce, &secret, &challenge, signature + 64);
    return IOC_OK;
}

ioc_status_t ioc_babyjubjub_prove(const ioc_babyjubjub_t *key, const ioc_babyjubjub_binding_t *binding,
                                  uint8_t proof[IOC_BABYJUBJUB_PROOF_BYTES]) {
    uint8_t words[4][32] = {{0}}, digest[32];
    ioc_number_t nonce, secret, eighth;
    ioc_keccak256_t hash;
    /* As Solidity's abi.encode has the challenge. */
    ioc_keccak256(IOC_TEXT("ioID BabyJubjub possession"), words[0]);
    for (int i = 0; i < 8; i++)
        words[1][31 - i] = (uint8_t)(binding->chain_id >> (8 * i));
    memcpy(words[2] + 12, binding->registry, 20);
    memcpy(words[3] + 12, binding->device, 20);
    TRY(derive(key->seed, IOC_TEXT("ioConnect BabyJubjub possession"), make_slice(words, sizeof words),
               &nonce));
    const ioc_status_t status = derive_secret(key->seed, &secret);
    if (status != IOC_OK) {
        ioc_wipe(&nonce, sizeof nonce);
        return status;
    }
    memcpy(proof, key->bytes, 64);
    ioc_number_multiply(&eighth, &secret, &ioc_babyjubjub_eighth, ORDER);
    ioc_point_of(&eighth, proof + 64, proof + 96);
    ioc_wipe(&eighth, sizeof eighth);
    ioc_point_of(&nonce, proof + 128, proof + 160);
    ioc_keccak256_init(&hash);
    ioc_keccak256_update(&hash, words, sizeof words);
    ioc_keccak256_update(&hash, proof, 64);
    ioc_keccak256_update(&hash, proof + 128, 64);
    ioc_keccak256_final(&hash, digest);
    /* The challenge is the lower half. */
    memset(digest, 0, 16);
    ioc_number_read(&eighth, digest);
    respond(&nonce, &secret, &eighth, proof + 192);
    return IOC_OK;
}

void ioc_babyjubjub_hash(const ioc_babyjubjub_t *key, uint8_t hash[32]) {
    ioc_keccak256(make_slice(key->bytes, sizeof key->bytes), hash);
}

void ioc_babyjubjub_write_jwk(ioc_writer_t *writer, const ioc_babyjubjub_t *key) {
    ioc_write_format(writer, "{\"kty\":\"EC\",\"crv\":\"BabyJubJub\",\"x\":\"%b\",\"y\":\"%b\"}",
                     make_slice(key->bytes, 32), make_slice(key->bytes + 32, 32));
}

void ioc_babyjubjub_write_document(ioc_writer_t *writer, const ioc_public_key_t *signing,
                                   const ioc_public_key_t *agreement, const ioc_babyjubjub_t *key) {
    static const char methods_end[] = "],\"authentication\"";
    const size_t start = writer->length;
    uint8_t text[IOC_DID_IO_LENGTH];
    ioc_writer_t did_writer;
    ioc_write_document(writer, signing, agreement);
    if (ioc_writer_status(writer) != IOC_OK) return;
    /* What follows the methods is written again, behind one more. */
    size_t length = 0;
    while (!ioc_slice_starts(ioc_writer_slice(writer, start + length), methods_end))
        length++;
    writer->length = start + length;
    ioc_writer_init(&did_writer, text, sizeof text);
    ioc_write_did_io(&did_writer, signing);
    const ioc_slice_t did = ioc_writer_slice(&did_writer, 0);
    ioc_write_format(
        writer,
        ",{\"id\":\"%r#key-3\",\"type\":\"JsonWebKey2020\",\"controller\":\"%r\",\"publicKeyJwk\":", did,
        did);
    ioc_babyjubjub_write_jwk(writer, key);
    ioc_write_format(writer,
                     "}],\"authentication\":[\"%r#key-1\"],\"assertionMethod\":[\"%r#key-1\",\"%r#key-3\"],"
                     "\"keyAgreement\":[\"%r#key-%t\"]}",
                     did, did, did, did, agreement ? "2" : "1");
}
