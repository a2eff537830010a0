/* task_request.h: the newest request of W3bstream, the body of POST /v1/task. */
#ifndef IOC_TASK_REQUEST_H
#define IOC_TASK_REQUEST_H

#include <ioconnect/key.h>

typedef struct {
    /* At least 1; never used twice: see ioc_queue_next. */
    uint64_t nonce;
    /* Below 2^63. */
    uint64_t project_id;
    /* Null bytes for none. */
    ioc_slice_t project_version;
    /* A JSON object without blanks outside of strings, and without <, >, & and the separators U+2028 and
     * U+2029, which Go's encoder would spell otherwise before the signature is checked. */
    ioc_slice_t payload;
    /* The values in the payload of the project's signedKeys, in their order. */
    const uint64_t *signed_values;
    size_t signed_count;
    /* Of the reading's leaf, see ioc_circuit_sign_reading; null bytes for none. It stands behind the
     * signature, which does not cover it: it needs no other. */
    ioc_slice_t circuit_signature;
} ioc_task_request_t;

/* Writes the request, signed: the same bytes as the simulator's where `key` signs deterministically. Returns
 * IOC_ERR_ARGUMENT for numbers out of range, IOC_ERR_JSON for a payload of another form. */
ioc_status_t ioc_write_task_request(ioc_writer_t *writer, psa_key_id_t key,
                                    const ioc_task_request_t *request);

/* Returns the digits of the project that a request is for, or null bytes where it says none. */
ioc_slice_t ioc_task_request_project(ioc_slice_t request);

#endif
