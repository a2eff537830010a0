#include "internal.h"
#include <ioconnect/encoding.h>
#include <ioconnect/receipt.h>

/* Of the header, an address, two numbers, and a task id or the longest code. */
#define TEXT_BYTES 256

ioc_status_t ioc_receipt_verify(const ioc_public_key_t *key, const uint8_t device[20],
                                const ioc_reply_t *reply) {
    uint8_t text[TEXT_BYTES], signature[64];
    ioc_writer_t writer;
    if (!reply->receipt.bytes || ioc_decode_hex(reply->receipt, signature, sizeof signature) != IOC_OK)
        return IOC_ERR_SIGNATURE;
    ioc_writer_init(&writer, text, sizeof text);
    ioc_write_format(&writer, "ioConnect receipt\n0x%x\n%u\n%u\n%r", make_slice(device, 20), reply->sequence,
                     (uint64_t)reply->status, reply->task_id.bytes ? reply->task_id : reply->code);
    TRY(ioc_writer_status(&writer));
    return ioc_verify(key, ioc_writer_slice(&writer, 0), make_slice(signature, sizeof signature));
}
