/* harness.c: the core as a process, for tests: a line of words in, a line of words out. Bytes are
 * hexadecimal, "-" for none; the answer is "ok" and what came out, or the status's name. Every buffer is
 * allocated to its length, so that AddressSanitizer sees the first byte beyond. */
#include "faults.h"
#include "flash.h"
#include "slots.h"
#include "src/internal.h"
#include <ioconnect/backoff.h>
#include <ioconnect/circuit_key.h>
#include <ioconnect/credential.h>
#include <ioconnect/device.h>
#include <ioconnect/did.h>
#include <ioconnect/didcomm.h>
#include <ioconnect/encoding.h>
#include <ioconnect/key_wrap.h>
#include <ioconnect/poseidon.h>
#include <ioconnect/queue.h>
#include <ioconnect/serial.h>
#include <ioconnect/sntp.h>
#include <ioconnect/task_request.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef IOC_BOARD
#include "chips/board.h"
#endif

#define WORDS 24
#define TABLE 16

typedef struct {
    uint8_t *bytes;
    size_t length;
} owned_t;

/* Counts down to the call that fails: of PSA, of the platform's randomness, of reading flash. -1 for none. */
static long fault_in = -1;

bool test_fault(void) {
    return fault_in >= 0 && fault_in-- == 0;
}

#ifdef IOC_COVERAGE
psa_status_t test_fail() {
    return PSA_ERROR_HARDWARE_FAILURE;
}
#endif

/* What is allocated for the length of a command. */
static void *taken[512];
static size_t taken_count;

static void *take(size_t length) {
    if (taken_count == COUNT(taken)) exit(3);
    return taken[taken_count++] = malloc(length);
}

static void release(void) {
    while (taken_count > 0)
        free(taken[--taken_count]);
}

static char *words[WORDS];
static owned_t arguments[WORDS];
static size_t word_count, capacity = 1 << 16;

/* The bytes of the i-th word. */
static ioc_slice_t bytes_at(size_t i) {
    static const char digits[] = "0123456789abcdef";
    owned_t *argument = &arguments[i];
    if (i >= word_count) exit(2);
    const char *word = strcmp(words[i], "-") == 0 ? "" : words[i];
    if (!argument->bytes) {
        argument->length = strlen(word) / 2;
        argument->bytes = take(argument->length);
        for (size_t j = 0; j < argument->length; j++)
            argument->bytes[j] = (uint8_t)((strchr(digits, word[2 * j]) - digits) << 4 |
                                           (strchr(digits, word[2 * j + 1]) - digits));
    }
    return ioc_slice(argument->bytes, argument->length);
}

/* Null bytes for "none". */
static ioc_slice_t optional_at(size_t i) {
    return strcmp(words[i], "none") == 0 ? ioc_slice(NULL, 0) : bytes_at(i);
}

static uint64_t number_at(size_t i) {
    if (i >= word_count) exit(2);
    return strtoull(words[i], NULL, 10);
}

/* Randomness: PSA's, or SHA-256 of a seed and a counter. Time: as told. */
static uint8_t seed[36];
static bool seeded;
static uint64_t now;

static ioc_status_t random_bytes(void *context, uint8_t *bytes, size_t length) {
    if (test_fault()) return IOC_ERR_RANDOM;
    if (!seeded) return ioc_psa_random(context, bytes, length);
    for (size_t i = 0; i < length; i++) {
        uint8_t digest[32];
        size_t written;
        psa_hash_compute(PSA_ALG_SHA_256, seed, sizeof seed, digest, sizeof digest, &written);
        bytes[i] = digest[0];
        for (int j = 35; j >= 32 && ++seed[j] == 0; j--)
            continue;
    }
    return IOC_OK;
}

static uint64_t seconds(void *context) {
    (void)context;
    return now;
}

static const ioc_platform_t platform = {NULL, random_bytes, seconds};

static ioc_own_key_t own[TABLE];
static size_t own_count;
static owned_t documents[TABLE], dids[TABLE];
static size_t document_count;

static owned_t copy_into(void *bytes, ioc_slice_t slice) {
    if (slice.length > 0) memcpy(bytes, slice.bytes, slice.length);
    return (owned_t){bytes, slice.length};
}

static owned_t copy(ioc_slice_t slice) {
    return copy_into(take(slice.length), slice);
}

/* Beyond the command. */
static owned_t keep(ioc_slice_t slice) {
    return copy_into(malloc(slice.length), slice);
}

static ioc_status_t find(void *context, ioc_slice_t kid, ioc_relationship_t relationship,
                         ioc_public_key_t *key) {
    (void)context;
    for (size_t i = 0; i < document_count; i++)
        if (ioc_slice_equal(ioc_slice(dids[i].bytes, dids[i].length), ioc_did_of(kid)))
            return ioc_document_key(ioc_slice(documents[i].bytes, documents[i].length), relationship, kid,
                                    key);
    return IOC_ERR_KEY_UNKNOWN;
}

static const ioc_resolver_t resolver = {NULL, find};

/* What goes out. */
static ioc_writer_t out;

static ioc_status_t begin(void) {
    ioc_writer_init(&out, take(capacity), capacity);
    return IOC_OK;
}

static void answer_slice(ioc_slice_t slice) {
    printf(" ");
    if (!slice.bytes)
        printf("none");
    else if (slice.length == 0)
        printf("-");
    for (size_t i = 0; i < slice.length; i++)
        printf("%02x", slice.bytes[i]);
}

