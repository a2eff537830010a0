/* constant-time.c: what circuit keys do with their secrets, under valgrind: what PSA derives of a seed is
 * memory that was never written, as far as valgrind knows, so that it reports each branch and each address
 * that depends on it (ctgrind, Adam Langley 2010). What a signature publishes is taken out of that again.
 *
 * One argument says what is done. Beside it the curve's formulas, which nothing else reaches: numbers of 64
 * hexadecimal digits in, and out. */
#include <ioconnect/circuit_key.h>
#include <ioconnect/keccak256.h>
#include <ioconnect/poseidon.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/memcheck.h>

static psa_status_t finish_secret(psa_mac_operation_t *operation, uint8_t *mac, size_t size, size_t *length) {
    const psa_status_t status = psa_mac_sign_finish(operation, mac, size, length);
    (void)VALGRIND_MAKE_MEM_UNDEFINED(mac, size);
    return status;
}

/* What is hashed is public: R8, the key and the message, of which R8 comes from the nonce. */
static ioc_status_t hash_public(const uint8_t (*inputs)[32], size_t count, uint8_t hash[32]) {
    (void)VALGRIND_MAKE_MEM_DEFINED(inputs, 32 * count);
    return ioc_poseidon(inputs, count, hash);
}

#define psa_mac_sign_finish finish_secret
#define ioc_poseidon hash_public
#include "src/circuit_key.c"

static void print(const void *bytes, size_t length) {
    (void)VALGRIND_MAKE_MEM_DEFINED(bytes, length);
    for (size_t i = 0; i < length; i++)
        printf("%02x", ((const uint8_t *)bytes)[i]);
    printf("\n");
}

static void read_number(const char *digits, residue_t *number) {
    uint8_t bytes[32];
    for (int i = 0; i < 32; i++) {
        const char pair[3] = {digits[2 * i], digits[2 * i + 1], 0};
        bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    ioc_residue_read(number, bytes);
    ioc_residue_enter(&IOC_SCALAR_FIELD, number);
}

static void read_point(char **digits, point_t *point) {
    *point = identity();
    read_number(digits[0], &point->x);
    read_number(digits[1], &point->y);
}

static void print_point(point_t *point) {
    ioc_jubjub_point_t affine;
    ioc_residue_invert(&IOC_SCALAR_FIELD, &point->z, &point->z);
    multiply(&point->x, &point->x, &point->z);
    multiply(&point->y, &point->y, &point->z);
    ioc_residue_leave(&IOC_SCALAR_FIELD, &point->x);
    ioc_residue_leave(&IOC_SCALAR_FIELD, &point->y);
    ioc_residue_write(&point->x, affine.x);
    ioc_residue_write(&point->y, affine.y);
    print(&affine, sizeof affine);
}

int main(int count, char **words) {
    static const uint8_t seed[32] = {7}, message[32] = {0, 1}, chain_id[32] = {0}, address[20] = {9};
    psa_key_id_t id;
    ioc_circuit_key_t key;
    if (count < 2 || psa_crypto_init() != PSA_SUCCESS) return 2;
    const char *what = words[1];
    if (count == 6 && strcmp(what, "add") == 0) {
        point_t one, other;
        read_point(words + 2, &one);
        read_point(words + 4, &other);
        add_points(&one, &one, &other);
        print_point(&one);
        return 0;
    }
    if (count == 4 && strcmp(what, "double") == 0) {
        point_t point;
        read_point(words + 2, &point);
        double_point(&point);
        print_point(&point);
        return 0;
    }
    if (strcmp(what, "keccak256") == 0) {
        uint8_t secret[300] = {1}, digest[32];
        (void)VALGRIND_MAKE_MEM_UNDEFINED(secret, sizeof secret);
        ioc_keccak256(make_slice(secret, sizeof secret), digest);
        print(digest, sizeof digest);
        return 0;
    }
    if (ioc_import(PSA_KEY_TYPE_HMAC, 256, PSA_ALG_HMAC(PSA_ALG_SHA_512), PSA_KEY_USAGE_SIGN_MESSAGE, seed,
                   sizeof seed, &id) != IOC_OK)
        return 2;
    if (strcmp(what, "branch") == 0 || strcmp(what, "address") == 0) {
        /* That valgrind sees what it is there for. */
        static const uint8_t table[256] = {1};
        volatile uint8_t sink = 0;
        residue_t secret;
        if (secret_of(id, &secret) != IOC_OK) return 2;
        if (strcmp(what, "address") == 0)
            sink = table[secret.limbs[0] & 0xff];
        else if (secret.limbs[0] & 1)
            sink = 1;
        return sink & 0;
    }
    if (ioc_circuit_key_open(id, 4690, &key) != IOC_OK) return 2;
    (void)VALGRIND_MAKE_MEM_DEFINED(&key, sizeof key);
    if (strcmp(what, "open") == 0) {
        print(&key.public_key, sizeof key.public_key);
        return 0;
    }
    if (strcmp(what, "sign") == 0) {
        uint8_t signature[IOC_CIRCUIT_SIGNATURE_LENGTH];
        if (ioc_circuit_sign(&key, message, signature) != IOC_OK) return 2;
        print(signature, sizeof signature);
        return 0;
    }
    if (strcmp(what, "prove") == 0) {
        ioc_circuit_proof_t proof;
        if (ioc_circuit_prove(&key, chain_id, address, address, &proof) != IOC_OK) return 2;
        print(&proof, sizeof proof);
        return 0;
    }
    return 2;
}
