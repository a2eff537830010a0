#include "internal.h"
#include <ioconnect/encoding.h>
#include <ioconnect/jws.h>
#include <string.h>

static ioc_status_t algorithm_of(const ioc_signer_t *signer, const char **algorithm) {
    ioc_public_key_t key;
    TRY(ioc_key_public(signer->key, &key));
    *algorithm = ioc_signature_algorithm(key.curve);
    return *algorithm ? IOC_OK : IOC_ERR_ALGORITHM;
}

/* RFC 9864 gives EdDSA with Ed25519 a name of its own. */
static bool claims(ioc_slice_t alg, ioc_curve_t curve) {
    const char *algorithm = ioc_signature_algorithm(curve);
    return algorithm &&
           (ioc_json_is(alg, algorithm) || (curve == IOC_ED25519 && ioc_json_is(alg, "Ed25519")));
}

static void write_header(ioc_writer_t *writer, const char *algorithm) {
    ioc_write_base64url_begin(writer);
    ioc_write_format(writer, "{\"typ\":\"application/didcomm-signed+json\",\"alg\":\"%t\"}", algorithm);
    ioc_write_base64url_end(writer);
}

ioc_status_t ioc_jws_sign(ioc_writer_t *writer, const ioc_signer_t *signer, ioc_slice_t payload) {
    static const char before[] = "{\"payload\":\"";
    const char *algorithm;
    uint8_t signature[64];
    const size_t start = writer->length;
    TRY(algorithm_of(signer, &algorithm));

    /* What is signed stands together first; then the payload moves to where the message has it, before the
     * header. */
    write_header(writer, algorithm);
    ioc_write_byte(writer, '.');
    const size_t moved_from = writer->length;
    ioc_write_base64url(writer, payload.bytes, payload.length);
    TRY(ioc_writer_status(writer));
    TRY(ioc_sign(signer->key, ioc_writer_slice(writer, start), signature));
    const size_t encoded = writer->length - moved_from, moved_to = start + sizeof before - 1;
    memmove(writer->bytes + moved_to, writer->bytes + moved_from, encoded);
    writer->length = start;
    ioc_write_text(writer, before);
    writer->length += encoded;

    ioc_write_text(writer, "\",\"signatures\":[{\"protected\":\"");
    write_header(writer, algorithm);
    ioc_write_format(writer, "\",\"signature\":\"%b\",\"header\":{\"kid\":%s}}]}",
                     make_slice(signature, sizeof signature), signer->kid);
    return ioc_writer_status(writer);
}

/* A signature, and what it is of, as they were read. */
typedef struct {
    ioc_slice_t header, kid, typ, alg, signature;
} signed_t;

/* Reads the protected header `text`, of one of `types`; null bytes for the kid where it has none. */
static ioc_status_t read_header(ioc_scratch_t *scratch, ioc_slice_t text, const char *const *types,
                                signed_t *read) {
    ioc_slice_t values[6];
    TRY(ioc_decode_to(scratch, text, &read->header));
    TRY(ioc_json_members(read->header, "-crit -b64 -zip ?kid =typ *alg", values));
    read->kid = values[3];
    read->alg = values[5];
    for (; *types; types++)
        if (ioc_is_type(values[4], *types)) return IOC_OK;
    return IOC_ERR_MEMBER;
}

/* Verifies by the key that the resolver finds. */
static ioc_status_t verify(const signed_t *read, const ioc_resolver_t *resolver,
                           ioc_relationship_t relationship, ioc_public_key_t *key, uint8_t signature[64],
                           size_t *length) {
    if (!read->kid.bytes || !resolver) return IOC_ERR_KEY_UNKNOWN;
    TRY(resolver->find(resolver->context, read->kid, relationship, key));
    if (!claims(read->alg, key->curve)) return IOC_ERR_ALGORITHM;
    return ioc_decode_base64url(read->signature, signature, 64, length) == IOC_OK ? IOC_OK
                                                                                  : IOC_ERR_SIGNATURE;
}

/* Gives the one signature of a message: of the general serialisation, or of the flattened one. */
static ioc_status_t one_signature(ioc_slice_t message, ioc_slice_t *payload, ioc_slice_t values[4]) {
    enum { SIGNATURES, PAYLOAD, MEMBERS = 5 };
    static const char members[] = "*signatures *payload *protected *header *signature";
    ioc_slice_t outer[MEMBERS], cursor, rest;
    TRY(ioc_json_members(message, members, outer));
    TRY(ioc_json_plain(outer[PAYLOAD], payload));
    memcpy(values, outer + PAYLOAD, 4 * sizeof *values);
    if (outer[SIGNATURES].bytes) {
        TRY(ioc_json_array(outer[SIGNATURES], &cursor));
        TRY(ioc_json_next(&cursor, &rest));
        if (!ioc_json_is_object(rest)) return IOC_ERR_MEMBER;
        TRY(ioc_json_members(rest, members + sizeof "*signatures", values));
        TRY(ioc_json_next(&cursor, &rest));
        if (rest.bytes) return IOC_ERR_MEMBER;
    }
    TRY(ioc_json_plain(values[1], &values[1]));
    return ioc_json_plain(values[3], &values[3]);
}