/* Copies a slice to the output, where it stays until the answer. */
static ioc_slice_t parts[256];
static size_t part_count;
static bool wrote;

static void give(ioc_slice_t slice) {
    const owned_t given = slice.bytes ? copy(slice) : (owned_t){NULL, 0};
    if (part_count == COUNT(parts)) exit(3);
    parts[part_count++] = ioc_slice(given.bytes, given.length);
}

static void give_number(uint64_t number) {
    char text[24];
    give(ioc_slice(text, (size_t)sprintf(text, "%llu", (unsigned long long)number)));
}

static ioc_status_t finish(void) {
    wrote = true;
    return ioc_writer_status(&out);
}

static ioc_curve_t curve_at(size_t i) {
    for (int curve = IOC_P256; curve <= IOC_X25519; curve++)
        if (strcmp(words[i], ioc_curve_name((ioc_curve_t)curve)) == 0) return (ioc_curve_t)curve;
    exit(2);
}

static ioc_status_t import(psa_key_id_t *key) {
    const ioc_curve_t curve = curve_at(1);
    const bool any = strcmp(words[2], "any") == 0, signs = any || strcmp(words[2], "sign") == 0;
    psa_algorithm_t algorithm =
        any ? PSA_ALG_ECDSA(PSA_ALG_ANY_HASH) : PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256);
    psa_key_usage_t usage = PSA_KEY_USAGE_SIGN_HASH;
    const ioc_slice_t secret = bytes_at(3);
    if (curve == IOC_ED25519) {
        algorithm = PSA_ALG_PURE_EDDSA;
        usage = PSA_KEY_USAGE_SIGN_MESSAGE;
    }
    return ioc_import(ioc_pair_type(curve), 0, signs ? algorithm : PSA_ALG_ECDH,
                      signs ? usage : PSA_KEY_USAGE_DERIVE, secret.bytes, secret.length, key);
}

static ioc_status_t public_at(size_t i, ioc_public_key_t *key) {
    return ioc_key_public((psa_key_id_t)number_at(i), key);
}

static bool is(const char *name) {
    return strcmp(words[0], name) == 0;
}

static bool consent(void *context, ioc_slice_t parameters) {
    (void)parameters;
    return *(bool *)context;
}

static bool agrees = true;
static owned_t kept_settings;

static ioc_status_t set_network(void *context, ioc_slice_t ssid, ioc_slice_t passphrase, bool *applied) {
    (void)context;
    ioc_writer_t writer;
    kept_settings = (owned_t){take(200), 0};
    ioc_writer_init(&writer, kept_settings.bytes, 200);
    ioc_write_string(&writer, ssid);
    ioc_write_string(&writer, passphrase);
    kept_settings.length = writer.length;
    *applied = true;
    return IOC_OK;
}

static ioc_status_t set_server(void *context, const ioc_server_settings_t *settings, bool *applied) {
    (void)context;
    ioc_writer_t writer;
    kept_settings = (owned_t){take(2000), 0};
    ioc_writer_init(&writer, kept_settings.bytes, 2000);
    ioc_write_uint(&writer, settings->project_id);
    ioc_write_text(&writer, settings->mqtt ? " mqtt" : " http");
    for (size_t i = 0; i < settings->gateway_count; i++) {
        ioc_write_byte(&writer, ' ');
        ioc_write_slice(&writer, settings->gateways[i]);
    }
    kept_settings.length = writer.length;
    *applied = true;
    return settings->project_id == 13 ? IOC_ERR_FLASH : IOC_OK;
}

static ioc_status_t run_encoding(void) {
    size_t length;
    if (is("base64url")) {
        ioc_write_base64url(&out, bytes_at(1).bytes, bytes_at(1).length);
        return finish();
    }
    if (is("base64url.stream")) {
        ioc_write_base64url_begin(&out);
        ioc_write_slice(&out, bytes_at(1));
        ioc_write_base64url_end(&out);
        return finish();
    }
    if (is("base64url.decode")) {
        const owned_t text = copy(bytes_at(1));
        TRY(ioc_decode_base64url(ioc_slice(text.bytes, text.length), text.bytes, text.length, &length));
        give(ioc_slice(text.bytes, length));
        return IOC_OK;
    }
    if (is("base58")) {
        ioc_write_base58(&out, bytes_at(1).bytes, bytes_at(1).length);
        return finish();
    }
    if (is("decimal")) {
        uint8_t number[32];
        TRY(ioc_decode_decimal(bytes_at(1), number));
        give(ioc_slice(number, sizeof number));
        return IOC_OK;
    }
    if (is("json")) {
        static const char *const names[] = {"value"};
        ioc_slice_t value;
        TRY(ioc_json_object(bytes_at(1), names, &value, 1, false));
        give(value);
        return IOC_OK;
    }
    if (is("json.array")) {
        ioc_slice_t cursor, value;
        TRY(ioc_json_array(bytes_at(1), &cursor));
        for (;;) {
            TRY(ioc_json_next(&cursor, &value));
            if (!value.bytes) return IOC_OK;
            give(value);
        }
    }
    if (is("json.unescape")) {
        TRY(ioc_json_unescape(bytes_at(1), &out));
        return finish();
    }
    if (is("json.string")) {
        ioc_write_string(&out, bytes_at(1));
        return finish();
    }
    if (is("json.uint")) {
        uint64_t number;
        TRY(ioc_json_uint(bytes_at(1), &number));
        give_number(number);
        return IOC_OK;
    }
    if (is("keccak")) {
        uint8_t digest[32];
        ioc_keccak256(bytes_at(1), digest);
        give(ioc_slice(digest, sizeof digest));
        return IOC_OK;
    }
    if (is("time")) {
        uint64_t time;
        TRY(ioc_read_time(bytes_at(1), &time));
        give_number(time);
        return IOC_OK;
    }
    return IOC_ERR_ARGUMENT;
}

