#include "internal.h"
#include <ioconnect/didcomm.h>
#include <string.h>

#define ID_MAXIMUM 256

ioc_status_t ioc_message_id(const ioc_platform_t *platform, uint8_t id[IOC_MESSAGE_ID_LENGTH]) {
    uint8_t bytes[IOC_MESSAGE_ID_LENGTH / 2];
    ioc_writer_t writer;
    TRY(platform->random(platform->context, bytes, sizeof bytes));
    ioc_writer_init(&writer, id, IOC_MESSAGE_ID_LENGTH);
    ioc_write_hex(&writer, bytes, sizeof bytes);
    return IOC_OK;
}

ioc_status_t ioc_write_message(ioc_writer_t *writer, const ioc_message_t *message) {
    if (message->id.length == 0 || message->id.length > ID_MAXIMUM || message->type.length == 0)
        return IOC_ERR_ARGUMENT;
    TRY(ioc_json_object(message->body, NULL, NULL, 0, false));
    ioc_write_format(writer, "{\"typ\":\"application/didcomm-plain+json\",\"id\":%s,\"type\":%s", message->id,
                     message->type);
    if (message->from.bytes) ioc_write_format(writer, ",\"from\":%s", message->from);
    if (message->to.bytes) ioc_write_format(writer, ",\"to\":[%s]", message->to);
    if (message->thid.bytes) ioc_write_format(writer, ",\"thid\":%s", message->thid);
    if (message->created_time) ioc_write_format(writer, ",\"created_time\":%u", message->created_time);
    if (message->expires_time) ioc_write_format(writer, ",\"expires_time\":%u", message->expires_time);
    ioc_write_format(writer, ",\"body\":%r}", message->body);
    return ioc_writer_status(writer);
}

static ioc_status_t read_seconds(ioc_slice_t value, uint64_t *seconds) {
    *seconds = 0;
    return value.bytes ? ioc_json_uint(value, seconds) : IOC_OK;
}

static bool is_of(ioc_slice_t did, ioc_slice_t kid) {
    return did.bytes && ioc_slice_equal(ioc_did_of(did), ioc_did_of(kid));
}

/* Gives in `to` the recipient that is ours, if it is among them. */
static ioc_status_t read_to(ioc_slice_t value, ioc_unpacked_t *unpacked) {
    ioc_slice_t cursor, element, did;
    bool ours = !unpacked->encrypted;
    if (!value.bytes)
        /* A signed message that somebody else was sent could otherwise be encrypted to us, as if meant for
         * us. */
        return unpacked->encrypted && unpacked->signed_by.bytes ? IOC_ERR_ADDRESSING : IOC_OK;
    TRY(ioc_json_array(value, &cursor));
    for (;;) {
        TRY(ioc_json_next(&cursor, &element));
        if (!element.bytes) break;
        TRY(ioc_json_plain(element, &did));
        if (!ioc_slice_starts(did, "did:")) return IOC_ERR_MEMBER;
        const bool is_ours = unpacked->encrypted && is_of(did, unpacked->encrypted_to);
        if (!unpacked->message.to.bytes || is_ours) unpacked->message.to = did;
        ours |= is_ours;
    }
    return ours ? IOC_OK : IOC_ERR_ADDRESSING;
}

static ioc_status_t read_message(ioc_slice_t text, ioc_unpacked_t *unpacked) {
    enum { ID, TYPE, FROM, THID, TYP, TO, CREATED, EXPIRES, BODY, MEMBERS };
    ioc_slice_t values[MEMBERS];
    ioc_message_t *message = &unpacked->message;
    TRY(ioc_json_members(text, "=id =type ?from ?thid ?typ *to *created_time *expires_time *body", values));
    if (values[TYP].bytes && !ioc_is_type(values[TYP], "didcomm-plain+json")) return IOC_ERR_MEMBER;
    for (int i = ID; i <= THID; i++)
        if (values[i].bytes &&
            (values[i].length == 0 || (values[i].length > ID_MAXIMUM && (i == ID || i == THID))))
            return IOC_ERR_MEMBER;
    message->id = values[ID];
    message->type = values[TYPE];
    message->from = values[FROM];
    message->thid = values[THID];
    if (message->from.bytes && !ioc_slice_starts(message->from, "did:")) return IOC_ERR_MEMBER;
    TRY(read_seconds(values[CREATED], &message->created_time));
    TRY(read_seconds(values[EXPIRES], &message->expires_time));
    message->body = values[BODY].bytes ? values[BODY] : IOC_TEXT("{}");
    if (!ioc_json_is_object(message->body)) return IOC_ERR_MEMBER;
    if (unpacked->encrypted_from.bytes && !is_of(message->from, unpacked->encrypted_from))
        return IOC_ERR_ADDRESSING;
    if (unpacked->signed_by.bytes && !is_of(message->from, unpacked->signed_by)) return IOC_ERR_ADDRESSING;
    return read_to(values[TO], unpacked);
}

