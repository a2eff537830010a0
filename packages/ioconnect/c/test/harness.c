/* harness.c: the core as a process, for tests: a line of words in, a line of words out. Bytes are
 * hexadecimal, "-" for none; the answer is "ok" and what came out, or the status's name. Every buffer is
 * allocated to its length, so that AddressSanitizer sees the first byte beyond. */
#include "src/internal.h"
#include "faults.h"
#include "flash.h"
#include <ioconnect/backoff.h>
#include <ioconnect/credential.h>
#include <ioconnect/did.h>
#include <ioconnect/didcomm.h>
#include <ioconnect/encoding.h>
#include <ioconnect/key_wrap.h>
#include <ioconnect/queue.h>
#include <ioconnect/serial.h>
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

/* Memory until the answer is out. */
static void *borrowed[1024];
static size_t borrowed_count;

static uint8_t *borrow(size_t length) {
    if (borrowed_count == COUNT(borrowed)) exit(3);
    return borrowed[borrowed_count++] = malloc(length);
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
        argument->bytes = borrow(argument->length);
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

static owned_t keep(ioc_slice_t slice) {
    owned_t copy = {malloc(slice.length), slice.length};
    memcpy(copy.bytes, slice.bytes, slice.length);
    return copy;
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
    ioc_writer_init(&out, borrow(capacity), capacity);
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
    if (part_count == COUNT(parts)) exit(3);
    uint8_t *copy = slice.bytes ? borrow(slice.length) : NULL;
    if (copy) memcpy(copy, slice.bytes, slice.length);
    parts[part_count++] = ioc_slice(copy, slice.length);
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
    free(kept_settings.bytes);
    kept_settings = (owned_t){malloc(200), 0};
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
    free(kept_settings.bytes);
    kept_settings = (owned_t){malloc(2000), 0};
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
        const owned_t copy = keep(bytes_at(1));
        TRY(ioc_decode_base64url(ioc_slice(copy.bytes, copy.length), copy.bytes, copy.length, &length));
        give(ioc_slice(copy.bytes, length));
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
        ioc_write_document(&out, &key, word_count > 2 ? &agreement : NULL);
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
        uint8_t *output = borrow(length);
        TRY((is("wrap") ? ioc_key_wrap : ioc_key_unwrap)(kek.bytes, kek.length, text.bytes, text.length,
                                                         output));
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
    const owned_t packed = keep(bytes_at(1));
    const size_t scratch_length = word_count > 2 ? (size_t)number_at(2) : packed.length * 5 / 4;
    uint8_t *scratch = borrow(scratch_length);
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
        TRY(ioc_credential_verify(bytes_at(1), &resolver, &platform, borrow(length), length, &credential));
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
        const ioc_task_request_t request = {number_at(2), number_at(3), optional_at(4),
                                            bytes_at(5),  values,       word_count - 6};
        for (size_t i = 6; i < word_count; i++)
            values[i - 6] = number_at(i);
        TRY(ioc_write_task_request(&out, (psa_key_id_t)number_at(1), &request));
        return finish();
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
    /* serial REQUEST KEY DOCUMENT FLAGS: d development, n no network, s no server, r refuses. */
    const char *flags = words[4];
    agrees = !strchr(flags, 'r');
    const ioc_serial_device_t device = {
        .context = &agrees,
        .model = IOC_TEXT("ioConnect simulator"),
        .firmware = IOC_TEXT("0.1.0"),
        .key = (psa_key_id_t)number_at(2),
        .document = bytes_at(3),
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
        uint8_t *message = borrow(capacity);
        size_t length;
        uint64_t sequence;
        TRY(ioc_queue_oldest(&queue, message, capacity, &length, &sequence));
        give_number(sequence);
        give(ioc_slice(message, length));
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
    if (is("fault")) {
        /* What is kept of the calls that are left tells whether one failed. */
        give_number(fault_in < 0);
        fault_in = strtol(words[1], NULL, 10);
        return IOC_OK;
    }
    TRY(begin());
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
        while (borrowed_count > 0)
            free(borrowed[--borrowed_count]);
    }
    return 0;
}