static ioc_status_t run_keys(void) {
    ioc_public_key_t key, agreement;
    uint8_t signature[64];
    if (is("key")) {
        psa_key_id_t id;
        TRY(import(&id));
        give_number(id);
        return IOC_OK;
    }
    if (is("key.destroy")) return ioc_of_psa(psa_destroy_key((psa_key_id_t)number_at(1)));
    if (is("jwk")) {
        TRY(public_at(1, &key));
        ioc_write_jwk(&out, &key);
        return finish();
    }
    if (is("jwk.read")) {
        TRY(ioc_read_jwk(bytes_at(1), &key));
        ioc_write_jwk(&out, &key);
        return finish();
    }
    if (is("did.io") || is("did.key")) {
        TRY(public_at(1, &key));
        (is("did.io") ? ioc_write_did_io : ioc_write_did_key)(&out, &key);
        return finish();
    }
    if (is("did.key.jwk")) {
        TRY(ioc_read_jwk(bytes_at(1), &key));
        ioc_write_did_key(&out, &key);
        return finish();
    }
    if (is("document")) {
        TRY(public_at(1, &key));
        if (word_count > 2) TRY(public_at(2, &agreement));
        ioc_write_document(&out, &key, word_count > 2 ? &agreement : NULL, NULL);
        return finish();
    }
    if (is("document.verify")) return ioc_document_verify(bytes_at(1), bytes_at(2).bytes, bytes_at(3));
    if (is("document.key")) {
        TRY(ioc_document_key(bytes_at(1), (ioc_relationship_t)number_at(2), bytes_at(3), &key));
        ioc_write_jwk(&out, &key);
        return finish();
    }
    if (is("sign.digest") || is("sign")) {
        const psa_key_id_t id = (psa_key_id_t)number_at(1);
        TRY(is("sign") ? ioc_sign(id, bytes_at(2), signature)
                       : ioc_sign_digest(id, bytes_at(2).bytes, signature));
        give(ioc_slice(signature, sizeof signature));
        return IOC_OK;
    }
    if (is("verify")) {
        TRY(ioc_read_jwk(bytes_at(1), &key));
        return ioc_verify(&key, bytes_at(2), bytes_at(3));
    }
    if (is("wrap") || is("unwrap")) {
        const ioc_slice_t kek = bytes_at(1), text = bytes_at(2);
        const size_t length = is("wrap") ? text.length + 8 : text.length < 8 ? 0 : text.length - 8;
        uint8_t *output = take(length);
        TRY((is("wrap") ? ioc_key_wrap : ioc_key_unwrap)(kek.bytes, kek.length, text.bytes, text.length,
                                                         output));
        give(ioc_slice(output, length));
        return IOC_OK;
    }
    if (is("gcm")) {
        /* PSA's, as the core asks for it: the tag stands behind the ciphertext. */
        const ioc_slice_t key_bytes = bytes_at(1), iv = bytes_at(2), aad = bytes_at(3), text = bytes_at(4);
        uint8_t *output = take(text.length + 16);
        psa_key_id_t id;
        size_t length;
        TRY(ioc_import(PSA_KEY_TYPE_AES, 256, PSA_ALG_GCM, PSA_KEY_USAGE_ENCRYPT, key_bytes.bytes,
                       key_bytes.length, &id));
        const psa_status_t status =
            psa_aead_encrypt(id, PSA_ALG_GCM, iv.bytes, iv.length, aad.bytes, aad.length, text.bytes,
                             text.length, output, text.length + 16, &length);
        psa_destroy_key(id);
        TRY(ioc_of_psa(status));
        give(ioc_slice(output, length));
        return IOC_OK;
    }
    if (is("kdf")) {
        const ioc_kdf_context_t context = {bytes_at(2), bytes_at(3), bytes_at(4), optional_at(5)};
        uint8_t output[32];
        TRY(ioc_concat_kdf(bytes_at(1), &context, output, (size_t)number_at(6)));
        give(ioc_slice(output, (size_t)number_at(6)));
        return IOC_OK;
    }
    return IOC_ERR_ARGUMENT;
}