ioc_status_t ioc_unpack(uint8_t *packed, size_t length, const ioc_own_key_t *keys, size_t key_count,
                        const ioc_resolver_t *resolver, uint8_t *scratch, size_t scratch_length,
                        ioc_unpacked_t *unpacked) {
    enum { OUTSIDE, ANONCRYPT, AUTHCRYPT, SIGNED } depth = OUTSIDE;
    ioc_slice_t values[2];
    size_t used = 0;
    memset(unpacked, 0, sizeof *unpacked);
    for (;;) {
        TRY(ioc_json_members(make_slice(packed, length), "*ciphertext *payload", values));
        if (values[0].bytes) {
            ioc_jwe_opened_t opened;
            if (depth >= AUTHCRYPT) return IOC_ERR_NESTING;
            TRY(ioc_jwe_decrypt(packed, length, keys, key_count, resolver, scratch, scratch_length, &used,
                                &opened));
            if (!opened.skid.bytes && depth >= ANONCRYPT) return IOC_ERR_NESTING;
            depth = opened.skid.bytes ? AUTHCRYPT : ANONCRYPT;
            unpacked->encrypted = true;
            unpacked->authenticated |= opened.skid.bytes != NULL;
            unpacked->encrypted_to = opened.kid;
            unpacked->encrypted_from = opened.skid;
            packed = opened.plaintext;
            length = opened.length;
        } else if (values[1].bytes) {
            ioc_jws_opened_t opened;
            if (depth >= SIGNED) return IOC_ERR_NESTING;
            depth = SIGNED;
            TRY(ioc_jws_verify(packed, length, resolver, scratch, scratch_length, &used, &opened));
            unpacked->authenticated = true;
            unpacked->signed_by = opened.kid;
            packed = opened.payload;
            length = opened.length;
        } else
            return read_message(make_slice(packed, length), unpacked);
    }
}

ioc_status_t ioc_replay_init(ioc_replay_t *replay, const ioc_platform_t *platform,
                             ioc_replay_entry_t *entries, size_t capacity, uint32_t window_seconds,
                             uint32_t skew_seconds) {
    const uint64_t now = platform->seconds(platform->context);
    if (now == 0) return IOC_ERR_CLOCK;
    *replay = (ioc_replay_t){entries, capacity, 0, window_seconds, skew_seconds, now - skew_seconds};
    return IOC_OK;
}

static ioc_status_t digest_of(const ioc_message_t *message, uint8_t digest[32]) {
    ioc_sha256_t hash;
    ioc_sha256_begin(&hash);
    ioc_sha256_add(&hash, ioc_did_of(message->from));
    /* A DID has no space in it. */
    ioc_sha256_add(&hash, IOC_TEXT(" "));
    ioc_sha256_add(&hash, message->id);
    return ioc_sha256_end(&hash, digest);
}

ioc_status_t ioc_replay_take(ioc_replay_t *replay, const ioc_platform_t *platform,
                             const ioc_message_t *message) {
    const uint64_t now = platform->seconds(platform->context), created = message->created_time;
    uint8_t digest[32];
    size_t kept = 0;
    if (now == 0) return IOC_ERR_CLOCK;
    if (message->expires_time != 0 && message->expires_time <= now) return IOC_ERR_EXPIRED;
    if (created == 0 || created > now + replay->skew_seconds || created < replay->since ||
        now > created + replay->window_seconds)
        return IOC_ERR_STALE;
    TRY(digest_of(message, digest));
    for (size_t i = 0; i < replay->count; i++) {
        /* What is too old to be taken again need not be remembered. */
        if (now > replay->entries[i].created_time + replay->window_seconds) continue;
        if (memcmp(replay->entries[i].digest, digest, sizeof replay->entries->digest) == 0)
            return IOC_ERR_REPLAYED;
        replay->entries[kept++] = replay->entries[i];
    }
    /* A clock that goes back must not bring back what was forgotten. */
    if (now > replay->since + replay->window_seconds) replay->since = now - replay->window_seconds;
    replay->count = kept;
    if (kept == replay->capacity) return IOC_ERR_WINDOW_FULL;
    memcpy(replay->entries[kept].digest, digest, sizeof replay->entries->digest);
    replay->entries[kept].created_time = created;
    replay->count++;
    return IOC_OK;
}
