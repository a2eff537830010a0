#include "internal.h"
#include <ioconnect/encoding.h>
#include <ioconnect/jwe.h>
#include <ioconnect/key_wrap.h>
#include <string.h>

#define CONTENT_KEY_MAXIMUM 64
#define TAG_MAXIMUM 32

static const char ES[] = "ECDH-ES+A256KW", PU[] = "ECDH-1PU+A256KW";
static const char TYPE[] = "application/didcomm-encrypted+json";
#define APPLICATION (sizeof "application/" - 1)
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

/* What encrypts a content, or decrypts it. */
typedef struct {
    ioc_content_t content;
    bool encrypting;
    const uint8_t *key;
    ioc_slice_t iv, aad;
    uint8_t *output;
    size_t capacity;
} content_t;

static ioc_status_t import_aes(const content_t *content, const uint8_t *key, psa_algorithm_t algorithm,
                               psa_key_id_t *id) {
    return ioc_import(PSA_KEY_TYPE_AES, 256, algorithm,
                      content->encrypting ? PSA_KEY_USAGE_ENCRYPT : PSA_KEY_USAGE_DECRYPT, key, 32, id);
}

/* Whatever does not fit its tag: one answer. */
static ioc_status_t of_tag(psa_status_t status) {
    return status == PSA_ERROR_INVALID_SIGNATURE ? IOC_ERR_DECRYPTION : ioc_of_psa(status);
}

/* HMAC over aad, iv, ciphertext and the bits of aad, of which the first half is the tag (RFC 7518
 * section 5.2.2.1). Makes the tag or, decrypting, compares it within PSA. */
static ioc_status_t cbc_tag(const content_t *content, ioc_slice_t ciphertext, uint8_t tag[32]) {
    const psa_algorithm_t algorithm = PSA_ALG_TRUNCATED_MAC(PSA_ALG_HMAC(PSA_ALG_SHA_512), 32);
    const bool making = content->encrypting;
    psa_mac_operation_t mac = PSA_MAC_OPERATION_INIT;
    psa_key_id_t id;
    size_t written;
    uint8_t bits[8] = {0};
    const ioc_slice_t parts[] = {content->aad, content->iv, ciphertext, make_slice(bits, sizeof bits)};
    for (int i = 0; i < 5; i++)
        bits[7 - i] = (uint8_t)(((uint64_t)content->aad.length * 8) >> (8 * i));
    TRY(ioc_import(PSA_KEY_TYPE_HMAC, 256, algorithm,
                   making ? PSA_KEY_USAGE_SIGN_MESSAGE : PSA_KEY_USAGE_VERIFY_MESSAGE, content->key, 32,
                   &id));
    psa_status_t status = (making ? psa_mac_sign_setup : psa_mac_verify_setup)(&mac, id, algorithm);
    for (size_t i = 0; i < COUNT(parts) && status == PSA_SUCCESS; i++)
        status = psa_mac_update(&mac, parts[i].bytes, parts[i].length);
    if (status == PSA_SUCCESS)
        status = making ? psa_mac_sign_finish(&mac, tag, 32, &written) : psa_mac_verify_finish(&mac, tag, 32);
    psa_mac_abort(&mac);
    psa_destroy_key(id);
    return of_tag(status);
}

static ioc_status_t run_cbc(const content_t *content, ioc_slice_t input, size_t *length) {
    psa_cipher_operation_t cipher = PSA_CIPHER_OPERATION_INIT;
    psa_key_id_t id;
    size_t begun = 0, rest = 0;
    TRY(import_aes(content, content->key + 32, PSA_ALG_CBC_PKCS7, &id));
    psa_status_t status = (content->encrypting ? psa_cipher_encrypt_setup
                                               : psa_cipher_decrypt_setup)(&cipher, id, PSA_ALG_CBC_PKCS7);
    if (status == PSA_SUCCESS) status = psa_cipher_set_iv(&cipher, content->iv.bytes, content->iv.length);
    if (status == PSA_SUCCESS)
        status =
            psa_cipher_update(&cipher, input.bytes, input.length, content->output, content->capacity, &begun);
    if (status == PSA_SUCCESS)
        status = psa_cipher_finish(&cipher, content->output + begun, content->capacity - begun, &rest);
    psa_cipher_abort(&cipher);
    psa_destroy_key(id);
    *length = begun + rest;
    return ioc_of_psa(status);
}