ioc_status_t ioc_jws_verify(uint8_t *message, size_t length, const ioc_resolver_t *resolver, uint8_t *bytes,
                            size_t capacity, size_t *used, ioc_jws_opened_t *opened) {
    enum { PROTECTED = 1, HEADER, SIGNATURE, MEMBERS };
    static const char *const types[] = {"didcomm-signed+json", NULL};
    ioc_scratch_t scratch = {bytes, capacity, *used};
    ioc_slice_t payload, values[MEMBERS], kid;
    signed_t read;
    ioc_public_key_t key;
    uint8_t signature[64];
    size_t signature_length;
    TRY(one_signature(make_slice(message, length), &payload, values));
    TRY(read_header(&scratch, values[PROTECTED], types, &read));
    read.signature = values[SIGNATURE];
    if (values[HEADER].bytes) {
        if (!ioc_json_is_object(values[HEADER])) return IOC_ERR_MEMBER;
        TRY(ioc_json_members(values[HEADER], ".?kid", &kid));
        if (kid.bytes) {
            if (read.kid.bytes && !ioc_slice_equal(kid, read.kid)) return IOC_ERR_MEMBER;
            read.kid = kid;
        }
    }
    opened->kid = read.kid;
    TRY(verify(&read, resolver, IOC_AUTHENTICATION, &key, signature, &signature_length));

    ioc_writer_t signed_text;
    ioc_writer_init(&signed_text, bytes + scratch.used, capacity - scratch.used);
    ioc_write_format(&signed_text, "%r.%r", values[PROTECTED], payload);
    TRY(ioc_writer_status(&signed_text));
    TRY(ioc_verify(&key, ioc_writer_slice(&signed_text, 0), make_slice(signature, signature_length)));
    *used = scratch.used;
    opened->payload = message + (payload.bytes - message);
    return ioc_decode_base64url(payload, opened->payload, payload.length, &opened->length);
}

ioc_status_t ioc_jwt_begin(ioc_writer_t *writer, const ioc_signer_t *signer, const char *typ,
                           const char *cty) {
    const char *algorithm;
    TRY(algorithm_of(signer, &algorithm));
    ioc_write_base64url_begin(writer);
    ioc_write_format(writer, "{\"alg\":\"%t\",\"kid\":%s,\"typ\":\"%t", algorithm, signer->kid, typ);
    if (cty) ioc_write_format(writer, "\",\"cty\":\"%t", cty);
    ioc_write_text(writer, "\"}");
    ioc_write_base64url_end(writer);
    ioc_write_byte(writer, '.');
    ioc_write_base64url_begin(writer);
    return IOC_OK;
}

ioc_status_t ioc_jwt_end(ioc_writer_t *writer, const ioc_signer_t *signer, size_t start) {
    uint8_t signature[64];
    ioc_write_base64url_end(writer);
    TRY(ioc_writer_status(writer));
    TRY(ioc_sign(signer->key, ioc_writer_slice(writer, start), signature));
    ioc_write_format(writer, ".%b", make_slice(signature, sizeof signature));
    return ioc_writer_status(writer);
}

/* Gives what precedes the next dot, or the end, and leaves what follows. */
static ioc_slice_t take_part(ioc_slice_t *rest) {
    size_t length = 0;
    while (length < rest->length && rest->bytes[length] != '.')
        length++;
    const ioc_slice_t part = make_slice(rest->bytes, length);
    const size_t taken = length < rest->length ? length + 1 : length;
    *rest = make_slice(rest->bytes + taken, rest->length - taken);
    return part;
}

ioc_status_t ioc_jwt_verify(ioc_slice_t text, ioc_relationship_t relationship, const char *const *types,
                            const ioc_resolver_t *resolver, uint8_t *bytes, size_t capacity, ioc_jwt_t *jwt) {
    ioc_scratch_t scratch = {bytes, capacity, 0};
    ioc_slice_t rest = text;
    signed_t read;
    ioc_public_key_t key;
    uint8_t signature[64];
    size_t length;
    const ioc_slice_t header_text = take_part(&rest), payload_text = take_part(&rest);
    TRY(read_header(&scratch, header_text, types, &read));
    jwt->kid = read.kid;
    /* A fourth part would be a dot in the signature, which base64url does not have. */
    read.signature = rest;
    TRY(verify(&read, resolver, relationship, &key, signature, &length));
    const ioc_slice_t signed_text = make_slice(text.bytes, header_text.length + 1 + payload_text.length);
    if (signed_text.length > text.length) return IOC_ERR_SIGNATURE;
    TRY(ioc_verify(&key, signed_text, make_slice(signature, length)));
    return ioc_decode_to(&scratch, payload_text, &jwt->payload);
}
