/* key_wrap.h: AES key wrap (RFC 3394) on PSA's ECB, which PSA 1.1 lacks, and the Concat KDF that makes its
 * keys. */
#ifndef IOC_KEY_WRAP_H
#define IOC_KEY_WRAP_H

#include <ioconnect/slice.h>
#include <ioconnect/status.h>

/* Wraps a key of `length` bytes, a multiple of 8 from 16 up, under an AES key of `kek_length` bytes.
 * `wrapped` has 8 bytes more, and may not overlap `key`. */
ioc_status_t ioc_key_wrap(const uint8_t *kek, size_t kek_length, const uint8_t *key, size_t length,
                          uint8_t *wrapped);

/* Unwraps `length` bytes into 8 fewer. Returns IOC_ERR_DECRYPTION. */
ioc_status_t ioc_key_unwrap(const uint8_t *kek, size_t kek_length, const uint8_t *wrapped, size_t length,
                            uint8_t *key);

/* What is bound into a derived key besides the secret. */
typedef struct {
    ioc_slice_t algorithm;
    ioc_slice_t apu;
    ioc_slice_t apv;
    /* Of ECDH-1PU with key wrap: the content's tag; else null bytes. */
    ioc_slice_t tag;
} ioc_kdf_context_t;

/* Derives up to 32 bytes from a secret: the Concat KDF of NIST SP 800-56A section 5.8.1 with SHA-256, as RFC
 * 7518 section 4.6.2 and draft-madden-jose-ecdh-1pu-04 section 2.3 lay out its input. */
ioc_status_t ioc_concat_kdf(ioc_slice_t secret, const ioc_kdf_context_t *context, uint8_t *key,
                            size_t length);

#endif
