#include "internal.h"
#include <stdarg.h>
#include <string.h>

ioc_slice_t ioc_slice(const void *bytes, size_t length) {
    return (ioc_slice_t){bytes, length};
}

bool ioc_slice_equal(ioc_slice_t one, ioc_slice_t other) {
    return one.length == other.length && (one.length == 0 || memcmp(one.bytes, other.bytes, one.length) == 0);
}

bool ioc_slice_is(ioc_slice_t slice, const char *text) {
    return ioc_slice_equal(slice, ioc_slice(text, strlen(text)));
}

bool ioc_slice_starts(ioc_slice_t slice, const char *text) {
    const size_t length = strlen(text);
    return slice.length >= length && memcmp(slice.bytes, text, length) == 0;
}

void ioc_writer_init(ioc_writer_t *writer, void *bytes, size_t capacity) {
    *writer = (ioc_writer_t){.bytes = bytes, .capacity = capacity};
}

ioc_status_t ioc_writer_status(const ioc_writer_t *writer) {
    return writer->length <= writer->capacity ? IOC_OK : IOC_ERR_BUFFER;
}

ioc_slice_t ioc_writer_slice(const ioc_writer_t *writer, size_t start) {
    return ioc_slice(writer->bytes + start, writer->length - start);
}

static void put(ioc_writer_t *writer, uint8_t byte) {
    if (writer->length < writer->capacity) writer->bytes[writer->length] = byte;
    if (writer->length < SIZE_MAX) writer->length++;
}

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/";

static uint8_t letter(uint32_t sextet, bool url) {
    sextet &= 63;
    return (uint8_t)ALPHABET[sextet < 62 || url ? sextet : sextet + 2];
}

void ioc_write_byte(ioc_writer_t *writer, uint8_t byte) {
    if (!writer->encoding) {
        put(writer, byte);
        return;
    }
    writer->carry = writer->carry << 8 | byte;
    if (++writer->carried < 3) return;
    for (int shift = 18; shift >= 0; shift -= 6)
        put(writer, letter(writer->carry >> shift, true));
    writer->carried = 0;
}

void ioc_write_base64url_begin(ioc_writer_t *writer) {
    writer->encoding = true;
    writer->carried = 0;
}

void ioc_write_base64url_end(ioc_writer_t *writer) {
    const uint32_t bits = writer->carry << (writer->carried == 1 ? 16 : 8);
    for (int i = 0; writer->carried > 0 && i <= writer->carried; i++)
        put(writer, letter(bits >> (18 - 6 * i), true));
    writer->encoding = false;
    writer->carry = 0;
}

void ioc_write_bytes(ioc_writer_t *writer, const void *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        ioc_write_byte(writer, ((const uint8_t *)bytes)[i]);
}

void ioc_write_slice(ioc_writer_t *writer, ioc_slice_t slice) {
    ioc_write_bytes(writer, slice.bytes, slice.length);
}

void ioc_write_text(ioc_writer_t *writer, const char *text) {
    ioc_write_bytes(writer, text, strlen(text));
}

uint32_t ioc_divide(uint64_t *number, uint32_t divisor) {
    uint64_t rest = 0;
    for (int i = 0; i < 64; i++) {
        rest = rest << 1 | *number >> 63;
        *number <<= 1;
        if (rest < divisor) continue;
        rest -= divisor;
        ++*number;
    }
    return (uint32_t)rest;
}

void ioc_write_uint(ioc_writer_t *writer, uint64_t value) {
    uint8_t digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (uint8_t)('0' + ioc_divide(&value, 10));
    while (value > 0);
    ioc_write_bytes(writer, digits + at, sizeof digits - at);
}

void ioc_write_format(ioc_writer_t *writer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    for (; *format; format++) {
        if (*format != '%')
            ioc_write_byte(writer, (uint8_t)*format);
        else if (*++format == 't')
            ioc_write_text(writer, va_arg(arguments, const char *));
        else if (*format == 'u')
            ioc_write_uint(writer, va_arg(arguments, uint64_t));
        else {
            const ioc_slice_t value = va_arg(arguments, ioc_slice_t);
            if (*format == 's')
                ioc_write_string(writer, value);
            else if (*format == 'r')
                ioc_write_slice(writer, value);
            else
                (*format == 'x' ? ioc_write_hex : ioc_write_base64url)(writer, value.bytes, value.length);
        }
    }
    va_end(arguments);
}

static void write_nibble(ioc_writer_t *writer, unsigned nibble) {
    nibble &= 15;
    ioc_write_byte(writer, (uint8_t)(nibble + (nibble < 10 ? '0' : 'a' - 10)));
}

void ioc_write_hex(ioc_writer_t *writer, const void *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        const uint8_t byte = ((const uint8_t *)bytes)[i];
        write_nibble(writer, byte >> 4);
        write_nibble(writer, byte);
    }
}

static void write_base64(ioc_writer_t *writer, const uint8_t *bytes, size_t length, bool url) {
    for (size_t at = 0; at < length; at += 3) {
        const size_t count = length - at < 3 ? length - at : 3;
        uint32_t bits = 0;
        for (size_t i = 0; i < 3; i++)
            bits = bits << 8 | (i < count ? bytes[at + i] : 0);
        for (size_t i = 0; i < 4; i++)
            if (i <= count)
                ioc_write_byte(writer, letter(bits >> (18 - 6 * i), url));
            else if (!url)
                ioc_write_byte(writer, '=');
    }
}

void ioc_write_base64url(ioc_writer_t *writer, const void *bytes, size_t length) {
    write_base64(writer, bytes, length, true);
}

void ioc_write_base64(ioc_writer_t *writer, const void *bytes, size_t length) {
    write_base64(writer, bytes, length, false);
}

void ioc_write_base58(ioc_writer_t *writer, const void *bytes, size_t length) {
    static const char letters[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    /* 40 bytes have 55 digits at most. */
    uint8_t digits[56];
    size_t count = 0;
    if (length > 40) {
        writer->length = SIZE_MAX;
        return;
    }
    for (size_t i = 0; i < length; i++) {
        uint32_t carry = ((const uint8_t *)bytes)[i];
        for (size_t j = 0; j < count || carry > 0; j++) {
            if (j == count) digits[count++] = 0;
            carry += (uint32_t)digits[j] << 8;
            digits[j] = (uint8_t)(carry % 58);
            carry /= 58;
        }
    }
    for (size_t i = 0; i < length && ((const uint8_t *)bytes)[i] == 0; i++)
        ioc_write_byte(writer, '1');
    while (count > 0)
        ioc_write_byte(writer, (uint8_t)letters[digits[--count]]);
}

void ioc_write_string(ioc_writer_t *writer, ioc_slice_t text) {
    static const char escaped[] = IOC_ESCAPED, letters[] = IOC_ESCAPE_LETTERS;
    ioc_write_byte(writer, '"');
    for (size_t i = 0; i < text.length; i++) {
        const uint8_t byte = text.bytes[i];
        const char *found = byte == 0 ? NULL : strchr(escaped, byte);
        if (found) {
            ioc_write_byte(writer, '\\');
            ioc_write_byte(writer, (uint8_t)letters[found - escaped]);
        } else if (byte < 0x20) {
            ioc_write_format(writer, "\\u00%x", make_slice(&byte, 1));
        } else
            ioc_write_byte(writer, byte);
    }
    ioc_write_byte(writer, '"');
}
