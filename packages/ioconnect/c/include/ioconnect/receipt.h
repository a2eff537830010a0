/* receipt.h: how a device knows that an answer is its gateway's (docs/adr/0076): ES256 by the gateway's key,
 * over a text of device, nonce, status and outcome. Optional: the loop reaches it by a pointer of its
 * configuration. */
#ifndef IOC_RECEIPT_H
#define IOC_RECEIPT_H

#include <ioconnect/key.h>

/* What a gateway says of a message. */
typedef struct {
    uint64_t sequence;
    /* As HTTP's. */
    uint32_t status;
    /* 32 bytes in hexadecimal, and texts as they stand in JSON without and with their quotes; null bytes for
     * none. */
    ioc_slice_t task_id;
    ioc_slice_t code;
    ioc_slice_t message;
    /* r and s in hexadecimal. */
    ioc_slice_t receipt;
} ioc_reply_t;

/* A gateway that proves itself: by the key of its DID. */
typedef struct {
    /* As it stands among the server's gateways. */
    ioc_slice_t url;
    ioc_public_key_t key;
} ioc_gateway_t;

/* Checks that the holder of `key` gave this reply to the device of this address, 20 bytes. Returns
 * IOC_ERR_SIGNATURE. */
ioc_status_t ioc_receipt_verify(const ioc_public_key_t *key, const uint8_t device[20],
                                const ioc_reply_t *reply);

#endif
