#include "internal.h"
#include <ioconnect/encoding.h>
#include <ioconnect/jwe.h>
#include <ioconnect/key_wrap.h>
#include <string.h>

#define CONTENT_KEY_MAXIMUM 64
#define TAG_MAXIMUM 32

static const char ES[] = "ECDH-ES+A256KW", PU[] = "ECDH-1PU+A256KW";
static const char TYPE[] = "application/didcomm-encrypted+json";
static const char *const CONTENT_NAMES[] = {"A256CBC-HS512", "A256GCM"};

static size_t key_length(ioc_content_t content) {
    return content == IOC_A256GCM ? 32 : 64;
}

static size_t iv_length(ioc_content_t content) {
    return content == IOC_A256GCM ? 12 : 16;
}

static size_t tag_length(ioc_content_t content) {
    return content == IOC_A256GCM ? 16 : 32;
}

/* HMAC over aad, iv, ciphertext and the bits of aad, of which the first half is the tag (RFC 7518
 * section 5.2.2.1). Makes the tag or, where `verifying`, compares it within PSA. */
static ioc_status_t cbc_tag(const uint8_t *key, ioc_slice_t aad, ioc_slice_t iv, ioc_slice_t ciphertext,
                            bool verifying, uint8_t tag[32]) {
    const psa_algorithm_t algorithm = PSA_ALG_TRUNCATED_MAC(PSA_ALG_HMAC(PSA_ALG_SHA_512), 32);
    psa_mac_operation_t mac = PSA_MAC_OPERATION_INIT;
    psa_key_id_t id;
    size_t written;
    uint8_t bits[8] = {0};
    for (int i = 0; i < 5; i++)
        bits[7 - i] = (uint8_t)(((uint64_t)aad.length * 8) >> (8 * i));
    TRY(ioc_import(PSA_KEY_TYPE_HMAC, 256, algorithm,
                   verifying ? PSA_KEY_USAGE_VERIFY_MESSAGE : PSA_KEY_USAGE_SIGN_MESSAGE, key, 32, &id));
    psa_status_t status =
        verifying ? psa_mac_verify_setup(&mac, id, algorithm) : psa_mac_sign_setup(&mac, id, algorithm);
    if (status == PSA_SUCCESS) status = psa_mac_update(&mac, aad.bytes, aad.length);
    if (status == PSA_SUCCESS) status = psa_mac_update(&mac, iv.bytes, iv.length);
    if (status == PSA_SUCCESS) status = psa_mac_update(&mac, ciphertext.bytes, ciphertext.length);
    if (status == PSA_SUCCESS) status = psa_mac_update(&mac, bits, sizeof bits);
    if (status == PSA_SUCCESS)
        status =
            verifying ? psa_mac_verify_finish(&mac, tag, 32) : psa_mac_sign_finish(&mac, tag, 32, &written);
    psa_mac_abort(&mac);
    psa_destroy_key(id);
    return status == PSA_ERROR_INVALID_SIGNATURE ? IOC_ERR_DECRYPTION : ioc_of_psa(status);
}

static ioc_status_t run_cbc(const uint8_t *key, bool encrypting, ioc_slice_t iv, ioc_slice_t input,
                            uint8_t *output, size_t capacity, size_t *length) {
    psa_cipher_operation_t cipher = PSA_CIPHER_OPERATION_INIT;
    psa_key_id_t id;
    size_t begun = 0, rest = 0;
    TRY(ioc_import(PSA_KEY_TYPE_AES, 256, PSA_ALG_CBC_PKCS7,
                   encrypting ? PSA_KEY_USAGE_ENCRYPT : PSA_KEY_USAGE_DECRYPT, key, 32, &id));
    psa_status_t status = encrypting ? psa_cipher_encrypt_setup(&cipher, id, PSA_ALG_CBC_PKCS7)
                                     : psa_cipher_decrypt_setup(&cipher, id, PSA_ALG_CBC_PKCS7);
    if (status == PSA_SUCCESS) status = psa_cipher_set_iv(&cipher, iv.bytes, iv.length);
    if (status == PSA_SUCCESS)
        status = psa_cipher_update(&cipher, input.bytes, input.length, output, capacity, &begun);
    if (status == PSA_SUCCESS) status = psa_cipher_finish(&cipher, output + begun, capacity - begun, &rest);
    psa_cipher_abort(&cipher);
    psa_destroy_key(id);
    *length = begun + rest;
    return ioc_of_psa(status);
}

