/* fuzz.c: every parser under libFuzzer. IOC_FUZZ names the one that gets the bytes. Buffers are allocated to
 * their length; what a parser takes is written again and must be the same. */
#include "../src/internal.h"
#include "../test/flash.h"
#include <ioconnect/credential.h>
#include <ioconnect/device.h>
#include <ioconnect/did.h>
#include <ioconnect/didcomm.h>
#include <ioconnect/encoding.h>
#include <ioconnect/ota.h>
#include <ioconnect/queue.h>
#include <ioconnect/serial.h>
#include <ioconnect/sntp.h>
#include <ioconnect/task_request.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOLDS(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) abort();                                                                           \
    } while (0)

static psa_key_id_t signing, agreement, agreement_x25519;
static ioc_public_key_t signing_public, agreement_public, x25519_public, release_public;

static psa_key_id_t import(ioc_curve_t curve, bool signs, uint8_t fill, ioc_public_key_t *public_key) {
    uint8_t secret[32];
    psa_key_id_t key;
    memset(secret, fill, sizeof secret);
    HOLDS(ioc_import(
              ioc_pair_type(curve), 0, signs ? PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256) : PSA_ALG_ECDH,
              signs ? PSA_KEY_USAGE_SIGN_HASH : PSA_KEY_USAGE_DERIVE, secret, sizeof secret, &key) == IOC_OK);
    HOLDS(ioc_key_public(key, public_key) == IOC_OK);
    return key;
}

/* Every key has the same sender, so that signatures and shared secrets come into reach. */
static ioc_status_t find(void *context, ioc_slice_t kid, ioc_relationship_t relationship,
                         ioc_public_key_t *key) {
    (void)context;
    if (kid.length == 0) return IOC_ERR_KEY_UNKNOWN;
    *key = relationship == IOC_AGREEMENT ? agreement_public : signing_public;
    return IOC_OK;
}

static uint64_t seconds(void *context) {
    (void)context;
    return 1764000000;
}

static const ioc_resolver_t resolver = {NULL, find};
static const ioc_platform_t platform = {NULL, ioc_psa_random, seconds};

static void fuzz_base64url(ioc_slice_t input) {
    uint8_t *bytes = malloc(IOC_BASE64URL_BYTES(input.length)), *text = malloc(input.length);
    ioc_writer_t writer;
    size_t length;
    if (ioc_decode_base64url(input, bytes, IOC_BASE64URL_BYTES(input.length), &length) == IOC_OK) {
        ioc_writer_init(&writer, text, input.length);
        ioc_write_base64url(&writer, bytes, length);
        HOLDS(ioc_writer_status(&writer) == IOC_OK && ioc_slice_equal(ioc_writer_slice(&writer, 0), input));
    }
    free(bytes);
    free(text);
}

static void fuzz_json(ioc_slice_t input) {
    static const char *const names[] = {"a", "b"};
    ioc_slice_t values[2], cursor, value;
    ioc_writer_t writer;
    uint64_t number;
    ioc_json_object(input, names, values, 2, true);
    if (ioc_json_array(input, &cursor) == IOC_OK) do
            HOLDS(ioc_json_next(&cursor, &value) == IOC_OK);
        while (value.bytes);
    ioc_json_uint(input, &number);
    uint8_t *text = malloc(input.length), *again = malloc(6 * input.length + 2);
    ioc_writer_init(&writer, text, input.length);
    if (ioc_json_unescape(input, &writer) == IOC_OK) {
        HOLDS(ioc_writer_status(&writer) == IOC_OK);
        const ioc_slice_t plain = ioc_writer_slice(&writer, 0);
        ioc_writer_t escaped, unescaped;
        ioc_writer_init(&escaped, again, 6 * input.length + 2);
        ioc_write_string(&escaped, plain);
        HOLDS(ioc_writer_status(&escaped) == IOC_OK);
        uint8_t *twice = malloc(plain.length);
        ioc_writer_init(&unescaped, twice, plain.length);
        HOLDS(ioc_json_unescape(ioc_writer_slice(&escaped, 0), &unescaped) == IOC_OK);
        HOLDS(ioc_slice_equal(ioc_writer_slice(&unescaped, 0), plain));
        free(twice);
    }
    free(text);
    free(again);
}

static void fuzz_jwk(ioc_slice_t input) {
    ioc_public_key_t key, again;
    uint8_t text[256];
    ioc_writer_t writer;
    if (ioc_read_jwk(input, &key) != IOC_OK) return;
    ioc_writer_init(&writer, text, sizeof text);
    ioc_write_jwk(&writer, &key);
    HOLDS(ioc_read_jwk(ioc_writer_slice(&writer, 0), &again) == IOC_OK &&
          memcmp(&key, &again, sizeof key) == 0);
    ioc_verify(&key, input, ioc_slice(text, 64));
}

