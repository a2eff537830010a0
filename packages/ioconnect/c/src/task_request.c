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
    psa_hash_operation_t hash = PSA_HASH_OPERATION_INIT;
    size_t length;
    TRY(ioc_of_psa(psa_hash_compute(PSA_ALG_SHA_256, text.bytes, text.length, digest, 32, &length)));
    if (request->signed_count == 0) return IOC_OK;
    psa_status_t status = psa_hash_setup(&hash, PSA_ALG_SHA_256);
    if (status == PSA_SUCCESS) status = psa_hash_update(&hash, digest, 32);
    for (size_t i = 0; i < request->signed_count && status == PSA_SUCCESS; i++) {
        uint8_t bytes[8];
        for (int j = 0; j < 8; j++)
            bytes[j] = (uint8_t)(request->signed_values[i] >> (8 * j));
        status = psa_hash_update(&hash, bytes, sizeof bytes);
    }
    if (status == PSA_SUCCESS) status = psa_hash_finish(&hash, digest, 32, &length);
    psa_hash_abort(&hash);
    return ioc_of_psa(status);
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
    ioc_write_format(writer, ",\"signature\":\"0x%x\"}", make_slice(signature, sizeof signature));
    return ioc_writer_status(writer);
}
