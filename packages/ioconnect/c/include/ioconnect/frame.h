/* frame.h: frames of the serial line (docs/serial-protocol.md): 00 COBS(message, CRC-32 of it little-endian)
 * 00. */
#ifndef IOC_FRAME_H
#define IOC_FRAME_H

#include <ioconnect/slice.h>
#include <ioconnect/status.h>
#include <ioconnect/writer.h>

/* Bytes of a message. */
#define IOC_FRAME_MESSAGE_BYTES 2048
/* Bytes between two delimiters. */
#define IOC_FRAME_ENCODED_BYTES (IOC_FRAME_MESSAGE_BYTES + 4 + (IOC_FRAME_MESSAGE_BYTES + 4) / 254 + 1)

/* Returns the CRC-32 of IEEE 802.3 of what `sum` is the CRC of, 0 for nothing, and the bytes. */
uint32_t ioc_crc32(uint32_t sum, const void *bytes, size_t length);

/* Writes a message as a frame. Returns IOC_ERR_ARGUMENT where it is longer than IOC_FRAME_MESSAGE_BYTES. */
ioc_status_t ioc_write_frame(ioc_writer_t *writer, ioc_slice_t message);

/* Finds frames in a stream of bytes, however it is cut. */
typedef struct {
    size_t length;
    bool overlong;
    uint8_t encoded[IOC_FRAME_ENCODED_BYTES];
} ioc_frame_decoder_t;

void ioc_frame_init(ioc_frame_decoder_t *decoder);

/* Takes a byte. `*ended` tells whether something ended with it: a message, which lies in the decoder until
 * the next byte, or, where it returns IOC_ERR_FRAME, what is none. Between two delimiters in a row there is
 * nothing. */
ioc_status_t ioc_frame_push(ioc_frame_decoder_t *decoder, uint8_t byte, bool *ended, ioc_slice_t *message);

#endif
