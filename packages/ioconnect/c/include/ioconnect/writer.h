/* writer.h: appends to the caller's buffer. Overflow is remembered, never written: ask once, at the end. */
#ifndef IOC_WRITER_H
#define IOC_WRITER_H

#include <ioconnect/slice.h>
#include <ioconnect/status.h>

typedef struct {
    uint8_t *bytes;
    size_t capacity;
    /* Bytes that were asked for: beyond `capacity` after an overflow, when it tells how much room was needed.
     */
    size_t length;
    uint32_t carry;
    uint8_t carried;
    bool encoding;
} ioc_writer_t;

void ioc_writer_init(ioc_writer_t *writer, void *bytes, size_t capacity);

/* Returns IOC_OK, or IOC_ERR_BUFFER where something did not fit. */
ioc_status_t ioc_writer_status(const ioc_writer_t *writer);

/* Returns what was written since `start`. Only where the status is IOC_OK. */
ioc_slice_t ioc_writer_slice(const ioc_writer_t *writer, size_t start);

void ioc_write_byte(ioc_writer_t *writer, uint8_t byte);
void ioc_write_bytes(ioc_writer_t *writer, const void *bytes, size_t length);
void ioc_write_slice(ioc_writer_t *writer, ioc_slice_t slice);
/* Writes a zero-terminated text without its zero. */
void ioc_write_text(ioc_writer_t *writer, const char *text);
/* Writes decimal digits. */
void ioc_write_uint(ioc_writer_t *writer, uint64_t value);
/* Writes lower-case hexadecimal digits, without 0x. */
void ioc_write_hex(ioc_writer_t *writer, const void *bytes, size_t length);
void ioc_write_base64url(ioc_writer_t *writer, const void *bytes, size_t length);
/* Base64 with padding, RFC 4648 section 4. */
void ioc_write_base64(ioc_writer_t *writer, const void *bytes, size_t length);
/* Base58 as Bitcoin has it, of at most 40 bytes; longer ones are an overflow. */
void ioc_write_base58(ioc_writer_t *writer, const void *bytes, size_t length);
/* Writes a JSON string with its quotes, escaped as JSON.stringify does. `text` is UTF-8. */
void ioc_write_string(ioc_writer_t *writer, ioc_slice_t text);

/* Between these two, everything written goes out in base64url. Not nested. */
void ioc_write_base64url_begin(ioc_writer_t *writer);
void ioc_write_base64url_end(ioc_writer_t *writer);

#endif