static ioc_status_t run_circuit(void) {
    if (is("circuit.poseidon")) {
        uint8_t inputs[IOC_POSEIDON_INPUTS + 1][32], hash[32];
        for (size_t i = 1; i < word_count; i++)
            memcpy(inputs[i - 1], bytes_at(i).bytes, 32);
        TRY(ioc_poseidon((const uint8_t(*)[32])inputs, word_count - 1, hash));
        give(ioc_slice(hash, sizeof hash));
        return IOC_OK;
    }
    if (is("circuit.leaf") || is("circuit.sign.leaf")) {
        /* The latter with a seed before all. */
        const size_t at = is("circuit.leaf") ? 1 : 2;
        ioc_reading_t reading = {number_at(at),     number_at(at + 1), bytes_at(at + 2).bytes,
                                 number_at(at + 3), number_at(at + 4), {0}};
        uint8_t leaf[32], signature[IOC_CIRCUIT_SIGNATURE_LENGTH];
        ioc_circuit_key_t key;
        for (size_t i = 0; i < IOC_READING_VALUES; i++)
            reading.values[i] = (int64_t)number_at(at + 5 + i);
        if (at == 1) {
            TRY(ioc_reading_leaf(&reading, leaf));
            give(ioc_slice(leaf, sizeof leaf));
            return IOC_OK;
        }
        TRY(ioc_circuit_key_open((psa_key_id_t)number_at(1), 4690, &key));
        TRY(ioc_circuit_sign_reading(&key, &reading, signature));
        give(ioc_slice(signature, sizeof signature));
        return IOC_OK;
    }
    if (is("circuit.seed")) {
        psa_key_id_t id;
        TRY(ioc_import(PSA_KEY_TYPE_HMAC, 256, PSA_ALG_HMAC(PSA_ALG_SHA_512), PSA_KEY_USAGE_SIGN_MESSAGE,
                       bytes_at(1).bytes, bytes_at(1).length, &id));
        give_number(id);
        return IOC_OK;
    }
    ioc_circuit_key_t key;
    TRY(ioc_circuit_key_open((psa_key_id_t)number_at(1), 4690, &key));
    if (is("circuit.key")) {
        give(ioc_slice(&key.public_key, sizeof key.public_key));
        return IOC_OK;
    }
    if (is("circuit.sign")) {
        uint8_t signature[IOC_CIRCUIT_SIGNATURE_LENGTH];
        TRY(ioc_circuit_sign(&key, bytes_at(2).bytes, signature));
        give(ioc_slice(signature, sizeof signature));
        return IOC_OK;
    }
    if (is("circuit.document")) {
        ioc_public_key_t signing, agreement;
        TRY(public_at(2, &signing));
        if (word_count > 3) TRY(public_at(3, &agreement));
        ioc_write_document(&out, &signing, word_count > 3 ? &agreement : NULL, &key);
        return finish();
    }
    ioc_circuit_proof_t proof;
    TRY(ioc_circuit_prove(&key, bytes_at(2).bytes, bytes_at(3).bytes, bytes_at(4).bytes, &proof));
    give(ioc_slice(&proof, sizeof proof));
    return IOC_OK;
}

static ioc_replay_entry_t replay_entries[4];
static ioc_replay_t replay;

/* encrypt CONTENT PLAINTEXT (SENDER_KID KEY | none none) (KID JWK)... */
static ioc_status_t run_encrypt(void) {
    ioc_own_key_t sender = {{NULL, 0}, 0};
    ioc_their_key_t recipients[TABLE];
    ioc_jwe_options_t options = {(ioc_content_t)number_at(1), NULL, recipients, 0};
    if (strcmp(words[3], "none") != 0) {
        sender = (ioc_own_key_t){bytes_at(3), (psa_key_id_t)number_at(4)};
        options.sender = &sender;
    }
    for (size_t i = 5; i + 1 < word_count; i += 2) {
        recipients[options.recipient_count].kid = bytes_at(i);
        TRY(ioc_read_jwk(bytes_at(i + 1), &recipients[options.recipient_count++].key));
    }
    TRY(ioc_jwe_encrypt(&out, &platform, &options, bytes_at(2)));
    return finish();
}

static ioc_status_t run_unpack(void) {
    const owned_t packed = copy(bytes_at(1));
    const size_t scratch_length = word_count > 2 ? (size_t)number_at(2) : packed.length * 5 / 4;
    uint8_t *scratch = take(scratch_length);
    ioc_unpacked_t unpacked;
    TRY(ioc_unpack(packed.bytes, packed.length, own, own_count, &resolver, scratch, scratch_length,
                   &unpacked));
    give(unpacked.message.id);
    give(unpacked.message.type);
    give(unpacked.message.from);
    give(unpacked.message.to);
    give_number(unpacked.message.created_time);
    give(unpacked.message.body);
    give_number(unpacked.authenticated);
    give(unpacked.encrypted_to);
    give(unpacked.encrypted_from);
    give(unpacked.signed_by);
    return IOC_OK;
}

