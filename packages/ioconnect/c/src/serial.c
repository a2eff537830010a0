#include "internal.h"
#include <ioconnect/did.h>
#include <ioconnect/encoding.h>
#include <ioconnect/serial.h>
#include <string.h>

#define DOCUMENT_PART_BYTES 1024
#define AUDIENCE_CHARACTERS 256
#define URI_CHARACTERS 512

/* The protocol's errors, beside success. */
typedef enum {
    DONE,
    PARSE_ERROR = -32700,
    INVALID_REQUEST = -32600,
    METHOD_UNKNOWN = -32601,
    PARAMETERS_INVALID = -32602,
    INTERNAL = -32603,
    KEY_MISSING = -32001,
    DECLINED = -32002,
    KEY_REFUSED = -32003,
    UNSUPPORTED = -32004,
    STORAGE_FAILED = -32005
} fault_t;

typedef struct {
    const ioc_serial_device_t *device;
    ioc_slice_t parameters;
    ioc_writer_t *writer;
    ioc_public_key_t key;
    /* The parameter that is wrong, for the reply. */
    const char *wrong;
} call_t;

/* Reads the parameters, all of which must be there and no other. */
static bool read_parameters(call_t *call, const char *const *names, ioc_slice_t *values, size_t count) {
    if (ioc_json_object(call->parameters, names, values, count, true) != IOC_OK) {
        call->wrong = "a member that the method does not have";
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!values[i].bytes) {
            call->wrong = names[i];
            return false;
        }
    return true;
}

/* Notes that the parameter `name` is wrong. */
static fault_t wrong(call_t *call, const char *name) {
    call->wrong = name;
    return PARAMETERS_INVALID;
}

static fault_t device_info(call_t *call) {
    const ioc_serial_device_t *device = call->device;
    ioc_write_format(call->writer, "{\"protocol\":1,\"model\":%s,\"firmware\":%s,\"features\":[",
                     device->model, device->firmware);
    const struct {
        bool has;
        const char *name;
    } features[] = {{device->set_network != NULL, "network.set"},
                    {device->set_server != NULL, "server.set"},
                    {device->circuit != NULL, "circuit"}};
    const char *separator = "";
    for (size_t i = 0; i < COUNT(features); i++) {
        if (!features[i].has) continue;
        ioc_write_format(call->writer, "%t\"%t\"", separator, features[i].name);
        separator = ",";
    }
    ioc_write_text(call->writer, "]}");
    return DONE;
}

static fault_t did_get(call_t *call) {
    static const char *const key_types[] = {"p256", "secp256k1", "ed25519"};
    if (call->key.curve > IOC_ED25519) return INTERNAL;
    ioc_write_text(call->writer, "{\"did\":\"");
    ioc_write_did_io(call->writer, &call->key);
    ioc_write_format(call->writer, "\",\"keyType\":\"%t\",\"publicKey\":\"0x%x\"}",
                     key_types[call->key.curve],
                     make_slice(call->key.bytes, ioc_public_key_length(call->key.curve)));
    return DONE;
}

static fault_t did_document(call_t *call) {
    static const char *const names[] = {"offset"};
    const ioc_slice_t document = call->device->document;
    ioc_slice_t value;
    uint64_t offset;
    uint8_t hash[32];
    if (!read_parameters(call, names, &value, 1)) return PARAMETERS_INVALID;
    if (ioc_json_uint(value, &offset) != IOC_OK || offset > document.length) return wrong(call, names[0]);
    const size_t rest = document.length - (size_t)offset;
    ioc_keccak256(document, hash);
    ioc_write_format(call->writer, "{\"hash\":\"0x%x\",\"length\":%u,\"offset\":%u,\"part\":\"",
                     make_slice(hash, sizeof hash), (uint64_t)document.length, offset);
    ioc_write_base64(call->writer, document.bytes + offset,
                     rest < DOCUMENT_PART_BYTES ? rest : DOCUMENT_PART_BYTES);
    ioc_write_text(call->writer, "\"}");
    return DONE;
}

/* Writes the last member of the result. */
static fault_t write_signature(call_t *call, const uint8_t digest[32]) {
    uint8_t signature[64];
    if (ioc_sign_digest(call->device->key, digest, signature) != IOC_OK) return INTERNAL;
    ioc_write_format(call->writer, "\"signature\":\"0x%x\"}", make_slice(signature, sizeof signature));
    return DONE;
}