/* A256GCM: the tag stands behind the ciphertext, as PSA has it. */
static ioc_status_t run_gcm(const uint8_t *key, bool encrypting, ioc_slice_t iv, ioc_slice_t aad,
                            ioc_slice_t input, uint8_t *output, size_t capacity, size_t *length) {
    psa_key_id_t id;
    TRY(ioc_import(PSA_KEY_TYPE_AES, 256, PSA_ALG_GCM,
                   encrypting ? PSA_KEY_USAGE_ENCRYPT : PSA_KEY_USAGE_DECRYPT, key, 32, &id));
    const psa_status_t status =
        encrypting ? psa_aead_encrypt(id, PSA_ALG_GCM, iv.bytes, iv.length, aad.bytes, aad.length,
                                      input.bytes, input.length, output, capacity, length)
                   : psa_aead_decrypt(id, PSA_ALG_GCM, iv.bytes, iv.length, aad.bytes, aad.length,
                                      input.bytes, input.length, output, capacity, length);
    psa_destroy_key(id);
    return status == PSA_ERROR_INVALID_SIGNATURE ? IOC_ERR_DECRYPTION : ioc_of_psa(status);
}

/* Encrypts and gives the tag, which is not behind the ciphertext then. */
static ioc_status_t seal(ioc_content_t content, const uint8_t *key, ioc_slice_t iv, ioc_slice_t aad,
                         ioc_slice_t plaintext, uint8_t *output, size_t capacity, size_t *length,
                         uint8_t tag[TAG_MAXIMUM]) {
    if (content == IOC_A256GCM) {
        TRY(run_gcm(key, true, iv, aad, plaintext, output, capacity, length));
        *length -= 16;
        memcpy(tag, output + *length, 16);
        return IOC_OK;
    }
    TRY(run_cbc(key + 32, true, iv, plaintext, output, capacity, length));
    return cbc_tag(key, aad, iv, make_slice(output, *length), false, tag);
}

/* Decrypts `ciphertext`, behind which `tag_length` bytes of tag stand. One answer for whatever is wrong. */
static ioc_status_t open(ioc_content_t content, const uint8_t *key, ioc_slice_t iv, ioc_slice_t aad,
                         ioc_slice_t ciphertext, uint8_t *output, size_t capacity, size_t *length) {
    if (content == IOC_A256GCM)
        return run_gcm(key, false, iv, aad, make_slice(ciphertext.bytes, ciphertext.length + 16), output,
                       capacity, length);
    /* Before the padding is looked at: there is nothing for a padding oracle to say. */
    uint8_t tag[32];
    memcpy(tag, ciphertext.bytes + ciphertext.length, sizeof tag);
    TRY(cbc_tag(key, aad, iv, ciphertext, true, tag));
    return run_cbc(key + 32, false, iv, ciphertext, output, capacity, length) == IOC_OK ? IOC_OK
                                                                                        : IOC_ERR_DECRYPTION;
}