static ioc_status_t run_messages(void) {
    if (is("seed")) {
        seeded = true;
        memcpy(seed, bytes_at(1).bytes, 32);
        memset(seed + 32, 0, 4);
        return IOC_OK;
    }
    if (is("now")) {
        now = number_at(1);
        return IOC_OK;
    }
    if (is("own")) {
        const owned_t kid = keep(bytes_at(1));
        own[own_count++] = (ioc_own_key_t){ioc_slice(kid.bytes, kid.length), (psa_key_id_t)number_at(2)};
        return IOC_OK;
    }
    if (is("own.clear")) {
        own_count = 0;
        return IOC_OK;
    }
    if (is("resolve")) {
        dids[document_count] = keep(bytes_at(1));
        documents[document_count++] = keep(bytes_at(2));
        return IOC_OK;
    }
    if (is("message.id")) {
        uint8_t id[IOC_MESSAGE_ID_LENGTH];
        TRY(ioc_message_id(&platform, id));
        give(ioc_slice(id, sizeof id));
        return IOC_OK;
    }
    if (is("message")) {
        const ioc_message_t message = {bytes_at(1),    bytes_at(2),  optional_at(3), optional_at(4),
                                       optional_at(5), number_at(6), number_at(7),   bytes_at(8)};
        TRY(ioc_write_message(&out, &message));
        return finish();
    }
    if (is("encrypt")) return run_encrypt();
    if (is("unpack")) return run_unpack();
    if (is("bounds")) {
        give_number(IOC_JWE_BYTES(number_at(1), number_at(2)));
        give_number(IOC_JWS_BYTES(number_at(1), number_at(2)));
        return IOC_OK;
    }
    if (is("sign.message")) {
        const ioc_signer_t signer = {bytes_at(1), (psa_key_id_t)number_at(2)};
        TRY(ioc_jws_sign(&out, &signer, bytes_at(3)));
        return finish();
    }
    if (is("replay"))
        return ioc_replay_init(&replay, &platform, replay_entries, COUNT(replay_entries), 300, 30);
    if (is("replay.take")) {
        const ioc_message_t message = {.id = bytes_at(2),
                                       .from = bytes_at(1),
                                       .created_time = number_at(3),
                                       .expires_time = number_at(4)};
        return ioc_replay_take(&replay, &platform, &message);
    }
    if (is("credential")) {
        const size_t length = word_count > 2 ? (size_t)number_at(2) : bytes_at(1).length;
        ioc_credential_t credential;
        TRY(ioc_credential_verify(bytes_at(1), &resolver, &platform, take(length), length, &credential));
        give(credential.credential);
        give(credential.issuer);
        give(credential.subject);
        give(credential.kid);
        return IOC_OK;
    }
    if (is("present")) {
        const ioc_signer_t holder = {bytes_at(1), (psa_key_id_t)number_at(2)};
        ioc_slice_t credentials[WORDS];
        for (size_t i = 5; i < word_count; i++)
            credentials[i - 5] = bytes_at(i);
        TRY(ioc_present(&out, &holder, &platform, credentials, word_count - 5, bytes_at(3), bytes_at(4)));
        return finish();
    }
    if (is("request")) {
        uint64_t values[WORDS];
        const ioc_task_request_t request = {number_at(2), number_at(3),   optional_at(4), bytes_at(5),
                                            values,       word_count - 6, {NULL, 0}};
        for (size_t i = 6; i < word_count; i++)
            values[i - 6] = number_at(i);
        TRY(ioc_write_task_request(&out, (psa_key_id_t)number_at(1), &request));
        return finish();
    }
    if (is("request.project")) {
        give(ioc_task_request_project(bytes_at(1)));
        return IOC_OK;
    }
    if (is("backoff")) {
        uint32_t delay;
        TRY(ioc_backoff(&platform, (uint32_t)number_at(1), (uint32_t)number_at(2), (uint32_t)number_at(3),
                        &delay));
        give_number(delay);
        return IOC_OK;
    }
    return IOC_ERR_ARGUMENT;
}

static ioc_frame_decoder_t decoder;

static ioc_status_t run_serial(void) {
    if (is("frame")) {
        TRY(ioc_write_frame(&out, bytes_at(1)));
        return finish();
    }
    if (is("frame.push")) {
        /* Gives each message, and "none" for what is no frame. */
        for (size_t i = 0; i < bytes_at(1).length; i++) {
            bool ended;
            ioc_slice_t message = {NULL, 0};
            const ioc_status_t status = ioc_frame_push(&decoder, bytes_at(1).bytes[i], &ended, &message);
            if (ended) give(status == IOC_OK ? message : ioc_slice(NULL, 0));
        }
        return IOC_OK;
    }
    if (is("frame.read")) {
        /* The status of the first that ends. */
        ioc_frame_decoder_t *first = take(sizeof *first);
        ioc_frame_init(first);
        for (size_t i = 0; i < bytes_at(1).length; i++) {
            bool ended;
            ioc_slice_t message = {NULL, 0};
            const ioc_status_t status = ioc_frame_push(first, bytes_at(1).bytes[i], &ended, &message);
            if (ended) {
                give(message);
                return status;
            }
        }
        return IOC_ERR_ARGUMENT;
    }
    /* serial REQUEST KEY DOCUMENT FLAGS [CIRCUIT_SEED]: d development, n no network, s no server, r refuses.
     */
    ioc_circuit_key_t circuit;
    if (word_count > 5) TRY(ioc_circuit_key_open((psa_key_id_t)number_at(5), 4690, &circuit));
    const char *flags = words[4];
    agrees = !strchr(flags, 'r');
    const ioc_serial_device_t device = {
        .context = &agrees,
        .model = IOC_TEXT("ioConnect simulator"),
        .firmware = IOC_TEXT("0.1.0"),
        .key = (psa_key_id_t)number_at(2),
        .document = bytes_at(3),
        .circuit = word_count > 5 ? &circuit : NULL,
        .development = strchr(flags, 'd') != NULL,
        .consent = consent,
        .set_network = strchr(flags, 'n') ? NULL : set_network,
        .set_server = strchr(flags, 's') ? NULL : set_server,
    };
    kept_settings = (owned_t){NULL, 0};
    TRY(ioc_serial_answer(&device, bytes_at(1), &out));
    give(ioc_slice(kept_settings.bytes, kept_settings.length));
    return finish();
}

