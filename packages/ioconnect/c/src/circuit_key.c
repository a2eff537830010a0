#include "residue.h"
#include <ioconnect/circuit_key.h>
#include <ioconnect/keccak256.h>
#include <ioconnect/poseidon.h>
#include <string.h>

/* Bits of the subgroup's order. */
#define ORDER_BITS 251

/* (X : Y : Z), in Montgomery form. */
typedef struct {
    residue_t x, y, z;
} point_t;

/* In Montgomery form: a and d of a x^2 + y^2 = 1 + d x^2 y^2, and Base8, the generator that circomlib signs
 * with. */
static const residue_t A = {
    {0xfff261e0, 0x95accf61, 0x9df7d378, 0x24780d65, 0x7e906ae8, 0xe0ac11b0, 0x16d3def3, 0x0f35db22}};
static const residue_t D = {
    {0xaff261f5, 0x2735f484, 0x9a2e0f63, 0x70ba1b57, 0x1e2caa8c, 0xff41c9a9, 0x8fe6025f, 0x07704a8e}};
static const residue_t BASE_X = {
    {0x1a89fa86, 0x0a8fc7bc, 0xe9e48627, 0xa7d9d786, 0x65bea369, 0xee6158b4, 0x2f874519, 0x14a0ff6d}};
static const residue_t BASE_Y = {
    {0x0d0201aa, 0xb83342d2, 0xcdcfeac7, 0x2ffef2f7, 0x25a6e625, 0xbfa79a94, 0xc3a44b70, 0x0dfb859d}};

static void multiply(residue_t *product, const residue_t *one, const residue_t *other) {
    ioc_residue_multiply(&IOC_SCALAR_FIELD, product, one, other);
}

static void add(residue_t *sum, const residue_t *one, const residue_t *other) {
    ioc_residue_add(&IOC_SCALAR_FIELD, sum, one, other);
}

static void subtract(residue_t *difference, const residue_t *one, const residue_t *other) {
    ioc_residue_subtract(&IOC_SCALAR_FIELD, difference, one, other);
}

static point_t identity(void) {
    point_t point = {.y = ioc_residue_of(1)};
    ioc_residue_enter(&IOC_SCALAR_FIELD, &point.y);
    point.z = point.y;
    return point;
}

/* add-2008-bbjlp of the Explicit-Formulas Database: of any two points, equal ones too, as a is a square and d
 * is not. */
static void add_points(point_t *sum, const point_t *one, const point_t *other) {
    residue_t a, b, c, d, e, f, cross;
    multiply(&a, &one->z, &other->z);
    multiply(&b, &a, &a);
    multiply(&c, &one->x, &other->x);
    multiply(&d, &one->y, &other->y);
    multiply(&e, &c, &d);
    multiply(&e, &e, &D);
    add(&f, &one->x, &one->y);
    add(&cross, &other->x, &other->y);
    multiply(&cross, &cross, &f);
    subtract(&cross, &cross, &c);
    subtract(&cross, &cross, &d);
    subtract(&f, &b, &e);
    add(&b, &b, &e);
    multiply(&c, &c, &A);
    subtract(&d, &d, &c);
    multiply(&sum->z, &f, &b);
    multiply(&f, &f, &a);
    multiply(&sum->x, &f, &cross);
    multiply(&b, &b, &a);
    multiply(&sum->y, &b, &d);
}

/* dbl-2008-bbjlp. */
static void double_point(point_t *point) {
    residue_t b, d, e, j;
    add(&b, &point->x, &point->y);
    multiply(&b, &b, &b);
    multiply(&e, &point->x, &point->x);
    subtract(&b, &b, &e);
    multiply(&d, &point->y, &point->y);
    subtract(&b, &b, &d);
    multiply(&e, &e, &A);
    multiply(&j, &point->z, &point->z);
    add(&j, &j, &j);
    subtract(&point->y, &e, &d);
    add(&e, &e, &d);
    subtract(&j, &e, &j);
    multiply(&point->x, &b, &j);
    multiply(&point->y, &point->y, &e);
    multiply(&point->z, &e, &j);
}