/* Gives the secret that two keys of one curve share, 32 bytes. */
static ioc_status_t agree(psa_key_id_t key, const ioc_public_key_t *other, uint8_t secret[32]) {
    const bool point = ioc_public_key_length(other->curve) == 64;
    uint8_t exported[65] = {4}, any = 0;
    size_t length;
    memcpy(exported + point, other->bytes, ioc_public_key_length(other->curve));
    const ioc_status_t status = ioc_of_psa(psa_raw_key_agreement(
        PSA_ALG_ECDH, key, exported, ioc_public_key_length(other->curve) + point, secret, 32, &length));
    if (status != IOC_OK) return status == IOC_ERR_ARGUMENT ? IOC_ERR_KEY : status;
    /* A point of small order leads to zero (RFC 7748 section 6.1). */
    for (int i = 0; i < 32; i++)
        any |= secret[i];
    return any ? IOC_OK : IOC_ERR_KEY;
}

/* Derives the key that wraps: from Ze, or Ze and Zs. */
static ioc_status_t derive(ioc_slice_t secrets, ioc_slice_t apu, ioc_slice_t apv, ioc_slice_t tag,
                           uint8_t kek[32]) {
    const ioc_slice_t algorithm = tag.bytes ? make_slice(PU, sizeof PU - 1) : make_slice(ES, sizeof ES - 1);
    const ioc_kdf_context_t context = {algorithm, apu, apv, tag};
    return ioc_concat_kdf(secrets, &context, kek, 32);
}

/* Gives SHA-256 of the key ids, sorted by their bytes and joined with dots. Returns IOC_ERR_MEMBER where one
 * is there twice. */
static ioc_status_t party_v(const ioc_slice_t *kids, size_t count, uint8_t digest[32]) {
    psa_hash_operation_t hash = PSA_HASH_OPERATION_INIT;
    psa_status_t status = psa_hash_setup(&hash, PSA_ALG_SHA_256);
    ioc_status_t result = IOC_OK;
    size_t written;
    for (size_t rank = 0; rank < count; rank++)
        for (size_t i = 0; i < count; i++) {
            size_t before = 0;
            for (size_t j = 0; j < count; j++) {
                const size_t length = kids[j].length < kids[i].length ? kids[j].length : kids[i].length;
                const int order = memcmp(kids[j].bytes, kids[i].bytes, length);
                before += order < 0 || (order == 0 && kids[j].length < kids[i].length);
                if (j != i && ioc_slice_equal(kids[j], kids[i])) result = IOC_ERR_MEMBER;
            }
            if (before != rank || result != IOC_OK) continue;
            if (status == PSA_SUCCESS && rank > 0) status = psa_hash_update(&hash, (const uint8_t *)".", 1);
            if (status == PSA_SUCCESS) status = psa_hash_update(&hash, kids[i].bytes, kids[i].length);
        }
    if (status == PSA_SUCCESS && result == IOC_OK) status = psa_hash_finish(&hash, digest, 32, &written);
    psa_hash_abort(&hash);
    return result == IOC_OK ? ioc_of_psa(status) : result;
}

/* Makes a key for one message from the platform's randomness. Bytes that are no scalar of P-256, of odds
 * 2^-32, are drawn again. */
static ioc_status_t make_ephemeral(const ioc_platform_t *platform, ioc_curve_t curve, psa_key_id_t *key) {
    for (int attempt = 0; attempt < 8; attempt++) {
        uint8_t secret[32];
        TRY(platform->random(platform->context, secret, sizeof secret));
        const ioc_status_t status =
            ioc_import(ioc_pair_type(curve), curve == IOC_X25519 ? 255 : 256, PSA_ALG_ECDH,
                       PSA_KEY_USAGE_DERIVE, secret, sizeof secret, key);
        ioc_wipe(secret, sizeof secret);
        if (status != IOC_ERR_ARGUMENT) return status;
    }
    return IOC_ERR_RANDOM;
}