/* Returns the length of UTF-8 as JavaScript counts it, which the protocol's limits are in. */
static size_t characters(ioc_slice_t text) {
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += (size_t)((text.bytes[i] & 0xc0) != 0x80) + (text.bytes[i] >= 0xf0);
    return count;
}

/* Unescapes a string of `minimum` to `maximum` bytes into `bytes`. */
static bool read_string(ioc_slice_t value, uint8_t *bytes, size_t minimum, size_t maximum,
                        ioc_slice_t *text) {
    ioc_writer_t writer;
    ioc_writer_init(&writer, bytes, maximum);
    if (ioc_json_unescape(value, &writer) != IOC_OK || ioc_writer_status(&writer) != IOC_OK) return false;
    *text = ioc_writer_slice(&writer, 0);
    return text->length >= minimum;
}

static bool read_hex(ioc_slice_t value, uint8_t *bytes, size_t length) {
    ioc_slice_t text;
    return ioc_json_plain(value, &text) == IOC_OK && ioc_decode_hex(text, bytes, length) == IOC_OK;
}

static fault_t did_prove(call_t *call) {
    static const char *const names[] = {"audience", "challenge"};
    ioc_slice_t values[2], audience;
    /* A character has 3 bytes at most. */
    uint8_t text[AUDIENCE_CHARACTERS * 3], challenge[32], digest[32], line[IOC_DID_IO_LENGTH + 1 + 66];
    ioc_keccak256_t hash;
    ioc_writer_t writer;
    if (!read_parameters(call, names, values, 2)) return PARAMETERS_INVALID;
    if (!read_string(values[0], text, 1, sizeof text, &audience) ||
        characters(audience) > AUDIENCE_CHARACTERS)
        return wrong(call, names[0]);
    if (!read_hex(values[1], challenge, sizeof challenge)) return wrong(call, names[1]);
    ioc_keccak256_init(&hash);
    ioc_keccak256_update(&hash, "ioID possession\n", 16);
    ioc_writer_init(&writer, line, sizeof line);
    ioc_write_did_io(&writer, &call->key);
    ioc_write_byte(&writer, '\n');
    ioc_keccak256_update(&hash, line, writer.length);
    ioc_keccak256_update(&hash, audience.bytes, audience.length);
    ioc_writer_init(&writer, line, sizeof line);
    ioc_write_format(&writer, "\n0x%x", make_slice(challenge, sizeof challenge));
    ioc_keccak256_update(&hash, line, writer.length);
    ioc_keccak256_final(&hash, digest);
    ioc_write_byte(call->writer, '{');
    return write_signature(call, digest);
}

/* keccak256 of the types and of the domain's name and version (EIP-712); serial-protocol.json holds them. */
static const uint8_t DOMAIN_TYPE[32] = {0x8b, 0x73, 0xc3, 0xc6, 0x9b, 0xb8, 0xfe, 0x3d, 0x51, 0x2e, 0xcc,
                                        0x4c, 0xf7, 0x59, 0xcc, 0x79, 0x23, 0x9f, 0x7b, 0x17, 0x9b, 0x0f,
                                        0xfa, 0xca, 0xa9, 0xa7, 0x5d, 0x52, 0x2b, 0x39, 0x40, 0x0f};
static const char PERMIT_TYPE[] = "Permit(address owner,uint256 nonce)";
static const char DEVICE_PERMIT_TYPE[] =
    "DevicePermit(uint8 action,address device,address owner,bytes32 hash,string uri,address deviceContract,"
    "uint256 tokenId,bytes32 circuitKey,uint256 nonce,uint256 deadline)";

static void hash_text(ioc_keccak256_t *hash, const void *text, size_t length) {
    uint8_t digest[32];
    ioc_keccak256(make_slice(text, length), digest);
    ioc_keccak256_update(hash, digest, sizeof digest);
}

/* What of a permit is a word of 32 bytes, in the order of PERMIT_MEMBERS. */
enum {
    CHAIN_ID,
    REGISTRY,
    OWNER,
    NONCE,
    HASH,
    DEVICE_CONTRACT,
    TOKEN_ID,
    DEADLINE,
    WORDS,
    URI = WORDS,
    ACTION,
    KIND
};
static const char *const PERMIT_MEMBERS[] = {"chainId", "registry",       "owner",   "nonce",
                                             "hash",    "deviceContract", "tokenId", "deadline",
                                             "uri",     "action",         "kind"};
#define LEGACY_WORDS (NONCE + 1)