/* A256GCM: the tag stands behind the ciphertext, as PSA has it. */
static ioc_status_t run_gcm(const content_t *content, ioc_slice_t input, size_t *length) {
    psa_key_id_t id;
    TRY(import_aes(content, content->key, PSA_ALG_GCM, &id));
    const psa_status_t status = (content->encrypting ? psa_aead_encrypt : psa_aead_decrypt)(
        id, PSA_ALG_GCM, content->iv.bytes, content->iv.length, content->aad.bytes, content->aad.length,
        input.bytes, input.length, content->output, content->capacity, length);
    psa_destroy_key(id);
    return of_tag(status);
}

/* Encrypts and gives the tag, which is not behind the ciphertext then. */
static ioc_status_t seal(const content_t *content, ioc_slice_t plaintext, size_t *length,
                         uint8_t tag[TAG_MAXIMUM]) {
    if (content->content == IOC_A256GCM) {
        TRY(run_gcm(content, plaintext, length));
        *length -= 16;
        memcpy(tag, content->output + *length, 16);
        return IOC_OK;
    }
    TRY(run_cbc(content, plaintext, length));
    return cbc_tag(content, make_slice(content->output, *length), tag);
}

/* Decrypts `ciphertext`, behind which the tag stands. One answer for whatever is wrong. */
static ioc_status_t open(const content_t *content, ioc_slice_t ciphertext, size_t *length) {
    if (content->content == IOC_A256GCM)
        return run_gcm(content, make_slice(ciphertext.bytes, ciphertext.length + 16), length);
    /* Before the padding is looked at: there is nothing for a padding oracle to say. */
    uint8_t tag[32];
    memcpy(tag, ciphertext.bytes + ciphertext.length, sizeof tag);
    TRY(cbc_tag(content, ciphertext, tag));
    return run_cbc(content, ciphertext, length) == IOC_OK ? IOC_OK : IOC_ERR_DECRYPTION;
}

/* Gives the secret that two keys of one curve share, 32 bytes. */
static ioc_status_t agree(psa_key_id_t key, const ioc_public_key_t *other, uint8_t secret[32]) {
    uint8_t exported[65], any = 0;
    size_t length;
    const ioc_status_t status = ioc_of_psa(
        psa_raw_key_agreement(PSA_ALG_ECDH, key, exported, ioc_export(other, exported), secret, 32, &length));
    if (status != IOC_OK) return status == IOC_ERR_ARGUMENT ? IOC_ERR_KEY : status;
    /* A point of small order leads to zero (RFC 7748 section 6.1). */
    for (int i = 0; i < 32; i++)
        any |= secret[i];
    return any ? IOC_OK : IOC_ERR_KEY;
}

/* What a key that wraps is derived from: Ze, or Ze and Zs, of a private and a public key each. */
typedef struct {
    psa_key_id_t keys[2];
    const ioc_public_key_t *others[2];
    bool authenticated;
    ioc_slice_t apu, apv, tag;
} agreement_t;

static ioc_status_t derive(const agreement_t *agreement, uint8_t kek[32]) {
    const size_t count = 1 + agreement->authenticated;
    const ioc_kdf_context_t context = {agreement->authenticated ? make_slice(PU, sizeof PU - 1)
                                                                : make_slice(ES, sizeof ES - 1),
                                       agreement->apu, agreement->apv, agreement->tag};
    uint8_t secrets[64];
    ioc_status_t status = IOC_OK;
    for (size_t i = 0; i < count && status == IOC_OK; i++)
        status = agree(agreement->keys[i], agreement->others[i], secrets + 32 * i);
    if (status == IOC_OK) status = ioc_concat_kdf(make_slice(secrets, 32 * count), &context, kek, 32);
    ioc_wipe(secrets, sizeof secrets);
    return status;
}