static void write_header(ioc_writer_t *writer, const ioc_jwe_options_t *options, const ioc_public_key_t *epk,
                         const uint8_t apv[32]) {
    const ioc_own_key_t *sender = options->sender;
    ioc_write_base64url_begin(writer);
    ioc_write_text(writer, "{\"epk\":");
    ioc_write_jwk(writer, epk);
    ioc_write_format(writer, ",\"apv\":\"%b\"", make_slice(apv, 32));
    if (sender) ioc_write_format(writer, ",\"skid\":%s,\"apu\":\"%b\"", sender->kid, sender->kid);
    ioc_write_format(writer, ",\"typ\":\"%t\",\"enc\":\"%t\",\"alg\":\"%t\"}", TYPE,
                     CONTENT_NAMES[options->content], sender ? PU : ES);
    ioc_write_base64url_end(writer);
}

/* Writes {"encrypted_key":…,"header":{"kid":…}}. */
static ioc_status_t write_recipient(ioc_writer_t *writer, const ioc_jwe_options_t *options,
                                    psa_key_id_t ephemeral, const ioc_their_key_t *recipient,
                                    const uint8_t apv[32], ioc_slice_t tag, const uint8_t *content_key) {
    const ioc_own_key_t *sender = options->sender;
    const size_t length = key_length(options->content);
    uint8_t secrets[64], kek[32], wrapped[CONTENT_KEY_MAXIMUM + 8];
    ioc_status_t status = agree(ephemeral, &recipient->key, secrets);
    if (status == IOC_OK && sender) status = agree(sender->key, &recipient->key, secrets + 32);
    if (status == IOC_OK)
        status = derive(make_slice(secrets, sender ? 64 : 32), sender ? sender->kid : IOC_TEXT(""),
                        make_slice(apv, 32), sender ? tag : make_slice(NULL, 0), kek);
    if (status == IOC_OK) status = ioc_key_wrap(kek, sizeof kek, content_key, length, wrapped);
    ioc_wipe(secrets, sizeof secrets);
    ioc_wipe(kek, sizeof kek);
    TRY(status);
    ioc_write_format(writer, "{\"encrypted_key\":\"%b\",\"header\":{\"kid\":%s}}",
                     make_slice(wrapped, length + 8), recipient->kid);
    return IOC_OK;
}

static ioc_status_t encrypt_with(ioc_writer_t *writer, const ioc_jwe_options_t *options,
                                 psa_key_id_t ephemeral, const uint8_t apv[32], const uint8_t *content_key,
                                 ioc_slice_t iv, ioc_slice_t plaintext) {
    ioc_public_key_t epk;
    uint8_t tag[TAG_MAXIMUM];
    TRY(ioc_key_public(ephemeral, &epk));
    ioc_write_text(writer, "{\"protected\":\"");
    const size_t start = writer->length;
    write_header(writer, options, &epk, apv);
    TRY(ioc_writer_status(writer));
    const ioc_slice_t aad = ioc_writer_slice(writer, start);
    ioc_write_format(writer, "\",\"iv\":\"%b\",\"ciphertext\":\"", iv);

    /* The ciphertext is made at the end of the buffer and then spelt out from the front. After k of its n
     * bytes that has reached 4k/3, and reads at the end less n - k: where all of it fits it never overtakes
     * what it reads. 16 bytes behind are for GCM's tag: the recipients that follow need more. */
    const size_t padded =
        options->content == IOC_A256GCM ? plaintext.length : plaintext.length + 16 - plaintext.length % 16;
    const size_t room = writer->capacity > writer->length ? writer->capacity - writer->length : 0;
    if (padded > SIZE_MAX / 2 || room < 20 || (room - 20) / 4 * 3 < padded) return IOC_ERR_BUFFER;
    uint8_t *end = writer->bytes + writer->capacity - padded - 16;
    size_t length;
    TRY(seal(options->content, content_key, iv, aad, plaintext, end, padded + 16, &length, tag));
    ioc_write_format(writer, "%b\",\"tag\":\"%b\",\"recipients\":[", make_slice(end, length),
                     make_slice(tag, tag_length(options->content)));
    for (size_t i = 0; i < options->recipient_count; i++) {
        if (i > 0) ioc_write_byte(writer, ',');
        TRY(write_recipient(writer, options, ephemeral, &options->recipients[i], apv,
                            make_slice(tag, tag_length(options->content)), content_key));
    }
    ioc_write_text(writer, "]}");
    return ioc_writer_status(writer);
}