static bool read_word(ioc_slice_t value, int member, uint8_t word[32]) {
    ioc_slice_t text;
    memset(word, 0, 32);
    switch (member) {
    case REGISTRY:
    case OWNER:
    case DEVICE_CONTRACT: return read_hex(value, word + 12, 20);
    case HASH: return read_hex(value, word, 32);
    default: return ioc_json_plain(value, &text) == IOC_OK && ioc_decode_decimal(text, word) == IOC_OK;
    }
}

/* Words of a permit that the request does not have. */
enum { ZERO = WORDS, DEVICE, CIRCUIT, URI_HASH, TYPE_HASH, ALL_WORDS };
static const uint8_t LEGACY_ORDER[] = {TYPE_HASH, OWNER, NONCE},
                     ORDER[] = {TYPE_HASH,       ZERO,     DEVICE,  OWNER, HASH,    URI_HASH,
                                DEVICE_CONTRACT, TOKEN_ID, CIRCUIT, NONCE, DEADLINE};

APART static void hash_permit(uint8_t words[ALL_WORDS][32], bool legacy, ioc_slice_t uri,
                              uint8_t digest[32]) {
    const ioc_slice_t type = legacy ? make_slice(PERMIT_TYPE, sizeof PERMIT_TYPE - 1)
                                    : make_slice(DEVICE_PERMIT_TYPE, sizeof DEVICE_PERMIT_TYPE - 1);
    const ioc_slice_t order =
        legacy ? make_slice(LEGACY_ORDER, sizeof LEGACY_ORDER) : make_slice(ORDER, sizeof ORDER);
    ioc_keccak256_t hash;
    ioc_keccak256_init(&hash);
    ioc_keccak256_update(&hash, DOMAIN_TYPE, sizeof DOMAIN_TYPE);
    hash_text(&hash, "ioIDRegistry", 12);
    hash_text(&hash, "1", 1);
    ioc_keccak256_update(&hash, words[CHAIN_ID], 32);
    ioc_keccak256_update(&hash, words[REGISTRY], 32);
    ioc_keccak256_final(&hash, words[CHAIN_ID]);

    memset(words[ZERO], 0, 32);
    ioc_keccak256(uri, words[URI_HASH]);
    ioc_keccak256(type, words[TYPE_HASH]);
    ioc_keccak256_init(&hash);
    for (size_t i = 0; i < order.length; i++)
        ioc_keccak256_update(&hash, words[order.bytes[i]], 32);
    ioc_keccak256_final(&hash, digest);

    ioc_keccak256_init(&hash);
    ioc_keccak256_update(&hash, "\x19\x01", 2);
    ioc_keccak256_update(&hash, words[CHAIN_ID], 32);
    ioc_keccak256_update(&hash, digest, 32);
    ioc_keccak256_final(&hash, digest);
}

/* Writes "circuitKey", the key and the proof as the registry takes them, and its hash as a word. */
static ioc_status_t prove_circuit_key(call_t *call, uint8_t words[ALL_WORDS][32]) {
    static const char *const names[] = {"x",           "y",           "eighthX", "eighthY",
                                        "commitmentX", "commitmentY", "response"};
    const ioc_circuit_key_t *circuit = call->device->circuit;
    ioc_circuit_proof_t proof;
    TRY(circuit->prove(circuit, words[CHAIN_ID], words[REGISTRY] + 12, words[DEVICE] + 12, &proof));
    ioc_keccak256(make_slice(&proof.public_key, sizeof proof.public_key), words[CIRCUIT]);
    for (size_t i = 0; i < COUNT(names); i++)
        ioc_write_format(call->writer, "%t\"%t\":\"0x%x\"", i == 0 ? "{\"circuitKey\":{" : ",", names[i],
                         make_slice((const uint8_t *)&proof + 32 * i, 32));
    ioc_write_text(call->writer, "},");
    return IOC_OK;
}

