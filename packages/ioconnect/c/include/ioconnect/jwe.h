/* jwe.h: encrypted DIDComm envelopes, JWE in general JSON serialisation with one protected header:
 * ECDH-1PU+A256KW with A256CBC-HS512 (authcrypt), ECDH-ES+A256KW with A256CBC-HS512 or A256GCM (anoncrypt),
 * over P-256 and X25519. */
#ifndef IOC_JWE_H
#define IOC_JWE_H

#include <ioconnect/key.h>
#include <ioconnect/platform.h>

/* More recipients are refused, read or written. */
#define IOC_JWE_RECIPIENTS 8

typedef enum { IOC_A256CBC_HS512, IOC_A256GCM } ioc_content_t;

/* A private key that PSA holds, with policy PSA_ALG_ECDH, under the DID URL of its verification method. */
typedef struct {
    ioc_slice_t kid;
    psa_key_id_t key;
} ioc_own_key_t;

/* Somebody's public key, under the DID URL of its verification method. */
typedef struct {
    ioc_slice_t kid;
    ioc_public_key_t key;
} ioc_their_key_t;

typedef struct {
    ioc_content_t content;
    /* Makes it authcrypt, which goes with A256CBC-HS512 only. Null for anoncrypt. */
    const ioc_own_key_t *sender;
    /* All on one curve, the sender's if there is one. */
    const ioc_their_key_t *recipients;
    size_t recipient_count;
} ioc_jwe_options_t;

/* Bytes that suffice for a message of `plaintext` bytes to one recipient, whose key and the sender's have ids
 * of `kid` bytes at most. */
#define IOC_JWE_BYTES(plaintext, kid) (((plaintext) + 16) * 4 / 3 + 960 + 5 * (kid))

/* Writes `plaintext` encrypted. It may not overlap the writer's buffer, which is scratch beyond what is
 * written. The ephemeral key, the content key and the IV come from `platform`, in this order. */
ioc_status_t ioc_jwe_encrypt(ioc_writer_t *writer, const ioc_platform_t *platform,
                             const ioc_jwe_options_t *options, ioc_slice_t plaintext);

/* What an envelope held. */
typedef struct {
    /* Where the ciphertext was, in the message. */
    uint8_t *plaintext;
    size_t length;
    /* Our key that decrypted it. */
    ioc_slice_t kid;
    /* The sender's key, of authcrypt, in the scratch; else null bytes. */
    ioc_slice_t skid;
} ioc_jwe_opened_t;

/* Decrypts `message` in place by the first of `keys` that it names; the sender's key is asked of `resolver`.
 * `scratch` of as many bytes as the message suffices; `*used` of them stay in use as long as `opened` does.
 * Every check of the header comes before a private key is used, and the tag before any plaintext is made. */
ioc_status_t ioc_jwe_decrypt(uint8_t *message, size_t length, const ioc_own_key_t *keys, size_t key_count,
                             const ioc_resolver_t *resolver, uint8_t *scratch, size_t scratch_length,
                             size_t *used, ioc_jwe_opened_t *opened);

#endif