ioc_status_t ioc_jwe_encrypt(ioc_writer_t *writer, const ioc_platform_t *platform,
                             const ioc_jwe_options_t *options, ioc_slice_t plaintext) {
    ioc_slice_t kids[IOC_JWE_RECIPIENTS];
    ioc_public_key_t own;
    uint8_t apv[32], content_key[CONTENT_KEY_MAXIMUM], iv[16];
    psa_key_id_t ephemeral;
    if (options->recipient_count == 0 || options->recipient_count > IOC_JWE_RECIPIENTS)
        return IOC_ERR_ARGUMENT;
    const ioc_curve_t curve = options->recipients[0].key.curve;
    if (curve != IOC_P256 && curve != IOC_X25519) return IOC_ERR_ALGORITHM;
    for (size_t i = 0; i < options->recipient_count; i++) {
        kids[i] = options->recipients[i].kid;
        if (options->recipients[i].key.curve != curve) return IOC_ERR_ALGORITHM;
    }
    if (options->sender) {
        if (options->content != IOC_A256CBC_HS512) return IOC_ERR_ALGORITHM;
        TRY(ioc_key_public(options->sender->key, &own));
        if (own.curve != curve) return IOC_ERR_ALGORITHM;
    }
    TRY(party_v(kids, options->recipient_count, apv));
    TRY(make_ephemeral(platform, curve, &ephemeral));
    ioc_status_t status = platform->random(platform->context, content_key, key_length(options->content));
    if (status == IOC_OK) status = platform->random(platform->context, iv, iv_length(options->content));
    if (status == IOC_OK)
        status = encrypt_with(writer, options, ephemeral, apv, content_key,
                              make_slice(iv, iv_length(options->content)), plaintext);
    psa_destroy_key(ephemeral);
    ioc_wipe(content_key, sizeof content_key);
    return status;
}

/* An envelope as it was read: shape and header checked, nothing decrypted. */
typedef struct {
    ioc_content_t content;
    bool authenticated;
    ioc_public_key_t epk;
    ioc_slice_t aad, apu, iv, ciphertext, tag;
    uint8_t apv[32];
    /* The recipient that we are. */
    const ioc_own_key_t *own;
    ioc_slice_t encrypted_key;
} envelope_t;

/* Whether `value` is `type`, or what follows its application/. */
static bool is_type(ioc_slice_t value, const char *type) {
    return ioc_json_is(value, type) || ioc_json_is(value, type + sizeof "application/" - 1);
}

static ioc_status_t read_recipients(ioc_slice_t recipients, const ioc_own_key_t *keys, size_t key_count,
                                    envelope_t *envelope) {
    static const char *const members[] = {"encrypted_key", "header"};
    static const char *const header_members[] = {"kid"};
    ioc_slice_t cursor, value, values[COUNT(members)], kid, kids[IOC_JWE_RECIPIENTS];
    size_t count = 0;
    if (!recipients.bytes) return IOC_ERR_MEMBER;
    TRY(ioc_json_array(recipients, &cursor));
    for (;;) {
        TRY(ioc_json_next(&cursor, &value));
        if (!value.bytes) break;
        if (count == IOC_JWE_RECIPIENTS) return IOC_ERR_MEMBER;
        TRY(ioc_json_object(value, members, values, COUNT(members), false));
        if (!ioc_json_is_object(values[1])) return IOC_ERR_MEMBER;
        /* Headers of a recipient are not protected: what decides must not stand there. */
        TRY(ioc_json_object(values[1], header_members, &kid, 1, true));
        TRY(ioc_json_plain(kid, &kid));
        if (kid.length == 0) return IOC_ERR_MEMBER;
        TRY(ioc_json_plain(values[0], &value));
        kids[count++] = kid;
        for (size_t i = 0; i < key_count && !envelope->own; i++)
            if (ioc_slice_equal(keys[i].kid, kid)) {
                envelope->own = &keys[i];
                envelope->encrypted_key = value;
            }
    }
    return count == 0 ? IOC_ERR_MEMBER : party_v(kids, count, envelope->apv);
}