static test_flash_t flash;
static ioc_queue_t queue;

static ioc_status_t run_queue(void) {
    if (is("flash")) {
        test_flash_init(&flash, (uint32_t)number_at(1), (uint32_t)number_at(2), (uint32_t)number_at(3));
        flash.fault = test_fault;
        return IOC_OK;
    }
    if (is("flash.cut")) {
        flash.allowance = number_at(1);
        return IOC_OK;
    }
    if (is("flash.image")) {
        give(ioc_slice(flash.bytes, (size_t)number_at(1)));
        return IOC_OK;
    }
    if (is("flash.spent")) {
        give_number(flash.spent);
        return IOC_OK;
    }
    if (is("queue.open")) {
        flash.failed = false;
        flash.allowance = UINT64_MAX;
        return ioc_queue_open(&queue, &flash.flash, number_at(1));
    }
    if (is("queue.next")) {
        give_number(ioc_queue_next(&queue));
        return IOC_OK;
    }
    if (is("queue.append")) return ioc_queue_append(&queue, bytes_at(1));
    if (is("queue.remove")) return ioc_queue_remove(&queue, number_at(1));
    if (is("queue.oldest")) {
        uint8_t *message = take(capacity);
        size_t length;
        uint64_t sequence;
        TRY(ioc_queue_oldest(&queue, message, capacity, &length, &sequence));
        give_number(sequence);
        give(ioc_slice(message, length));
        return IOC_OK;
    }
    return IOC_ERR_ARGUMENT;
}

/* The loop: its port gives what it does, in the order in which it does it. */
static ioc_device_t device;
static uint8_t device_message[1500], device_scratch[IOC_DEVICE_SCRATCH_BYTES], device_document[1024];
static owned_t stored;

static uint64_t device_milliseconds(void *context) {
    (void)context;
    return now;
}

static ioc_status_t device_load(void *context, const char *key, uint8_t *bytes, size_t length_limit,
                                size_t *length) {
    (void)context;
    (void)key;
    if (test_fault()) return IOC_ERR_FLASH;
    if (stored.length > length_limit) return IOC_ERR_BUFFER;
    *length = copy_into(bytes, ioc_slice(stored.bytes, stored.length)).length;
    return IOC_OK;
}

static ioc_status_t device_store(void *context, const char *key, ioc_slice_t value) {
    (void)context;
    (void)key;
    if (test_fault()) return IOC_ERR_FLASH;
    stored = keep(value);
    return IOC_OK;
}

static void device_measure(void *context) {
    (void)context;
    give(IOC_TEXT("measure"));
}

static void device_send(void *context, ioc_slice_t gateway, uint64_t sequence, ioc_slice_t message) {
    (void)context;
    give(IOC_TEXT("send"));
    give(gateway);
    give_number(sequence);
    give(message);
}

static void device_hang_up(void *context) {
    (void)context;
    give(IOC_TEXT("hang up"));
}

static ioc_status_t device_bury(void *context, const ioc_reply_t *reply, ioc_slice_t message) {
    (void)context;
    if (test_fault()) return IOC_ERR_FLASH;
    give(IOC_TEXT("bury"));
    give_number(reply->status);
    give(message);
    return IOC_OK;
}

static void device_log(void *context, const ioc_event_t *event) {
    uint8_t *line = take(1024);
    ioc_writer_t writer;
    (void)context;
    ioc_writer_init(&writer, line, 1024);
    ioc_write_event(&writer, event);
    give(IOC_TEXT("log"));
    give(ioc_writer_status(&writer) == IOC_OK ? ioc_writer_slice(&writer, 0) : ioc_slice(NULL, 0));
}

static void device_write(void *context, ioc_slice_t bytes) {
    (void)context;
    give(IOC_TEXT("write"));
    give(bytes);
}

static void device_served(void *context) {
    (void)context;
    give(IOC_TEXT("served"));
}

static const ioc_port_t device_port = {
    .random = random_bytes,
    .milliseconds = device_milliseconds,
    .load = device_load,
    .store = device_store,
    .measure = device_measure,
    .send = device_send,
    .hang_up = device_hang_up,
    .bury = device_bury,
    .log = device_log,
    .write = device_write,
    .served = device_served,
};

/* device.serves VERSION BATCH PROJECT...: beside project 7, from the next device.open on. */
static struct {
    owned_t version;
    uint32_t batch;
    uint64_t projects[4];
    size_t project_count;
} serves;

/* device.gateway [URL JWK]: a gateway that proves itself, or none; from the next device.open on. */
static ioc_gateway_t proving[2];
static size_t proving_count;

static ioc_status_t prove_gateway(void) {
    if (word_count == 1) {
        proving_count = 0;
        return IOC_OK;
    }
    const owned_t url = keep(bytes_at(1));
    proving[proving_count].url = ioc_slice(url.bytes, url.length);
    return ioc_read_jwk(bytes_at(2), &proving[proving_count++].key);
}

static void serve_more(void) {
    serves.version = keep(bytes_at(1));
    serves.batch = (uint32_t)number_at(2);
    serves.project_count = 0;
    for (size_t i = 3; i < word_count && i < 7; i++)
        serves.projects[serves.project_count++] = number_at(i);
}

