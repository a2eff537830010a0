/* encoding.h: reads base64url, hexadecimal and decimals, each in its one canonical spelling. */
#ifndef IOC_ENCODING_H
#define IOC_ENCODING_H

#include <ioconnect/slice.h>
#include <ioconnect/status.h>

/* Bytes that `length` characters of base64url stand for. */
#define IOC_BASE64URL_BYTES(length) ((length) / 4 * 3 + ((length) % 4 * 3) / 4)

/* Decodes base64url without padding (RFC 4648 section 5) whose spare bits are zero. `bytes` may be
 * `text.bytes`: decoding in place is sound. Returns IOC_ERR_ENCODING, or IOC_ERR_BUFFER. */
ioc_status_t ioc_decode_base64url(ioc_slice_t text, uint8_t *bytes, size_t capacity, size_t *length);

/* Decodes 0x and exactly `length` bytes of hexadecimal, in either case. */
ioc_status_t ioc_decode_hex(ioc_slice_t text, uint8_t *bytes, size_t length);

/* Decodes decimal digits without leading zeros into a big-endian number of 32 bytes. */
ioc_status_t ioc_decode_decimal(ioc_slice_t text, uint8_t number[32]);

#endif