/* `scalar` times the generator: for every bit a doubling and an addition. */
static void multiply_base(const residue_t *scalar, ioc_jubjub_point_t *product) {
    point_t sum = identity(), base = {BASE_X, BASE_Y, sum.z}, more;
    for (int bit = ORDER_BITS - 1; bit >= 0; bit--) {
        const uint32_t mask = (uint32_t)0 - (scalar->limbs[bit / 32] >> (bit % 32) & 1);
        double_point(&sum);
        add_points(&more, &sum, &base);
        ioc_residue_select(&sum.x, &more.x, mask);
        ioc_residue_select(&sum.y, &more.y, mask);
        ioc_residue_select(&sum.z, &more.z, mask);
    }
    ioc_residue_invert(&IOC_SCALAR_FIELD, &sum.z, &sum.z);
    multiply(&sum.x, &sum.x, &sum.z);
    multiply(&sum.y, &sum.y, &sum.z);
    ioc_residue_leave(&IOC_SCALAR_FIELD, &sum.x);
    ioc_residue_leave(&IOC_SCALAR_FIELD, &sum.y);
    ioc_residue_write(&sum.x, product->x);
    ioc_residue_write(&sum.y, product->y);
    ioc_wipe(&sum, sizeof sum);
    ioc_wipe(&more, sizeof more);
}

/* HMAC-SHA-512 of a purpose and `text`, as a scalar: 512 bits modulo the order are as good as even. */
static ioc_status_t derive(psa_key_id_t seed, const char *purpose, ioc_slice_t text, residue_t *scalar) {
    const psa_algorithm_t algorithm = PSA_ALG_HMAC(PSA_ALG_SHA_512);
    psa_mac_operation_t mac = PSA_MAC_OPERATION_INIT;
    uint8_t bytes[64];
    residue_t low;
    size_t length;
    psa_status_t status = psa_mac_sign_setup(&mac, seed, algorithm);
    if (status == PSA_SUCCESS) status = psa_mac_update(&mac, (const uint8_t *)purpose, strlen(purpose) + 1);
    if (status == PSA_SUCCESS) status = psa_mac_update(&mac, text.bytes, text.length);
    if (status == PSA_SUCCESS) status = psa_mac_sign_finish(&mac, bytes, sizeof bytes, &length);
    psa_mac_abort(&mac);
    TRY(ioc_of_psa(status));
    ioc_residue_read(scalar, bytes);
    ioc_residue_read(&low, bytes + 32);
    /* The upper half times 2^256 is its Montgomery form. */
    ioc_residue_enter(&IOC_JUBJUB_ORDER, scalar);
    ioc_residue_enter(&IOC_JUBJUB_ORDER, &low);
    ioc_residue_leave(&IOC_JUBJUB_ORDER, &low);
    ioc_residue_add(&IOC_JUBJUB_ORDER, scalar, scalar, &low);
    ioc_wipe(bytes, sizeof bytes);
    return IOC_OK;
}

static ioc_status_t secret_of(psa_key_id_t seed, residue_t *secret) {
    return derive(seed, "ioConnect circuit key", make_slice("", 0), secret);
}

ioc_status_t ioc_circuit_key_open(psa_key_id_t seed, uint64_t chain_id, ioc_circuit_key_t *key) {
    residue_t secret;
    TRY(secret_of(seed, &secret));
    *key = (ioc_circuit_key_t){.seed = seed,
                               .chain_id = chain_id,
                               .sign_reading = ioc_circuit_sign_reading,
                               .prove = ioc_circuit_prove};
    multiply_base(&secret, &key->public_key);
    ioc_wipe(&secret, sizeof secret);
    return IOC_OK;
}

/* nonce + factor times secret, modulo the order; `factor` is any number of 256 bits. */
static void respond(residue_t *nonce, residue_t *factor, residue_t *secret, uint8_t response[32]) {
    ioc_residue_enter(&IOC_JUBJUB_ORDER, factor);
    ioc_residue_multiply(&IOC_JUBJUB_ORDER, factor, factor, secret);
    ioc_residue_add(&IOC_JUBJUB_ORDER, nonce, nonce, factor);
    ioc_residue_write(nonce, response);
    ioc_wipe(nonce, sizeof *nonce);
    ioc_wipe(secret, sizeof *secret);
}

ioc_status_t ioc_circuit_sign(const ioc_circuit_key_t *key, const uint8_t message[32],
                              uint8_t signature[IOC_CIRCUIT_SIGNATURE_LENGTH]) {
    /* What the circuit hashes: R8, the key, the message. */
    struct {
        ioc_jubjub_point_t commitment, public_key;
        uint8_t message[32];
    } hashed = {.public_key = key->public_key};
    residue_t nonce, secret, factor;
    uint8_t hash[32];
    memcpy(hashed.message, message, sizeof hashed.message);
    /* The nonce depends on all that the hash does: two hashes under one nonce would give the secret away. */
    TRY(derive(key->seed, "ioConnect circuit nonce",
               make_slice(&hashed.public_key, sizeof hashed - sizeof hashed.commitment), &nonce));
    multiply_base(&nonce, &hashed.commitment);
    TRY(ioc_poseidon((const uint8_t(*)[32]) & hashed, 5, hash));
    TRY(secret_of(key->seed, &secret));
    ioc_residue_read(&factor, hash);
    /* The circuit multiplies the key by 8 times the hash. */
    for (int i = 0; i < 3; i++)
        ioc_residue_add(&IOC_JUBJUB_ORDER, &secret, &secret, &secret);
    memcpy(signature, &hashed.commitment, 64);
    respond(&nonce, &factor, &secret, signature + 64);
    return IOC_OK;
}

