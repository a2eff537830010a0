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

/* Decodes `text` to the end of what is used of the scratch. */
static ioc_status_t decode(ioc_slice_t text, uint8_t *scratch, size_t capacity, size_t *used,
                           ioc_slice_t *bytes) {
    size_t length;
    TRY(ioc_decode_base64url(text, scratch + *used, capacity - *used, &length));
    *bytes = make_slice(scratch + *used, length);
    *used += length;
    return IOC_OK;
}

/* Gives the protected header's `kid`, null bytes where it has none, its `alg` and `typ`. */
static ioc_status_t read_header(ioc_slice_t header, ioc_slice_t *kid, ioc_slice_t *alg, ioc_slice_t *typ) {
    static const char *const members[] = {"alg", "kid", "typ", "crit", "b64", "zip"};
    ioc_slice_t values[COUNT(members)];
    TRY(ioc_json_object(header, members, values, COUNT(members), false));
    if (values[3].bytes || values[4].bytes || values[5].bytes) return IOC_ERR_CRITICAL_HEADER;
    *alg = values[0];
    *kid = values[1];
    if (kid->bytes) TRY(ioc_json_plain(*kid, kid));
    return ioc_json_plain(values[2], typ);
}

/* Whether a typ is one of `types`, with application/ or without. */
static bool is_one_of(ioc_slice_t typ, const char *const *types) {
    const size_t prefix = sizeof "application/" - 1;
    if (ioc_slice_starts(typ, "application/")) typ = make_slice(typ.bytes + prefix, typ.length - prefix);
    for (; *types; types++)
        if (ioc_slice_is(typ, *types)) return true;
    return false;
}

/* Gives the one signature of a message: of the general serialisation, or of the flattened one. */
static ioc_status_t one_signature(ioc_slice_t message, ioc_slice_t *payload, ioc_slice_t *text,
                                  ioc_slice_t *header, ioc_slice_t *signature) {
    static const char *const members[] = {"payload", "protected", "header", "signature", "signatures"};
    ioc_slice_t values[COUNT(members)], cursor, rest;
    TRY(ioc_json_object(message, members, values, COUNT(members), false));
    TRY(ioc_json_plain(values[0], payload));
    if (values[4].bytes) {
        TRY(ioc_json_array(values[4], &cursor));
        TRY(ioc_json_next(&cursor, &rest));
        if (!ioc_json_is_object(rest)) return IOC_ERR_MEMBER;
        TRY(ioc_json_object(rest, members, values, 4, false));
        TRY(ioc_json_next(&cursor, &rest));
        if (rest.bytes) return IOC_ERR_MEMBER;
    }
    *header = values[2];
    TRY(ioc_json_plain(values[1], text));
    return ioc_json_plain(values[3], signature);
}

ioc_status_t ioc_jws_verify(uint8_t *message, size_t length, const ioc_resolver_t *resolver, uint8_t *scratch,
                            size_t scratch_length, size_t *used, ioc_jws_opened_t *opened) {
    static const char *const types[] = {"didcomm-signed+json", NULL};
    static const char *const header_members[] = {"kid"};
    ioc_slice_t payload, text, open_header, signature_text, header, alg, typ, kid;
    ioc_public_key_t key;
    uint8_t signature[64];
    size_t signature_length;
    TRY(one_signature(make_slice(message, length), &payload, &text, &open_header, &signature_text));
    TRY(decode(text, scratch, scratch_length, used, &header));
    TRY(read_header(header, &opened->kid, &alg, &typ));
    if (!is_one_of(typ, types)) return IOC_ERR_MEMBER;
    if (open_header.bytes) {
        if (!ioc_json_is_object(open_header)) return IOC_ERR_MEMBER;
        TRY(ioc_json_object(open_header, header_members, &kid, 1, true));
        if (kid.bytes) {
            TRY(ioc_json_plain(kid, &kid));
            if (opened->kid.bytes && !ioc_slice_equal(kid, opened->kid)) return IOC_ERR_MEMBER;
            opened->kid = kid;
        }
    }
    if (!opened->kid.bytes || !resolver) return IOC_ERR_KEY_UNKNOWN;
    TRY(resolver->find(resolver->context, opened->kid, IOC_AUTHENTICATION, &key));
    if (!claims(alg, key.curve)) return IOC_ERR_ALGORITHM;
    if (ioc_decode_base64url(signature_text, signature, sizeof signature, &signature_length) != IOC_OK)
        return IOC_ERR_SIGNATURE;

    ioc_writer_t signed_text;
    ioc_writer_init(&signed_text, scratch + *used, scratch_length - *used);
    ioc_write_slice(&signed_text, text);
    ioc_write_byte(&signed_text, '.');
    ioc_write_slice(&signed_text, payload);
    TRY(ioc_writer_status(&signed_text));
    TRY(ioc_verify(&key, ioc_writer_slice(&signed_text, 0), make_slice(signature, signature_length)));
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
                            const ioc_resolver_t *resolver, uint8_t *scratch, size_t scratch_length,
                            ioc_jwt_t *jwt) {
    ioc_slice_t rest = text, header, alg, typ;
    ioc_public_key_t key;
    uint8_t signature[64];
    size_t used = 0, length;
    const ioc_slice_t header_text = take_part(&rest), payload_text = take_part(&rest);
    TRY(decode(header_text, scratch, scratch_length, &used, &header));
    TRY(read_header(header, &jwt->kid, &alg, &typ));
    if (!is_one_of(typ, types)) return IOC_ERR_MEMBER;
    if (!jwt->kid.bytes) return IOC_ERR_KEY_UNKNOWN;
    TRY(resolver->find(resolver->context, jwt->kid, relationship, &key));
    if (!claims(alg, key.curve)) return IOC_ERR_ALGORITHM;
    /* A fourth part would be a dot in the signature, which base64url does not have. */
    if (ioc_decode_base64url(rest, signature, sizeof signature, &length) != IOC_OK) return IOC_ERR_SIGNATURE;
    const ioc_slice_t signed_text = make_slice(text.bytes, header_text.length + 1 + payload_text.length);
    if (signed_text.length > text.length) return IOC_ERR_SIGNATURE;
    TRY(ioc_verify(&key, signed_text, make_slice(signature, length)));
    return decode(payload_text, scratch, scratch_length, &used, &jwt->payload);
}
