/* didcomm.h: DIDComm v2 messages: what is in them, who they are from, and that each is taken once. Envelopes
 * nest in one order: anoncrypt, authcrypt, signed, plaintext, each at most once. */
#ifndef IOC_DIDCOMM_H
#define IOC_DIDCOMM_H

#include <ioconnect/jwe.h>
#include <ioconnect/jws.h>

/* A message to pack. Texts are UTF-8. */
typedef struct {
    /* Unique for the sender, of at most 256 bytes: see ioc_message_id. */
    ioc_slice_t id;
    /* Message type URI. */
    ioc_slice_t type;
    /* DIDs. Null bytes where the message does not say. */
    ioc_slice_t from;
    ioc_slice_t to;
    /* The thread; null bytes for none. */
    ioc_slice_t thid;
    /* Seconds since the epoch. Receivers with a replay window require the first; 0 for none. */
    uint64_t created_time;
    uint64_t expires_time;
    /* A JSON object, written as it is. */
    ioc_slice_t body;
} ioc_message_t;

#define IOC_MESSAGE_ID_LENGTH 32

/* Gives a fresh id: 16 random bytes in hexadecimal, without a zero at the end. */
ioc_status_t ioc_message_id(const ioc_platform_t *platform, uint8_t id[IOC_MESSAGE_ID_LENGTH]);

/* Writes the plaintext of a message, to be encrypted or signed. Returns IOC_ERR_JSON where the body is no
 * object. */
ioc_status_t ioc_write_message(ioc_writer_t *writer, const ioc_message_t *message);

/* What is known of a message. Its texts lie where the packed one was. */
typedef struct {
    ioc_message_t message;
    bool encrypted;
    /* Whether it is known to come from `from`: by authcrypt, or by a signature. */
    bool authenticated;
    /* Keys by which it was encrypted and signed; null bytes where it was not. */
    ioc_slice_t encrypted_to;
    ioc_slice_t encrypted_from;
    ioc_slice_t signed_by;
} ioc_unpacked_t;

/* Unpacks a message in place. What it says of its sender and recipient is held against the keys that were
 * used. Whether it is expired or was seen before is ioc_replay_take's question. `scratch` of 5/4 of the
 * message's length suffices for whatever nests. */
ioc_status_t ioc_unpack(uint8_t *packed, size_t length, const ioc_own_key_t *keys, size_t key_count,
                        const ioc_resolver_t *resolver, uint8_t *scratch, size_t scratch_length,
                        ioc_unpacked_t *unpacked);

/* One message that was taken. */
typedef struct {
    /* Half of SHA-256 of sender and id: ids are of any length. */
    uint8_t digest[16];
    uint64_t created_time;
} ioc_replay_entry_t;

/* Takes each message once: remembers ids for as long as their created_time is taken, and takes no older one.
 * Nothing that is remembered gives way to a newer message. What was taken before a restart is refused by its
 * time. */
typedef struct {
    ioc_replay_entry_t *entries;
    size_t capacity;
    size_t count;
    /* How old a message may be, and how far ahead of the clock. */
    uint32_t window_seconds;
    uint32_t skew_seconds;
    uint64_t since;
} ioc_replay_t;

/* Begins an empty window now. Returns IOC_ERR_CLOCK as long as the time is not known. */
ioc_status_t ioc_replay_init(ioc_replay_t *replay, const ioc_platform_t *platform,
                             ioc_replay_entry_t *entries, size_t capacity, uint32_t window_seconds,
                             uint32_t skew_seconds);

/* Takes a message, once. Returns IOC_ERR_EXPIRED, IOC_ERR_STALE, IOC_ERR_REPLAYED or IOC_ERR_WINDOW_FULL. */
ioc_status_t ioc_replay_take(ioc_replay_t *replay, const ioc_platform_t *platform,
                             const ioc_message_t *message);

#endif
