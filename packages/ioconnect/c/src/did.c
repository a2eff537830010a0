#include "internal.h"
#include <ioconnect/did.h>
#include <ioconnect/encoding.h>
#include <string.h>

void ioc_address(const ioc_public_key_t *key, uint8_t address[20]) {
    uint8_t digest[32];
    ioc_keccak256(make_slice(key->bytes, ioc_public_key_length(key->curve)), digest);
    memcpy(address, digest + 12, 20);
}

void ioc_write_did_io(ioc_writer_t *writer, const ioc_public_key_t *key) {
    uint8_t address[20];
    ioc_address(key, address);
    ioc_write_format(writer, "did:io:0x%x", make_slice(address, sizeof address));
}

void ioc_write_did_key(ioc_writer_t *writer, const ioc_public_key_t *key) {
    /* Unsigned varints of p256-pub, secp256k1-pub, ed25519-pub and x25519-pub in the table of multicodecs. */
    static const uint8_t codecs[][2] = {{0x80, 0x24}, {0xe7, 0x01}, {0xed, 0x01}, {0xec, 0x01}};
    const bool point = ioc_public_key_length(key->curve) == 64;
    uint8_t bytes[35] = {codecs[key->curve][0], codecs[key->curve][1]};
    if (point) bytes[2] = (uint8_t)(2 | (key->bytes[63] & 1));
    memcpy(bytes + 2 + point, key->bytes, 32);
    ioc_write_text(writer, "did:key:z");
    ioc_write_base58(writer, bytes, 34u + point);
}

static void begin_method(ioc_writer_t *writer, ioc_slice_t did, const char *name) {
    ioc_write_format(
        writer, "%t{\"id\":\"%r#key-%t\",\"type\":\"JsonWebKey2020\",\"controller\":\"%r\",\"publicKeyJwk\":",
        *name == '1' ? "" : ",", did, name, did);
}

static void write_method(ioc_writer_t *writer, ioc_slice_t did, const char *name,
                         const ioc_public_key_t *key) {
    begin_method(writer, did, name);
    ioc_write_jwk(writer, key);
    ioc_write_byte(writer, '}');
}

void ioc_write_document(ioc_writer_t *writer, const ioc_public_key_t *signing,
                        const ioc_public_key_t *agreement, const ioc_circuit_key_t *circuit) {
    uint8_t text[IOC_DID_IO_LENGTH];
    ioc_writer_t did_writer;
    ioc_writer_init(&did_writer, text, sizeof text);
    ioc_write_did_io(&did_writer, signing);
    const ioc_slice_t did = ioc_writer_slice(&did_writer, 0);
    ioc_write_format(
        writer,
        "{\"@context\":[\"https://www.w3.org/ns/did/v1\","
        "\"https://w3id.org/security/suites/jws-2020/v1\"],\"id\":\"%r\",\"verificationMethod\":[",
        did);
    write_method(writer, did, "1", signing);
    if (agreement) write_method(writer, did, "2", agreement);
    if (circuit) {
        begin_method(writer, did, "3");
        ioc_write_format(writer, "{\"kty\":\"EC\",\"crv\":\"BabyJubjub\",\"x\":\"%b\",\"y\":\"%b\"}}",
                         make_slice(circuit->public_key.x, 32), make_slice(circuit->public_key.y, 32));
    }
    ioc_write_format(writer,
                     "],\"authentication\":[\"%r#key-1\"],\"assertionMethod\":[\"%r#key-1\"],"
                     "\"keyAgreement\":[\"%r#key-%t\"]}",
                     did, did, did, agreement ? "2" : "1");
}

ioc_slice_t ioc_did_of(ioc_slice_t url) {
    size_t length = 0;
    while (length < url.length && url.bytes[length] != '#' && url.bytes[length] != '?' &&
           url.bytes[length] != '/')
        length++;
    return make_slice(url.bytes, length);
}