/* Decodes a member into scratch, from `*used` on. */
static ioc_status_t decode_member(ioc_slice_t value, uint8_t *scratch, size_t capacity, size_t *used,
                                  ioc_slice_t *bytes) {
    ioc_slice_t text;
    size_t length;
    TRY(ioc_json_plain(value, &text));
    TRY(ioc_decode_base64url(text, scratch + *used, capacity - *used, &length));
    *bytes = make_slice(scratch + *used, length);
    *used += length;
    return IOC_OK;
}

static ioc_status_t read_header(ioc_slice_t text, uint8_t *scratch, size_t capacity, size_t *used,
                                envelope_t *envelope) {
    enum { EPK, APV, SKID, APU, TYP, ENC, ALG, CRIT, ZIP, B64 };
    static const char *const members[] = {"epk", "apv", "skid", "apu", "typ",
                                          "enc", "alg", "crit", "zip", "b64"};
    ioc_slice_t header, values[COUNT(members)], apv, skid;
    TRY(decode_member(text, scratch, capacity, used, &header));
    TRY(ioc_json_object(header, members, values, COUNT(members), false));
    if (values[CRIT].bytes || values[ZIP].bytes || values[B64].bytes) return IOC_ERR_CRITICAL_HEADER;
    if (values[TYP].bytes && !is_type(values[TYP], TYPE)) return IOC_ERR_MEMBER;
    envelope->authenticated = ioc_json_is(values[ALG], PU);
    if (!envelope->authenticated && !ioc_json_is(values[ALG], ES)) return IOC_ERR_ALGORITHM;
    envelope->content =
        ioc_json_is(values[ENC], CONTENT_NAMES[IOC_A256GCM]) ? IOC_A256GCM : IOC_A256CBC_HS512;
    if (!ioc_json_is(values[ENC], CONTENT_NAMES[envelope->content])) return IOC_ERR_ALGORITHM;
    if (envelope->authenticated && envelope->content != IOC_A256CBC_HS512) return IOC_ERR_ALGORITHM;

    TRY(decode_member(values[APV], scratch, capacity, used, &apv));
    if (!ioc_slice_equal(apv, make_slice(envelope->apv, sizeof envelope->apv))) return IOC_ERR_MEMBER;
    envelope->apu = IOC_TEXT("");
    if (envelope->authenticated || values[APU].bytes)
        TRY(decode_member(values[APU], scratch, capacity, used, &envelope->apu));
    if (envelope->authenticated) {
        if (envelope->apu.length == 0) return IOC_ERR_MEMBER;
        if (values[SKID].bytes) {
            TRY(ioc_json_plain(values[SKID], &skid));
            if (!ioc_slice_equal(skid, envelope->apu)) return IOC_ERR_MEMBER;
        }
    }
    if (!ioc_json_is_object(values[EPK])) return IOC_ERR_MEMBER;
    TRY(ioc_read_jwk(values[EPK], &envelope->epk));
    const ioc_curve_t curve = envelope->epk.curve;
    return curve == IOC_P256 || curve == IOC_X25519 ? IOC_OK : IOC_ERR_ALGORITHM;
}