/* device.limits WINDOW DOCUMENT MESSAGE SCRATCH [AGREEMENT [CIRCUIT_SEED]]: lengths of the buffers; from the
 * next device.open on. */
static struct {
    uint32_t window;
    size_t document, message, scratch;
    psa_key_id_t agreement;
    psa_key_id_t circuit_seed;
} limits = {4, sizeof device_document, sizeof device_message, sizeof device_scratch, 0, 0};

static void limit(void) {
    limits.window = (uint32_t)number_at(1);
    limits.document = (size_t)number_at(2);
    limits.message = (size_t)number_at(3);
    limits.scratch = (size_t)number_at(4);
    limits.agreement = word_count > 5 ? (psa_key_id_t)number_at(5) : 0;
    limits.circuit_seed = word_count > 6 ? (psa_key_id_t)number_at(6) : 0;
}

/* device.open KEY GATEWAY...: two gateways at most, of HTTP; on the flash that "flash" made. */
static ioc_status_t open_device(void) {
    static ioc_field_t fields[2];
    static const uint8_t signed_keys[] = {2, 0};
    static ioc_device_config_t config;
    static owned_t gateways[2];
    static ioc_circuit_key_t circuit;
    ioc_server_settings_t server = {.project_id = 7};
    if (limits.circuit_seed) TRY(ioc_circuit_key_open(limits.circuit_seed, 4690, &circuit));
    fields[0] = (ioc_field_t){IOC_TEXT("temperature"), 100};
    fields[1] = (ioc_field_t){IOC_TEXT("count"), 1};
    config = (ioc_device_config_t){
        .port = &device_port,
        .flash = &flash.flash,
        .key = (psa_key_id_t)number_at(1),
        .agreement = limits.agreement,
        .circuit = limits.circuit_seed ? &circuit : NULL,
        .gateways = proving,
        .gateway_count = proving_count,
        .verify_receipt = ioc_receipt_verify,
        .model = IOC_TEXT("harness"),
        .firmware = IOC_TEXT("1"),
        .fields = fields,
        .field_count = COUNT(fields),
        .signed_keys = signed_keys,
        .signed_count = COUNT(signed_keys),
        .project_version = ioc_slice(serves.version.bytes, serves.version.length),
        .projects = serves.projects,
        .project_count = serves.project_count,
        .batch = serves.batch,
        .interval_ms = 1000,
        .window = limits.window,
        .reply_timeout_ms = 5000,
        .backoff_base_ms = 500,
        .backoff_cap_ms = 4000,
        .message = device_message,
        .message_length = limits.message,
        .scratch = device_scratch,
        .scratch_length = limits.scratch,
        .document = device_document,
        .document_length = limits.document,
    };
    for (size_t i = 2; i < word_count && i < 4; i++) {
        gateways[i - 2] = keep(bytes_at(i));
        server.gateways[server.gateway_count++] = ioc_slice(gateways[i - 2].bytes, gateways[i - 2].length);
    }
    return ioc_device_open(&device, &config, server.gateway_count > 0 ? &server : NULL);
}

static ioc_status_t run_device(void) {
    if (is("device.open")) return open_device();
    if (is("device.gateway")) return prove_gateway();
    if (is("device.serves")) {
        serve_more();
        return IOC_OK;
    }
    if (is("device.limits")) {
        limit();
        return IOC_OK;
    }
    if (is("device.store")) return device_store(NULL, NULL, bytes_at(1));
    if (is("device.document")) {
        give(device.serial.document);
        return IOC_OK;
    }
    if (is("device.waiting")) {
        give_number(device.waiting);
        return IOC_OK;
    }
    if (is("device.run")) {
        const uint32_t wait = ioc_device_run(&device);
        give(IOC_TEXT("wait"));
        give_number(wait);
        return IOC_OK;
    }
    if (is("device.take")) {
        const int64_t values[] = {(int64_t)number_at(2) - (int64_t)number_at(3), (int64_t)number_at(4)};
        ioc_device_take(&device, number_at(1), values);
        return IOC_OK;
    }
    if (is("device.miss")) ioc_device_miss(&device, bytes_at(1), bytes_at(2));
    if (is("device.end")) ioc_device_end(&device);
    if (is("device.reply")) ioc_device_reply(&device, number_at(1), (uint32_t)number_at(2), bytes_at(3));
    if (is("device.fail")) ioc_device_fail(&device, number_at(1), bytes_at(2), bytes_at(3));
    if (is("device.read")) ioc_device_read(&device, bytes_at(1).bytes, bytes_at(1).length);
    return IOC_OK;
}

/* Firmware by the air. */
static test_slots_t slots;
static ioc_ota_t ota;

