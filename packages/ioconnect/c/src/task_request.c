#include "internal.h"
#include <ioconnect/task_request.h>

/* Whether Go's encoder leaves a text as it is. */
static bool is_plain(ioc_slice_t text) {
    for (size_t i = 0; i < text.length; i++) {
        const uint8_t byte = text.bytes[i];
        if (byte == '<' || byte == '>' || byte == '&') return false;
        if (byte == 0xe2 && i + 2 < text.length && text.bytes[i + 1] == 0x80 &&
            (text.bytes[i + 2] | 1) == 0xa9)
            return false;
    }
    return true;
}

/* Whether JSON has no blanks outside of strings, which the server would leave out. */
static bool is_compact(ioc_slice_t json) {
    bool within = false;
    for (size_t i = 0; i < json.length; i++) {
        if (json.bytes[i] <= ' ' && !within) return false;
        if (json.bytes[i] == '"') within = !within;
        if (json.bytes[i] == '\\') i++;
    }
    return true;
}

/* sha256 of the text, then with the values of the signed keys as little-endian numbers of 64 bits. */
static ioc_status_t digest_of(ioc_slice_t text, const ioc_task_request_t *request, uint8_t digest[32]) {
    ioc_sha256_t hash;
    ioc_sha256_begin(&hash);
    ioc_sha256_add(&hash, text);
    TRY(ioc_sha256_end(&hash, digest));
    if (request->signed_count == 0) return IOC_OK;
    ioc_sha256_begin(&hash);
    ioc_sha256_add(&hash, make_slice(digest, 32));
    for (size_t i = 0; i < request->signed_count; i++) {
        uint8_t bytes[8];
        ioc_store(bytes, request->signed_values[i], sizeof bytes);
        ioc_sha256_add(&hash, make_slice(bytes, sizeof bytes));
    }
    return ioc_sha256_end(&hash, digest);
}

ioc_status_t ioc_write_task_request(ioc_writer_t *writer, psa_key_id_t key,
                                    const ioc_task_request_t *request) {
    const size_t start = writer->length;
    uint8_t digest[32], signature[64];
    if (request->nonce == 0 || request->project_id >> 63) return IOC_ERR_ARGUMENT;
    TRY(ioc_json_object(request->payload, NULL, NULL, 0, false));
    if (!is_plain(request->payload) || !is_compact(request->payload) || !is_plain(request->project_version))
        return IOC_ERR_JSON;
    ioc_write_format(writer, "{\"nonce\":%u,\"projectID\":\"%u\"", request->nonce, request->project_id);
    if (request->project_version.bytes)
        ioc_write_format(writer, ",\"projectVersion\":%s", request->project_version);
    /* The signed text ends here: its bracket gives way to the signature. */
    ioc_write_format(writer, ",\"payload\":%r}", request->payload);
    TRY(ioc_writer_status(writer));
    TRY(digest_of(ioc_writer_slice(writer, start), request, digest));
    TRY(ioc_sign_digest(key, digest, signature));
    writer->length--;
    ioc_write_format(writer, ",\"signature\":\"0x%x\"", make_slice(signature, sizeof signature));
    if (request->circuit_signature.bytes)
        ioc_write_format(writer, ",\"circuitSignature\":\"0x%x\"", request->circuit_signature);
    ioc_write_byte(writer, '}');
    return ioc_writer_status(writer);
}

ioc_slice_t ioc_task_request_project(ioc_slice_t request) {
    static const char *const names[] = {"projectID"};
    ioc_slice_t value;
    if (ioc_json_object(request, names, &value, 1, false) != IOC_OK ||
        ioc_json_plain(value, &value) != IOC_OK)
        return ioc_slice(NULL, 0);
    return value;
}