static void absorb_address(ioc_keccak256_t *hash, const uint8_t address[20]) {
    static const uint8_t padding[12];
    ioc_keccak256_update(hash, padding, sizeof padding);
    ioc_keccak256_update(hash, address, 20);
}

ioc_status_t ioc_circuit_prove(const ioc_circuit_key_t *key, const uint8_t chain_id[32],
                               const uint8_t registry[20], const uint8_t device[20],
                               ioc_circuit_proof_t *proof) {
    /* The inverse of 8, in Montgomery form. */
    residue_t eighth = ioc_residue_of(8), secret, nonce, factor;
    uint8_t digest[32];
    ioc_keccak256_t hash;
    ioc_residue_enter(&IOC_JUBJUB_ORDER, &eighth);
    ioc_residue_invert(&IOC_JUBJUB_ORDER, &eighth, &eighth);
    TRY(secret_of(key->seed, &secret));
    ioc_residue_multiply(&IOC_JUBJUB_ORDER, &eighth, &eighth, &secret);
    proof->public_key = key->public_key;
    multiply_base(&eighth, &proof->eighth);
    ioc_wipe(&eighth, sizeof eighth);

    ioc_keccak256(IOC_TEXT("ioID BabyJubjub possession"), digest);
    ioc_keccak256_init(&hash);
    ioc_keccak256_update(&hash, digest, sizeof digest);
    ioc_keccak256_update(&hash, chain_id, 32);
    absorb_address(&hash, registry);
    absorb_address(&hash, device);
    ioc_keccak256_update(&hash, &key->public_key, sizeof key->public_key);
    /* The nonce depends on all that the challenge does. */
    ioc_keccak256_t so_far = hash;
    ioc_keccak256_final(&so_far, digest);
    TRY(derive(key->seed, "ioConnect circuit possession", make_slice(digest, sizeof digest), &nonce));
    multiply_base(&nonce, &proof->commitment);
    ioc_keccak256_update(&hash, &proof->commitment, sizeof proof->commitment);
    ioc_keccak256_final(&hash, digest);
    /* The lower half is the challenge. */
    memset(digest, 0, 16);
    ioc_residue_read(&factor, digest);
    respond(&nonce, &factor, &secret, proof->response);
    return IOC_OK;
}

/* "iotex2" in ASCII, then the version of the leaf's layout. */
#define LEAF_DOMAIN 0x696f7465783201

ioc_status_t ioc_reading_leaf(const ioc_reading_t *reading, uint8_t leaf[32]) {
    uint8_t inputs[IOC_POSEIDON_INPUTS][32];
    const uint64_t numbers[] = {LEAF_DOMAIN, reading->chain_id, reading->project_id,
                                0,           reading->nonce,    reading->time};
    residue_t number, zero = ioc_residue_of(0);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        number = ioc_residue_of(numbers[i]);
        ioc_residue_write(&number, inputs[i]);
    }
    memcpy(inputs[3] + 12, reading->device, 20);
    for (size_t i = 0; i < IOC_READING_VALUES; i++) {
        const int64_t value = reading->values[i];
        number = ioc_residue_of(value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
        /* A negative value is the field's element below the prime. */
        if (value < 0) ioc_residue_subtract(&IOC_SCALAR_FIELD, &number, &zero, &number);
        ioc_residue_write(&number, inputs[COUNT(numbers) + i]);
    }
    return ioc_poseidon((const uint8_t(*)[32])inputs, IOC_POSEIDON_INPUTS, leaf);
}

ioc_status_t ioc_circuit_sign_reading(const ioc_circuit_key_t *key, const ioc_reading_t *reading,
                                      uint8_t signature[IOC_CIRCUIT_SIGNATURE_LENGTH]) {
    uint8_t leaf[32];
    TRY(ioc_reading_leaf(reading, leaf));
    return ioc_circuit_sign(key, leaf, signature);
}