static ioc_status_t run_ota(void) {
    if (is("ota.slots")) {
        test_slots_init(&slots, (uint32_t)number_at(1), (uint32_t)number_at(2), test_fault);
        return IOC_OK;
    }
    /* ota.boot: power is back; ota.restart: it was not gone. */
    if (is("ota.boot") || is("ota.restart")) {
        if (is("ota.boot")) slots.allowance = UINT64_MAX;
        test_slots_boot(&slots);
        give_number(slots.running);
        return IOC_OK;
    }
    if (is("ota.cut")) {
        slots.allowance = number_at(1);
        slots.spent = 0;
        return IOC_OK;
    }
    if (is("ota.spent")) {
        give_number(slots.spent);
        return IOC_OK;
    }
    if (is("ota.record")) {
        slots.record_length = bytes_at(1).length;
        if (slots.record_length > sizeof slots.record) exit(2);
        copy_into(slots.record, bytes_at(1));
        return IOC_OK;
    }
    if (is("ota.kept")) {
        give(ioc_slice(slots.record, slots.record_length));
        return IOC_OK;
    }
    if (is("ota.image")) {
        give(ioc_slice(slots.bytes[number_at(1)], (size_t)number_at(2)));
        return IOC_OK;
    }
    if (is("ota.flip")) {
        slots.bytes[1 - slots.running][number_at(1)] ^= 1;
        return IOC_OK;
    }
    /* ota.open KEY TARGET SEQUENCE */
    if (is("ota.open")) {
        ioc_public_key_t key;
        if (bytes_at(2).length != 32) exit(2);
        TRY(ioc_read_jwk(bytes_at(1), &key));
        TRY(ioc_ota_open(&ota, &slots.slots, &key, bytes_at(2).bytes, number_at(3)));
        give_number(ota.installed);
        give_number(ioc_ota_on_trial(&ota));
        return IOC_OK;
    }
    /* ota.begin MANIFEST NOW */
    if (is("ota.begin")) {
        uint8_t *scratch = take(bytes_at(1).length);
        TRY(ioc_ota_begin(&ota, bytes_at(1), number_at(2), scratch, bytes_at(1).length));
        give_number(ota.offset);
        return IOC_OK;
    }
    if (is("ota.write")) {
        const ioc_status_t status = ioc_ota_write(&ota, (uint32_t)number_at(1), bytes_at(2));
        give_number(ota.offset);
        return status;
    }
    if (is("ota.finish")) return ioc_ota_finish(&ota);
    if (is("ota.confirm")) return ioc_ota_confirm(&ota);
    if (is("ota.reject")) return ioc_ota_reject(&ota);
    return IOC_ERR_ARGUMENT;
}

static ioc_sntp_t sntp;

static ioc_status_t run_sntp(void) {
    if (is("sntp.ask")) {
        uint8_t packet[IOC_SNTP_BYTES];
        TRY(ioc_sntp_ask(&sntp, &platform, packet));
        give(ioc_slice(packet, sizeof packet));
        return IOC_OK;
    }
    /* sntp.reply PACKET WAITED EARLIEST */
    if (is("sntp.reply")) {
        uint64_t milliseconds;
        TRY(ioc_sntp_reply(&sntp, bytes_at(1), (uint32_t)number_at(2), number_at(3), &milliseconds));
        give_number(milliseconds);
        return IOC_OK;
    }
    return IOC_ERR_ARGUMENT;
}

#ifdef IOC_BOARD
/* That the command before took. */
static uint32_t instructions;
#endif

static ioc_status_t run(void) {
    if (is("capacity")) {
        capacity = (size_t)number_at(1);
        return IOC_OK;
    }
#ifdef IOC_BOARD
    if (is("instructions")) {
        give_number(instructions);
        return IOC_OK;
    }
#endif
    if (is("status")) {
        const ioc_status_t status = (ioc_status_t)strtol(words[1], NULL, 10);
        give(ioc_slice(ioc_status_name(status), strlen(ioc_status_name(status))));
        give(ioc_slice(ioc_status_cause(status), strlen(ioc_status_cause(status))));
        return IOC_OK;
    }
    if (is("fault")) {
        /* What is kept of the calls that are left tells whether one failed. */
        give_number(fault_in < 0);
        fault_in = strtol(words[1], NULL, 10);
        return IOC_OK;
    }
    TRY(begin());
    if (strncmp(words[0], "ota", 3) == 0) return run_ota();
    if (strncmp(words[0], "sntp", 4) == 0) return run_sntp();
    if (strncmp(words[0], "device", 6) == 0) return run_device();
    if (strncmp(words[0], "circuit", 7) == 0) return run_circuit();
    if (strncmp(words[0], "queue", 5) == 0 || strncmp(words[0], "flash", 5) == 0) return run_queue();
    if (strncmp(words[0], "frame", 5) == 0 || is("serial")) return run_serial();
    ioc_status_t status = run_encoding();
    if (status == IOC_ERR_ARGUMENT) status = run_keys();
    return status == IOC_ERR_ARGUMENT ? run_messages() : status;
}

int main(void) {
    static char line[1 << 20];
    if (psa_crypto_init() != PSA_SUCCESS) return 1;
    while (fgets(line, sizeof line, stdin)) {
        word_count = 0;
        for (char *word = strtok(line, " \n"); word && word_count < WORDS; word = strtok(NULL, " \n"))
            words[word_count++] = word;
        if (word_count == 0) continue;
        memset(arguments, 0, sizeof arguments);
        part_count = 0;
        wrote = false;
#ifdef IOC_BOARD
        const uint32_t start = board_instructions();
        const ioc_status_t status = run();
        instructions = board_instructions() - start;
#else
        const ioc_status_t status = run();
#endif
        printf("%s", status == IOC_OK ? "ok" : ioc_status_name(status));
        if (status == IOC_OK && wrote) answer_slice(ioc_writer_slice(&out, 0));
        for (size_t i = 0; status == IOC_OK && i < part_count; i++)
            answer_slice(parts[i]);
        printf("\n");
        fflush(stdout);
        release();
    }
    return 0;
}