static int compare(ioc_slice_t one, ioc_slice_t other) {
    const int order = memcmp(one.bytes, other.bytes, one.length < other.length ? one.length : other.length);
    return order != 0 ? order : (one.length > other.length) - (one.length < other.length);
}

/* Sorts the key ids by their bytes, and gives SHA-256 of them joined with dots. Returns IOC_ERR_MEMBER where
 * one is there twice. */
static ioc_status_t party_v(ioc_slice_t *kids, size_t count, uint8_t digest[32]) {
    ioc_sha256_t hash;
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j > 0; j--) {
            const ioc_slice_t kid = kids[j];
            const int order = compare(kid, kids[j - 1]);
            if (order == 0) return IOC_ERR_MEMBER;
            if (order > 0) break;
            kids[j] = kids[j - 1];
            kids[j - 1] = kid;
        }
    ioc_sha256_begin(&hash);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) ioc_sha256_add(&hash, IOC_TEXT("."));
        ioc_sha256_add(&hash, kids[i]);
    }
    return ioc_sha256_end(&hash, digest);
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
    uint8_t kek[32], wrapped[CONTENT_KEY_MAXIMUM + 8];
    agreement_t agreement = {.keys = {ephemeral},
                             .others = {&recipient->key, &recipient->key},
                             .apu = IOC_TEXT(""),
                             .apv = make_slice(apv, 32)};
    if (sender) {
        agreement.authenticated = true;
        agreement.keys[1] = sender->key;
        agreement.apu = sender->kid;
        agreement.tag = tag;
    }
    ioc_status_t status = derive(&agreement, kek);
    if (status == IOC_OK) status = ioc_key_wrap(kek, sizeof kek, content_key, length, wrapped);
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
    const content_t content = {options->content, true, content_key, iv, aad, end, padded + 16};
    TRY(seal(&content, plaintext, &length, tag));
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