static fault_t did_permit(call_t *call) {
    static const char *const legacy_members[] = {"chainId", "registry", "owner", "nonce", "kind"};
    ioc_slice_t values[COUNT(PERMIT_MEMBERS)], kind, uri = {NULL, 0};
    uint8_t words[ALL_WORDS][32], text[URI_CHARACTERS * 3], digest[32];
    if (ioc_json_object(call->parameters, &PERMIT_MEMBERS[KIND], &kind, 1, false) != IOC_OK)
        return wrong(call, PERMIT_MEMBERS[KIND]);
    const bool legacy = ioc_json_is(kind, "legacy"), circuit = ioc_json_is(kind, "circuit");
    if (!legacy && !circuit && !ioc_json_is(kind, "device")) return wrong(call, PERMIT_MEMBERS[KIND]);
    if (circuit && !call->device->circuit) return UNSUPPORTED;
    if (legacy ? !read_parameters(call, legacy_members, values, COUNT(legacy_members))
               : !read_parameters(call, PERMIT_MEMBERS, values, COUNT(PERMIT_MEMBERS)))
        return PARAMETERS_INVALID;
    for (int i = 0; i < (legacy ? LEGACY_WORDS : WORDS); i++)
        if (!read_word(values[i], i, words[i])) return wrong(call, PERMIT_MEMBERS[i]);
    if (!legacy) {
        if (!ioc_json_is(values[ACTION], "register")) return wrong(call, PERMIT_MEMBERS[ACTION]);
        if (!read_string(values[URI], text, 0, sizeof text, &uri) || characters(uri) > URI_CHARACTERS)
            return wrong(call, PERMIT_MEMBERS[URI]);
    }
    if (call->device->development && !ioc_json_is(values[CHAIN_ID], "31337")) return KEY_REFUSED;
    if (call->device->consent && !call->device->consent(call->device->context, call->parameters))
        return DECLINED;
    memset(words[DEVICE], 0, 32);
    ioc_address(&call->key, words[DEVICE] + 12);
    memset(words[CIRCUIT], 0, 32);
    if (!circuit)
        ioc_write_byte(call->writer, '{');
    else if (prove_circuit_key(call, words) != IOC_OK)
        return INTERNAL;
    hash_permit(words, legacy, uri, digest);
    return write_signature(call, digest);
}

static fault_t write_applied(call_t *call, ioc_status_t status, bool applied) {
    if (status != IOC_OK) return STORAGE_FAILED;
    ioc_write_text(call->writer, applied ? "{\"applied\":true}" : "{\"applied\":false}");
    return DONE;
}

static fault_t network_set(call_t *call) {
    static const char *const names[] = {"ssid", "passphrase"};
    ioc_slice_t values[2], ssid, passphrase;
    /* IEEE 802.11: an SSID has 1 to 32 bytes, a WPA passphrase 8 to 63, an open network none. */
    uint8_t ssid_bytes[32], passphrase_bytes[63];
    bool applied = false;
    if (!call->device->set_network) return UNSUPPORTED;
    if (!read_parameters(call, names, values, 2)) return PARAMETERS_INVALID;
    if (!read_string(values[0], ssid_bytes, 1, sizeof ssid_bytes, &ssid)) return wrong(call, names[0]);
    if (!read_string(values[1], passphrase_bytes, 0, sizeof passphrase_bytes, &passphrase) ||
        (passphrase.length > 0 && passphrase.length < 8))
        return wrong(call, names[1]);
    const ioc_status_t status = call->device->set_network(call->device->context, ssid, passphrase, &applied);
    ioc_wipe(passphrase_bytes, sizeof passphrase_bytes);
    return write_applied(call, status, applied);
}

static bool read_gateways(ioc_slice_t value, ioc_server_settings_t *settings) {
    ioc_slice_t cursor, element, *gateway;
    if (ioc_json_array(value, &cursor) != IOC_OK) return false;
    for (;;) {
        if (ioc_json_next(&cursor, &element) != IOC_OK) return false;
        if (!element.bytes) return settings->gateway_count > 0;
        if (settings->gateway_count == IOC_SERIAL_GATEWAYS) return false;
        gateway = &settings->gateways[settings->gateway_count++];
        if (ioc_json_plain(element, gateway) != IOC_OK || gateway->length == 0 || gateway->length > 256)
            return false;
    }
}

static fault_t server_set(call_t *call) {
    static const char *const names[] = {"projectId", "transport", "gateways"};
    ioc_server_settings_t settings = {0};
    ioc_slice_t values[3], project;
    bool applied = false;
    if (!call->device->set_server) return UNSUPPORTED;
    if (!read_parameters(call, names, values, 3)) return PARAMETERS_INVALID;
    if (ioc_json_plain(values[0], &project) != IOC_OK || project.length > 19 ||
        ioc_json_uint(project, &settings.project_id) != IOC_OK)
        return wrong(call, names[0]);
    settings.mqtt = ioc_json_is(values[1], "mqtt");
    if (!settings.mqtt && !ioc_json_is(values[1], "http")) return wrong(call, names[1]);
    if (!read_gateways(values[2], &settings)) return wrong(call, names[2]);
    const ioc_status_t status = call->device->set_server(call->device->context, &settings, &applied);
    if (status == IOC_ERR_ARGUMENT) return wrong(call, names[2]);
    return write_applied(call, status, applied);
}

