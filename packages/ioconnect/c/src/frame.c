#include "internal.h"
#include <ioconnect/frame.h>

uint32_t ioc_crc32(uint32_t sum, const void *bytes, size_t length) {
    sum = ~sum;
    for (size_t i = 0; i < length; i++) {
        sum ^= ((const uint8_t *)bytes)[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (0xedb88320u & (0u - (sum & 1)));
    }
    return ~sum;
}

ioc_status_t ioc_write_frame(ioc_writer_t *writer, ioc_slice_t message) {
    const uint32_t sum = ioc_crc32(0, message.bytes, message.length);
    const size_t length = message.length + 4;
    if (message.length > IOC_FRAME_MESSAGE_BYTES) return IOC_ERR_ARGUMENT;
    ioc_write_byte(writer, 0);
    /* Each block says first how far the next zero is, which a buffer that was not kept does not have to be
     * asked for. */
    for (size_t start = 0; start <= length;) {
        size_t end = start;
        uint8_t block[254];
        while (end < length && end - start < 254) {
            const uint8_t byte =
                end < message.length ? message.bytes[end] : (uint8_t)(sum >> 8 * (end - message.length));
            if (byte == 0) break;
            block[end++ - start] = byte;
        }
        ioc_write_byte(writer, (uint8_t)(end - start + 1));
        ioc_write_bytes(writer, block, end - start);
        /* A full block stands for no zero behind it; one at the end is the last. */
        if (end - start == 254 && end < length)
            start = end;
        else
            start = end + 1;
    }
    ioc_write_byte(writer, 0);
    return ioc_writer_status(writer);
}

void ioc_frame_init(ioc_frame_decoder_t *decoder) {
    decoder->length = 0;
    decoder->overlong = false;
}

/* Decodes COBS in place. Returns the length, or SIZE_MAX where it is none. */
static size_t decode(uint8_t *bytes, size_t length) {
    size_t from = 0, to = 0;
    while (from < length) {
        const uint8_t code = bytes[from++];
        if (code - 1u > length - from) return SIZE_MAX;
        for (uint8_t i = 1; i < code; i++)
            bytes[to++] = bytes[from++];
        if (code < 255 && from < length) bytes[to++] = 0;
    }
    return to;
}

ioc_status_t ioc_frame_push(ioc_frame_decoder_t *decoder, uint8_t byte, bool *ended, ioc_slice_t *message) {
    *ended = false;
    if (byte != 0) {
        if (decoder->length == IOC_FRAME_ENCODED_BYTES)
            decoder->overlong = true;
        else
            decoder->encoded[decoder->length++] = byte;
        return IOC_OK;
    }
    const bool overlong = decoder->overlong;
    const size_t encoded = decoder->length;
    ioc_frame_init(decoder);
    if (encoded == 0) return IOC_OK;
    *ended = true;
    const size_t length = overlong ? SIZE_MAX : decode(decoder->encoded, encoded);
    if (length == SIZE_MAX || length < 4) return IOC_ERR_FRAME;
    uint32_t sum = 0;
    for (size_t i = 1; i <= 4; i++)
        sum = sum << 8 | decoder->encoded[length - i];
    if (ioc_crc32(0, decoder->encoded, length - 4) != sum) return IOC_ERR_FRAME;
    *message = make_slice(decoder->encoded, length - 4);
    return IOC_OK;
}