static void fuzz_document(ioc_slice_t input) {
    ioc_public_key_t key;
    uint8_t hash[32];
    const ioc_slice_t did = IOC_TEXT("did:io:0x1a642f0e3c3af545e7acbd38b07251b3990914f1");
    for (int purpose = IOC_AUTHENTICATION; purpose <= IOC_AGREEMENT; purpose++)
        ioc_document_key(input, (ioc_relationship_t)purpose,
                         IOC_TEXT("did:io:0x1a642f0e3c3af545e7acbd38b07251b3990914f1#key-1"), &key);
    ioc_keccak256(input, hash);
    ioc_document_verify(input, hash, did);
}

static void fuzz_message(ioc_slice_t input) {
    const ioc_own_key_t keys[] = {{IOC_TEXT("did:a:b#p"), agreement},
                                  {IOC_TEXT("did:a:b#x"), agreement_x25519}};
    const size_t scratch_length = input.length * 5 / 4;
    uint8_t *packed = malloc(input.length), *scratch = malloc(scratch_length);
    ioc_unpacked_t unpacked;
    memcpy(packed, input.bytes, input.length);
    ioc_unpack(packed, input.length, keys, COUNT(keys), &resolver, scratch, scratch_length, &unpacked);
    free(packed);
    free(scratch);
}

static void fuzz_jwt(ioc_slice_t input) {
    uint8_t *scratch = malloc(input.length);
    ioc_credential_t credential;
    ioc_credential_verify(input, &resolver, &platform, scratch, input.length, &credential);
    free(scratch);
}

static void fuzz_time(ioc_slice_t input) {
    uint64_t time;
    uint8_t number[32];
    ioc_read_time(input, &time);
    ioc_decode_decimal(input, number);
    ioc_decode_hex(input, number, sizeof number);
}

static void fuzz_frame(ioc_slice_t input) {
    ioc_frame_decoder_t *decoder = malloc(sizeof *decoder);
    uint8_t *frame = malloc(IOC_FRAME_ENCODED_BYTES + 2);
    ioc_frame_init(decoder);
    for (size_t i = 0; i < input.length; i++) {
        ioc_slice_t message;
        bool ended;
        if (ioc_frame_push(decoder, input.bytes[i], &ended, &message) != IOC_OK || !ended) continue;
        ioc_writer_t writer;
        ioc_writer_init(&writer, frame, IOC_FRAME_ENCODED_BYTES + 2);
        HOLDS(message.length <= IOC_FRAME_ENCODED_BYTES);
        if (message.length <= IOC_FRAME_MESSAGE_BYTES) HOLDS(ioc_write_frame(&writer, message) == IOC_OK);
    }
    free(decoder);
    free(frame);
}

static ioc_status_t set_network(void *context, ioc_slice_t ssid, ioc_slice_t passphrase, bool *applied) {
    (void)context;
    HOLDS(ssid.length >= 1 && ssid.length <= 32 && passphrase.length <= 63);
    *applied = true;
    return IOC_OK;
}

static ioc_status_t set_server(void *context, const ioc_server_settings_t *settings, bool *applied) {
    (void)context;
    HOLDS(settings->gateway_count >= 1 && settings->gateway_count <= IOC_SERIAL_GATEWAYS);
    *applied = false;
    return IOC_OK;
}

static void fuzz_serial(ioc_slice_t input) {
    static const char *const names[] = {"jsonrpc", "id"};
    ioc_slice_t values[2];
    uint8_t *reply = malloc(IOC_FRAME_MESSAGE_BYTES);
    ioc_writer_t writer;
    const ioc_serial_device_t device = {
        .model = IOC_TEXT("model"),
        .firmware = IOC_TEXT("1"),
        .key = signing,
        .document = IOC_TEXT("{\"id\":\"did:io:0x1a642f0e3c3af545e7acbd38b07251b3990914f1\"}"),
        .set_network = set_network,
        .set_server = set_server,
    };
    ioc_writer_init(&writer, reply, IOC_FRAME_MESSAGE_BYTES);
    /* Whatever is asked, the answer is JSON that fits into a frame. */
    HOLDS(ioc_serial_answer(&device, input, &writer) == IOC_OK);
    HOLDS(ioc_json_object(ioc_writer_slice(&writer, 0), names, values, 2, false) == IOC_OK);
    free(reply);
}