static fault_t answer(call_t *call, ioc_slice_t method) {
    static const struct {
        const char *name;
        fault_t (*answer)(call_t *call);
        bool needs_key;
        bool has_parameters;
    } methods[] = {
        {"device.info", device_info, false, false}, {"did.get", did_get, true, false},
        {"did.document", did_document, true, true}, {"did.prove", did_prove, true, true},
        {"did.permit", did_permit, true, true},     {"network.set", network_set, false, true},
        {"server.set", server_set, false, true},
    };
    for (size_t i = 0; i < COUNT(methods); i++) {
        if (!ioc_slice_is(method, methods[i].name)) continue;
        if (!methods[i].has_parameters && !read_parameters(call, NULL, NULL, 0)) return PARAMETERS_INVALID;
        if (methods[i].needs_key) {
            if (!call->device->key) return KEY_MISSING;
            if (ioc_key_public(call->device->key, &call->key) != IOC_OK) return INTERNAL;
        }
        return methods[i].answer(call);
    }
    return METHOD_UNKNOWN;
}

static const char *describe(fault_t fault, const char *wrong_parameter) {
    static const struct {
        int32_t fault;
        const char *text;
    } texts[] = {
        {PARSE_ERROR, "The message is not JSON in UTF-8."},
        {INVALID_REQUEST, "That is no request of JSON-RPC 2.0."},
        {METHOD_UNKNOWN, "There is no such method."},
        {KEY_MISSING, "The device has no key yet."},
        {DECLINED, "It was declined on the device."},
        {KEY_REFUSED, "A development key is for chain 31337."},
        {UNSUPPORTED, "This device does not have the method."},
        {STORAGE_FAILED, "The settings were not kept."},
    };
    if (fault == PARAMETERS_INVALID) return wrong_parameter;
    for (size_t i = 0; i < COUNT(texts); i++)
        if (texts[i].fault == fault) return texts[i].text;
    return "The device failed.";
}

static ioc_status_t write_fault(ioc_writer_t *writer, ioc_slice_t id, fault_t fault,
                                const char *wrong_parameter) {
    ioc_write_format(writer, "{\"jsonrpc\":\"2.0\",\"id\":%r,\"error\":{\"code\":-%u,\"message\":\"%t\"}}",
                     id, (uint64_t)-fault, describe(fault, wrong_parameter));
    return ioc_writer_status(writer);
}

ioc_status_t ioc_serial_answer_noise(ioc_writer_t *writer) {
    return write_fault(writer, IOC_TEXT("null"), PARSE_ERROR, NULL);
}

/* Reads id, method and params. */
static fault_t read_request(ioc_slice_t request, ioc_slice_t *id, ioc_slice_t *method,
                            ioc_slice_t *parameters) {
    static const char *const names[] = {"jsonrpc", "id", "method", "params"};
    ioc_slice_t values[COUNT(names)];
    uint64_t number;
    const ioc_status_t status = ioc_json_object(request, names, values, COUNT(names), false);
    if (status != IOC_OK) return PARSE_ERROR;
    /* Numbers of JavaScript are exact below 2^53. */
    if (!ioc_json_is(values[0], "2.0") || ioc_json_uint(values[1], &number) != IOC_OK || number >> 53 ||
        ioc_json_plain(values[2], method) != IOC_OK || !ioc_json_is_object(values[3]))
        return INVALID_REQUEST;
    *id = values[1];
    *parameters = values[3];
    return DONE;
}

ioc_status_t ioc_serial_answer(const ioc_serial_device_t *device, ioc_slice_t request, ioc_writer_t *writer) {
    call_t call = {.device = device, .writer = writer};
    ioc_slice_t id = IOC_TEXT("null"), method;
    const ioc_writer_t start = *writer;
    fault_t fault = read_request(request, &id, &method, &call.parameters);
    if (fault == DONE) {
        ioc_write_format(writer, "{\"jsonrpc\":\"2.0\",\"id\":%r,\"result\":", id);
        fault = answer(&call, method);
        ioc_write_byte(writer, '}');
        if (fault == DONE) return ioc_writer_status(writer);
    }
    *writer = start;
    return write_fault(writer, id, fault, call.wrong);
}
