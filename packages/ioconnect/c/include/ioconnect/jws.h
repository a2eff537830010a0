/* jws.h: signatures as DIDComm (JSON serialisation) and JWTs (compact serialisation) carry them. */
#ifndef IOC_JWS_H
#define IOC_JWS_H

#include <ioconnect/key.h>

/* A private key that PSA holds for signatures, under the DID URL of its verification method. */
typedef struct {
    ioc_slice_t kid;
    psa_key_id_t key;
} ioc_signer_t;

/* Bytes that suffice for a signed message of `payload` bytes. */
#define IOC_JWS_BYTES(payload, kid) (((payload) + 2) / 3 * 4 + 320 + (kid))

/* Writes `payload` signed, as a DIDComm message. Payload and writer's buffer may not overlap. */
ioc_status_t ioc_jws_sign(ioc_writer_t *writer, const ioc_signer_t *signer, ioc_slice_t payload);

/* What a signed message held. */
typedef struct {
    /* Where its encoding was, in the message. */
    uint8_t *payload;
    size_t length;
    /* Who signed, in the message or in the scratch. */
    ioc_slice_t kid;
} ioc_jws_opened_t;

/* Verifies `message` by the authentication key that it names, and decodes its payload in place. Of several
 * signatures there may be one only. `scratch` of as many bytes as the message suffices; `*used` of them stay
 * in use. */
ioc_status_t ioc_jws_verify(uint8_t *message, size_t length, const ioc_resolver_t *resolver, uint8_t *scratch,
                            size_t scratch_length, size_t *used, ioc_jws_opened_t *opened);

/* Begins a JWT: writes its header, of alg, kid, typ and cty (null for none), and what follows is its payload.
 */
ioc_status_t ioc_jwt_begin(ioc_writer_t *writer, const ioc_signer_t *signer, const char *typ,
                           const char *cty);

/* Ends the JWT that began at `start` of the writer, and signs it. */
ioc_status_t ioc_jwt_end(ioc_writer_t *writer, const ioc_signer_t *signer, size_t start);

/* A JWT that was verified. All of it lies in the scratch. */
typedef struct {
    ioc_slice_t payload;
    ioc_slice_t kid;
} ioc_jwt_t;

/* Verifies a JWT by the key that its kid names for `relationship`; `types` are those that its typ may be,
 * ended by null, application/ left out. `scratch` of as many bytes as the JWT suffices. */
ioc_status_t ioc_jwt_verify(ioc_slice_t text, ioc_relationship_t relationship, const char *const *types,
                            const ioc_resolver_t *resolver, uint8_t *scratch, size_t scratch_length,
                            ioc_jwt_t *jwt);

#endif