/* Whether the JSON string `value` is the DID URL `kid`, or its fragment in a document of `did`. */
static bool names(ioc_slice_t value, ioc_slice_t did, ioc_slice_t kid) {
    ioc_slice_t id;
    if (ioc_json_plain(value, &id) != IOC_OK || id.length == 0) return false;
    if (id.bytes[0] == '#' && kid.length > did.length &&
        ioc_slice_equal(make_slice(kid.bytes, did.length), did))
        kid = make_slice(kid.bytes + did.length, kid.length - did.length);
    return ioc_slice_equal(id, kid);
}

/* Reads the method if it is that of `kid`. */
static ioc_status_t read_method(ioc_slice_t method, ioc_slice_t did, ioc_slice_t kid, ioc_public_key_t *key) {
    ioc_slice_t values[2];
    TRY(ioc_json_members(method, "*id *publicKeyJwk", values));
    if (!names(values[0], did, kid)) return IOC_ERR_KEY_UNKNOWN;
    return values[1].bytes ? ioc_read_jwk(values[1], key) : IOC_ERR_KEY;
}

/* Reads the methods in an array until one is that of `kid`. */
static ioc_status_t find_method(ioc_slice_t methods, ioc_slice_t did, ioc_slice_t kid, ioc_public_key_t *key,
                                bool *referred) {
    ioc_slice_t cursor, value;
    if (!methods.bytes) return IOC_ERR_KEY_UNKNOWN;
    TRY(ioc_json_array(methods, &cursor));
    for (;;) {
        TRY(ioc_json_next(&cursor, &value));
        if (!value.bytes) return IOC_ERR_KEY_UNKNOWN;
        if (referred && names(value, did, kid)) *referred = true;
        if (!ioc_json_is_object(value)) continue;
        const ioc_status_t status = read_method(value, did, kid, key);
        if (status != IOC_ERR_KEY_UNKNOWN) return status;
    }
}

#define DOCUMENT_MEMBERS 5

static ioc_status_t read_document(ioc_slice_t document, ioc_slice_t values[DOCUMENT_MEMBERS],
                                  ioc_slice_t *did) {
    TRY(ioc_json_members(document, "*authentication *assertionMethod *keyAgreement *verificationMethod =id",
                         values));
    *did = values[4];
    return IOC_OK;
}

ioc_status_t ioc_document_key(ioc_slice_t document, ioc_relationship_t relationship, ioc_slice_t kid,
                              ioc_public_key_t *key) {
    ioc_slice_t values[DOCUMENT_MEMBERS], did;
    bool referred = false;
    TRY(read_document(document, values, &did));
    const ioc_status_t status = find_method(values[relationship], did, kid, key, &referred);
    if (status != IOC_ERR_KEY_UNKNOWN || !referred) return status;
    return find_method(values[3], did, kid, key, NULL);
}

ioc_status_t ioc_document_verify(ioc_slice_t document, const uint8_t hash[32], ioc_slice_t did) {
    ioc_slice_t values[DOCUMENT_MEMBERS], id, cursor, first;
    ioc_public_key_t key;
    uint8_t digest[32], address[20], expected[20];
    ioc_keccak256(document, digest);
    if (memcmp(digest, hash, sizeof digest) != 0) return IOC_ERR_DOCUMENT;
    TRY(read_document(document, values, &id));
    if (!ioc_slice_equal(id, did) || !ioc_slice_starts(did, "did:io:") || !values[0].bytes)
        return IOC_ERR_DOCUMENT;
    if (ioc_decode_hex(make_slice(did.bytes + 7, did.length - 7), expected, 20) != IOC_OK)
        return IOC_ERR_DOCUMENT;
    TRY(ioc_json_array(values[0], &cursor));
    TRY(ioc_json_next(&cursor, &first));
    if (ioc_json_is_object(first)) {
        TRY(ioc_json_members(first, "*id", &first));
    }
    TRY(ioc_json_plain(first, &id));
    TRY(ioc_document_key(document, IOC_AUTHENTICATION, id, &key));
    ioc_address(&key, address);
    return memcmp(address, expected, sizeof address) == 0 ? IOC_OK : IOC_ERR_DOCUMENT;
}