static ioc_status_t read_recipients(ioc_slice_t recipients, const ioc_own_key_t *keys, size_t key_count,
                                    envelope_t *envelope) {
    ioc_slice_t cursor, value, values[2], kid, kids[IOC_JWE_RECIPIENTS];
    size_t count = 0;
    if (!recipients.bytes) return IOC_ERR_MEMBER;
    TRY(ioc_json_array(recipients, &cursor));
    for (;;) {
        TRY(ioc_json_next(&cursor, &value));
        if (!value.bytes) break;
        if (count == IOC_JWE_RECIPIENTS) return IOC_ERR_MEMBER;
        TRY(ioc_json_members(value, "*encrypted_key {header", values));
        /* Headers of a recipient are not protected: what decides must not stand there. */
        TRY(ioc_json_members(values[1], ".=kid", &kid));
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

APART static ioc_status_t read_header(ioc_slice_t text, ioc_scratch_t *scratch, envelope_t *envelope) {
    enum { CRIT, ZIP, B64, EPK, APV, SKID, APU, ENC, ALG, TYP, MEMBERS };
    ioc_slice_t header, values[MEMBERS], apv, skid;
    TRY(ioc_decode_member(scratch, text, &header));
    TRY(ioc_json_members(header, "-crit -zip -b64 *epk *apv *skid *apu *enc *alg ?typ", values));
    if (values[TYP].bytes && !ioc_is_type(values[TYP], TYPE + APPLICATION)) return IOC_ERR_MEMBER;
    envelope->authenticated = ioc_json_is(values[ALG], PU);
    if (!envelope->authenticated && !ioc_json_is(values[ALG], ES)) return IOC_ERR_ALGORITHM;
    envelope->content =
        ioc_json_is(values[ENC], CONTENT_NAMES[IOC_A256GCM]) ? IOC_A256GCM : IOC_A256CBC_HS512;
    if (!ioc_json_is(values[ENC], CONTENT_NAMES[envelope->content])) return IOC_ERR_ALGORITHM;
    if (envelope->authenticated && envelope->content != IOC_A256CBC_HS512) return IOC_ERR_ALGORITHM;

    TRY(ioc_decode_member(scratch, values[APV], &apv));
    if (!ioc_slice_equal(apv, make_slice(envelope->apv, sizeof envelope->apv))) return IOC_ERR_MEMBER;
    envelope->apu = IOC_TEXT("");
    if (envelope->authenticated || values[APU].bytes)
        TRY(ioc_decode_member(scratch, values[APU], &envelope->apu));
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

APART static ioc_status_t decrypt_with(const envelope_t *envelope, const ioc_resolver_t *resolver,
                                       uint8_t *output, size_t capacity, size_t *length) {
    uint8_t kek[32], wrapped[CONTENT_KEY_MAXIMUM + 8], content_key[CONTENT_KEY_MAXIMUM];
    const psa_key_id_t key = envelope->own->key;
    ioc_public_key_t own, sender;
    size_t wrapped_length;
    TRY(ioc_key_public(key, &own));
    if (own.curve != envelope->epk.curve) return IOC_ERR_ALGORITHM;
    if (envelope->authenticated) {
        if (!resolver) return IOC_ERR_KEY_UNKNOWN;
        TRY(resolver->find(resolver->context, envelope->apu, IOC_AGREEMENT, &sender));
        if (sender.curve != own.curve) return IOC_ERR_ALGORITHM;
    }
    if (ioc_decode_base64url(envelope->encrypted_key, wrapped, sizeof wrapped, &wrapped_length) != IOC_OK ||
        wrapped_length != key_length(envelope->content) + 8)
        return IOC_ERR_DECRYPTION;
    const agreement_t agreement = {{key, key},
                                   {&envelope->epk, &sender},
                                   envelope->authenticated,
                                   envelope->apu,
                                   make_slice(envelope->apv, sizeof envelope->apv),
                                   envelope->authenticated ? envelope->tag : make_slice(NULL, 0)};
    const content_t content = {envelope->content, false,  content_key, envelope->iv,
                               envelope->aad,     output, capacity};
    ioc_status_t status = derive(&agreement, kek);
    if (status == IOC_OK) status = ioc_key_unwrap(kek, sizeof kek, wrapped, wrapped_length, content_key);
    if (status == IOC_OK) status = open(&content, envelope->ciphertext, length);
    ioc_wipe(kek, sizeof kek);
    ioc_wipe(content_key, sizeof content_key);
    return status;
}

ioc_status_t ioc_jwe_decrypt(uint8_t *message, size_t length, const ioc_own_key_t *keys, size_t key_count,
                             const ioc_resolver_t *resolver, uint8_t *bytes, size_t capacity, size_t *used,
                             ioc_jwe_opened_t *opened) {
    enum { RECIPIENTS = 4, PROTECTED, IV, CIPHERTEXT, TAG, MEMBERS };
    ioc_scratch_t scratch = {bytes, capacity, *used};
    ioc_slice_t values[MEMBERS], text;
    envelope_t envelope = {0};
    /* The first are of the other serialisation, or parts that nothing would protect. */
    TRY(ioc_json_members(
        make_slice(message, length),
        "!header !encrypted_key !unprotected !aad *recipients *protected *iv *ciphertext *tag", values));
    TRY(read_recipients(values[RECIPIENTS], keys, key_count, &envelope));
    TRY(read_header(values[PROTECTED], &scratch, &envelope));
    if (!envelope.own) return IOC_ERR_NOT_FOR_US;
    TRY(ioc_json_plain(values[PROTECTED], &envelope.aad));
    TRY(ioc_json_plain(values[CIPHERTEXT], &text));

    /* What only decryption needs comes last, and is free again. */
    *used = scratch.used;
    TRY(ioc_decode_member(&scratch, values[IV], &envelope.iv));
    TRY(ioc_decode_to(&scratch, text, &envelope.ciphertext));
    TRY(ioc_decode_member(&scratch, values[TAG], &envelope.tag));
    if (envelope.iv.length != iv_length(envelope.content) ||
        envelope.tag.length != tag_length(envelope.content))
        return IOC_ERR_DECRYPTION;

    opened->plaintext = message + (text.bytes - message);
    TRY(decrypt_with(&envelope, resolver, opened->plaintext, text.length, &opened->length));
    opened->kid = envelope.own->kid;
    opened->skid = envelope.authenticated ? envelope.apu : make_slice(NULL, 0);
    return IOC_OK;
}
