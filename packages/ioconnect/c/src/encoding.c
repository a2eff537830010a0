#include "internal.h"
#include <ioconnect/encoding.h>

void ioc_store(uint8_t *bytes, uint64_t value, int count) {
    for (; count > 0; count--, value >>= 8)
        *bytes++ = (uint8_t)value;
}

bool ioc_is_type(ioc_slice_t text, const char *type) {
    static const char prefix[] = "application/";
    const size_t length = sizeof prefix - 1;
    if (ioc_slice_starts(text, prefix)) text = make_slice(text.bytes + length, text.length - length);
    return ioc_slice_is(text, type);
}

static int sextet(uint8_t letter) {
    if (letter >= 'A' && letter <= 'Z') return letter - 'A';
    if (letter >= 'a' && letter <= 'z') return letter - 'a' + 26;
    if (letter >= '0' && letter <= '9') return letter - '0' + 52;
    return letter == '-' ? 62 : letter == '_' ? 63 : -1;
}

ioc_status_t ioc_decode_base64url(ioc_slice_t text, uint8_t *bytes, size_t capacity, size_t *length) {
    uint32_t bits = 0;
    unsigned count = 0;
    size_t at = 0;
    if (text.length % 4 == 1) return IOC_ERR_ENCODING;
    for (size_t i = 0; i < text.length; i++) {
        const int value = sextet(text.bytes[i]);
        if (value < 0) return IOC_ERR_ENCODING;
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        if (at == capacity) return IOC_ERR_BUFFER;
        bytes[at++] = (uint8_t)(bits >> count);
    }
    /* Spare bits: two spellings of the same bytes would be two messages to whoever hashes them. */
    if ((bits & ((1u << count) - 1)) != 0) return IOC_ERR_ENCODING;
    *length = at;
    return IOC_OK;
}

ioc_status_t ioc_decode_to(ioc_scratch_t *scratch, ioc_slice_t text, ioc_slice_t *bytes) {
    bytes->bytes = scratch->bytes + scratch->used;
    TRY(ioc_decode_base64url(text, scratch->bytes + scratch->used, scratch->capacity - scratch->used,
                             &bytes->length));
    scratch->used += bytes->length;
    return IOC_OK;
}

ioc_status_t ioc_decode_member(ioc_scratch_t *scratch, ioc_slice_t value, ioc_slice_t *bytes) {
    TRY(ioc_json_plain(value, &value));
    return ioc_decode_to(scratch, value, bytes);
}

int ioc_nibble(uint8_t digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    digit |= 0x20;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

ioc_status_t ioc_decode_hex(ioc_slice_t text, uint8_t *bytes, size_t length) {
    if (text.length != 2 + 2 * length || !ioc_slice_starts(text, "0x")) return IOC_ERR_ENCODING;
    for (size_t i = 0; i < length; i++) {
        const int high = ioc_nibble(text.bytes[2 + 2 * i]), low = ioc_nibble(text.bytes[3 + 2 * i]);
        if (high < 0 || low < 0) return IOC_ERR_ENCODING;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return IOC_OK;
}

ioc_status_t ioc_decode_decimal(ioc_slice_t text, uint8_t number[32]) {
    for (int i = 0; i < 32; i++)
        number[i] = 0;
    if (text.length == 0 || (text.length > 1 && text.bytes[0] == '0')) return IOC_ERR_ENCODING;
    for (size_t at = 0; at < text.length; at++) {
        if (text.bytes[at] < '0' || text.bytes[at] > '9') return IOC_ERR_ENCODING;
        unsigned carry = text.bytes[at] - '0';
        for (int i = 31; i >= 0; i--) {
            carry += number[i] * 10u;
            number[i] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry > 0) return IOC_ERR_ENCODING;
    }
    return IOC_OK;
}