/* Flash that holds anything: it may be of another layout, torn, or written by an enemy. */
static void fuzz_queue(ioc_slice_t input) {
    static test_flash_t flash;
    ioc_queue_t queue;
    uint8_t message[128];
    size_t length;
    uint64_t sequence, last = 0;
    test_flash_init(&flash, 3, 128, 4);
    memset(flash.bytes, 0xff, 3 * 128);
    memcpy(flash.bytes, input.bytes, input.length < 3 * 128 ? input.length : 3 * 128);
    if (ioc_queue_open(&queue, &flash.flash, 1) != IOC_OK) return;
    for (int i = 0; i < 64; i++) {
        if (ioc_queue_oldest(&queue, message, sizeof message, &length, &sequence) != IOC_OK) break;
        HOLDS(sequence > last && ioc_queue_remove(&queue, sequence) == IOC_OK);
        last = sequence;
    }
    HOLDS(ioc_queue_oldest(&queue, message, sizeof message, &length, &sequence) == IOC_ERR_QUEUE_EMPTY);
    HOLDS(ioc_queue_append(&queue, IOC_TEXT("message")) == IOC_OK);
    HOLDS(ioc_queue_oldest(&queue, message, sizeof message, &length, &sequence) == IOC_OK && length == 7);
}

static void fuzz_task(ioc_slice_t input) {
    const ioc_task_request_t request = {.nonce = 1, .project_id = 1, .payload = input};
    uint8_t *text = malloc(input.length + 256);
    ioc_writer_t writer;
    ioc_writer_init(&writer, text, input.length + 256);
    ioc_write_task_request(&writer, signing, &request);
    free(text);
}

/* A gateway's answer to a device that waits for none. */
static void fuzz_reply(ioc_slice_t input) {
    ioc_device_t device;
    memset(&device, 0, sizeof device);
    ioc_device_reply(&device, 0, 0, input);
    ioc_device_reply(&device, 1, 409, input);
    HOLDS(device.slot_count == 0);
}

static void fuzz_firmware(ioc_slice_t input) {
    uint8_t *scratch = malloc(input.length);
    ioc_firmware_t firmware;
    if (ioc_firmware_verify(input, &release_public, scratch, input.length, &firmware) == IOC_OK)
        HOLDS(firmware.size > 0 && firmware.firmware.length <= 32);
    free(scratch);
}

/* Whoever answers, and whatever: the time is within what is plausible. The bytes that echo the request are put right, or
 * nothing else would be reached. */
static void fuzz_sntp(ioc_slice_t input) {
    const uint64_t earliest = 2085978496 - 1000;
    uint8_t request[IOC_SNTP_BYTES], *reply = malloc(input.length);
    ioc_sntp_t sntp;
    uint64_t milliseconds;
    HOLDS(ioc_sntp_ask(&sntp, &platform, request) == IOC_OK);
    memcpy(reply, input.bytes, input.length);
    if (input.length >= 32 && input.length % 2 == 0) memcpy(reply + 24, request + 40, 8);
    if (ioc_sntp_reply(&sntp, ioc_slice(reply, input.length), 5000, earliest, &milliseconds) == IOC_OK)
        HOLDS(milliseconds >= earliest * 1000 &&
              milliseconds < (earliest + IOC_SNTP_SPAN_SECONDS + 1) * 1000 + 5000);
    free(reply);
}

static const struct {
    const char *name;
    void (*fuzz)(ioc_slice_t input);
} TARGETS[] = {
    {"json", fuzz_json},         {"base64url", fuzz_base64url}, {"jwk", fuzz_jwk},
    {"document", fuzz_document}, {"message", fuzz_message},     {"jwt", fuzz_jwt},
    {"time", fuzz_time},         {"frame", fuzz_frame},         {"serial", fuzz_serial},
    {"queue", fuzz_queue},       {"task", fuzz_task},           {"reply", fuzz_reply},
    {"firmware", fuzz_firmware}, {"sntp", fuzz_sntp},
};

static void (*chosen)(ioc_slice_t input);

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    const char *name = getenv("IOC_FUZZ");
    (void)argc;
    (void)argv;
    HOLDS(psa_crypto_init() == PSA_SUCCESS);
    signing = import(IOC_SECP256K1, true, 1, &signing_public);
    agreement = import(IOC_P256, false, 2, &agreement_public);
    agreement_x25519 = import(IOC_X25519, false, 3, &x25519_public);
    import(IOC_P256, true, 4, &release_public);
    for (size_t i = 0; name && i < COUNT(TARGETS); i++)
        if (strcmp(TARGETS[i].name, name) == 0) chosen = TARGETS[i].fuzz;
    if (!chosen) {
        fprintf(stderr, "IOC_FUZZ names no parser\n");
        exit(2);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    chosen(ioc_slice(bytes, length));
    return 0;
}