static ioc_status_t decrypt_with(const envelope_t *envelope, const ioc_resolver_t *resolver, uint8_t *output,
                                 size_t capacity, size_t *length) {
    uint8_t secrets[64], kek[32], wrapped[CONTENT_KEY_MAXIMUM + 8], content_key[CONTENT_KEY_MAXIMUM];
    ioc_public_key_t own, sender;
    size_t wrapped_length;
    TRY(ioc_key_public(envelope->own->key, &own));
    if (own.curve != envelope->epk.curve) return IOC_ERR_ALGORITHM;
    if (envelope->authenticated) {
        if (!resolver) return IOC_ERR_KEY_UNKNOWN;
        TRY(resolver->find(resolver->context, envelope->apu, IOC_AGREEMENT, &sender));
        if (sender.curve != own.curve) return IOC_ERR_ALGORITHM;
    }
    if (ioc_decode_base64url(envelope->encrypted_key, wrapped, sizeof wrapped, &wrapped_length) != IOC_OK ||
        wrapped_length != key_length(envelope->content) + 8)
        return IOC_ERR_DECRYPTION;
    ioc_status_t status = agree(envelope->own->key, &envelope->epk, secrets);
    if (status == IOC_OK && envelope->authenticated)
        status = agree(envelope->own->key, &sender, secrets + 32);
    if (status == IOC_OK)
        status = derive(make_slice(secrets, envelope->authenticated ? 64 : 32), envelope->apu,
                        make_slice(envelope->apv, sizeof envelope->apv),
                        envelope->authenticated ? envelope->tag : make_slice(NULL, 0), kek);
    if (status == IOC_OK) status = ioc_key_unwrap(kek, sizeof kek, wrapped, wrapped_length, content_key);
    if (status == IOC_OK)
        status = open(envelope->content, content_key, envelope->iv, envelope->aad, envelope->ciphertext,
                      output, capacity, length);
    ioc_wipe(secrets, sizeof secrets);
    ioc_wipe(kek, sizeof kek);
    ioc_wipe(content_key, sizeof content_key);
    return status;
}

ioc_status_t ioc_jwe_decrypt(uint8_t *message, size_t length, const ioc_own_key_t *keys, size_t key_count,
                             const ioc_resolver_t *resolver, uint8_t *scratch, size_t scratch_length,
                             size_t *used, ioc_jwe_opened_t *opened) {
    enum { PROTECTED, RECIPIENTS, IV, CIPHERTEXT, TAG, MEMBERS };
    /* The last are of the other serialisation, or parts that nothing would protect. */
    static const char *const members[] = {"protected", "recipients",    "iv",          "ciphertext", "tag",
                                          "header",    "encrypted_key", "unprotected", "aad"};
    ioc_slice_t values[COUNT(members)], text;
    envelope_t envelope = {0};
    TRY(ioc_json_object(make_slice(message, length), members, values, COUNT(members), false));
    for (size_t i = MEMBERS; i < COUNT(members); i++)
        if (values[i].bytes) return IOC_ERR_MEMBER;
    TRY(read_recipients(values[RECIPIENTS], keys, key_count, &envelope));
    TRY(read_header(values[PROTECTED], scratch, scratch_length, used, &envelope));
    if (!envelope.own) return IOC_ERR_NOT_FOR_US;
    TRY(ioc_json_plain(values[PROTECTED], &envelope.aad));
    TRY(ioc_json_plain(values[CIPHERTEXT], &text));

    /* What only decryption needs comes last, and is free again. */
    size_t at = *used;
    TRY(decode_member(values[IV], scratch, scratch_length, &at, &envelope.iv));
    TRY(decode_member(values[CIPHERTEXT], scratch, scratch_length, &at, &envelope.ciphertext));
    TRY(decode_member(values[TAG], scratch, scratch_length, &at, &envelope.tag));
    if (envelope.iv.length != iv_length(envelope.content) ||
        envelope.tag.length != tag_length(envelope.content))
        return IOC_ERR_DECRYPTION;

    opened->plaintext = message + (text.bytes - message);
    TRY(decrypt_with(&envelope, resolver, opened->plaintext, text.length, &opened->length));
    opened->kid = envelope.own->kid;
    opened->skid = envelope.authenticated ? envelope.apu : make_slice(NULL, 0);
    return IOC_OK;
}
