/* platform.c: the platform adaptation layer of the simulator: one device a module, its platform imported from
 * packages/ioconnect/src/wasm/device-core.ts. Bytes that go in are written to the inbox first. */
#include <ioconnect/device.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(#name)))
#define IMPORT(name) __attribute__((import_module("platform"), import_name(#name)))

#define MAXIMUM_FIELDS 16
#define MAXIMUM_PROJECTS 8
#define INBOX_BYTES 4096
/* Longer messages than a sector holds cannot be queued. */
#define MESSAGE_BYTES 4096
#define DOCUMENT_BYTES 2048
#define LINE_BYTES 2048

IMPORT(random) int import_random(uint8_t *bytes, size_t length);
IMPORT(milliseconds) double import_milliseconds(void);
/* Returns how many bytes there are, or a status. */
IMPORT(load) int import_load(const char *key, size_t key_length, uint8_t *bytes, size_t capacity);
IMPORT(store) int import_store(const char *key, size_t key_length, const uint8_t *bytes, size_t length);
IMPORT(measure) void import_measure(void);
IMPORT(send)
void import_send(const uint8_t *gateway, size_t gateway_length, uint64_t sequence, const uint8_t *message,
                 size_t length);
IMPORT(hang_up) void import_hang_up(void);
IMPORT(bury)
int import_bury(uint64_t sequence, uint32_t status, const uint8_t *code, size_t code_length,
                const uint8_t *reason, size_t reason_length, const uint8_t *message, size_t length);
IMPORT(log) void import_log(const uint8_t *line, size_t length);
IMPORT(write) void import_write(const uint8_t *bytes, size_t length);
IMPORT(served) void import_served(void);
IMPORT(flash_read) int import_flash_read(uint32_t address, uint8_t *bytes, size_t length);
IMPORT(flash_program) int import_flash_program(uint32_t address, const uint8_t *bytes, size_t length);
IMPORT(flash_erase) int import_flash_erase(uint32_t address, uint32_t length);

static struct {
    ioc_device_t device;
    ioc_device_config_t config;
    ioc_circuit_key_t circuit;
    ioc_gateway_t gateways[IOC_SERIAL_GATEWAYS];
    ioc_server_settings_t server;
    ioc_flash_t flash;
    ioc_field_t fields[MAXIMUM_FIELDS];
    uint8_t signed_keys[MAXIMUM_FIELDS];
    uint64_t projects[MAXIMUM_PROJECTS];
    /* Texts of the configuration. */
    uint8_t texts[3072];
    size_t texts_length;
    uint8_t message[MESSAGE_BYTES];
    /* Of the log. */
    uint8_t line[LINE_BYTES];
    uint8_t scratch[IOC_DEVICE_SCRATCH_BYTES];
    uint8_t document[DOCUMENT_BYTES];
} board;

/* 64 bits wide, because values of readings lie here. */
static int64_t inbox[INBOX_BYTES / sizeof(int64_t)];

static ioc_slice_t inbox_slice(size_t start, size_t length) {
    return ioc_slice((const uint8_t *)inbox + start, length);
}

/* The port. */

static ioc_status_t port_random(void *context, uint8_t *bytes, size_t length) {
    (void)context;
    return (ioc_status_t)import_random(bytes, length);
}

static uint64_t port_milliseconds(void *context) {
    (void)context;
    return (uint64_t)import_milliseconds();
}

static ioc_status_t port_load(void *context, const char *key, uint8_t *bytes, size_t capacity,
                              size_t *length) {
    (void)context;
    const int found = import_load(key, strlen(key), bytes, capacity);
    *length = found < 0 ? 0 : (size_t)found;
    return found < 0 ? (ioc_status_t)found : IOC_OK;
}

static ioc_status_t port_store(void *context, const char *key, ioc_slice_t value) {
    (void)context;
    return (ioc_status_t)import_store(key, strlen(key), value.bytes, value.length);
}

static void port_measure(void *context) {
    (void)context;
    import_measure();
}

static void port_send(void *context, ioc_slice_t gateway, uint64_t sequence, ioc_slice_t message) {
    (void)context;
    import_send(gateway.bytes, gateway.length, sequence, message.bytes, message.length);
}

static void port_hang_up(void *context) {
    (void)context;
    import_hang_up();
}

static ioc_status_t port_bury(void *context, const ioc_reply_t *reply, ioc_slice_t message) {
    (void)context;
    return (ioc_status_t)import_bury(reply->sequence, reply->status, reply->code.bytes, reply->code.length,
                                     reply->message.bytes, reply->message.length, message.bytes,
                                     message.length);
}

static void port_log(void *context, const ioc_event_t *event) {
    ioc_writer_t writer;
    (void)context;
    ioc_writer_init(&writer, board.line, sizeof board.line);
    ioc_write_event(&writer, event);
    if (ioc_writer_status(&writer) != IOC_OK) return;
    import_log(board.line, writer.length);
}

static void port_write(void *context, ioc_slice_t bytes) {
    (void)context;
    import_write(bytes.bytes, bytes.length);
}

static void port_served(void *context) {
    (void)context;
    import_served();
}

static const ioc_port_t PORT = {
    .random = port_random,
    .milliseconds = port_milliseconds,
    .load = port_load,
    .store = port_store,
    .measure = port_measure,
    .send = port_send,
    .hang_up = port_hang_up,
    .bury = port_bury,
    .log = port_log,
    .write = port_write,
    .served = port_served,
};

static ioc_status_t flash_read(void *context, uint32_t address, uint8_t *bytes, size_t length) {
    (void)context;
    return (ioc_status_t)import_flash_read(address, bytes, length);
}

static ioc_status_t flash_program(void *context, uint32_t address, const uint8_t *bytes, size_t length) {
    (void)context;
    return (ioc_status_t)import_flash_program(address, bytes, length);
}

static ioc_status_t flash_erase(void *context, uint32_t sector) {
    (void)context;
    return (ioc_status_t)import_flash_erase(sector * board.flash.sector_bytes, board.flash.sector_bytes);
}

/* Configuration, before the device is opened. */

/* Keeps a text of the inbox. */
static ioc_status_t keep(size_t length, ioc_slice_t *text) {
    if (length > sizeof board.texts - board.texts_length || length > sizeof inbox) return IOC_ERR_BUFFER;
    memcpy(board.texts + board.texts_length, inbox, length);
    *text = ioc_slice(board.texts + board.texts_length, length);
    board.texts_length += length;
    return IOC_OK;
}

EXPORT(inbox) void *export_inbox(void) {
    return inbox;
}

EXPORT(inbox_bytes) uint32_t export_inbox_bytes(void) {
    return sizeof inbox;
}

EXPORT(set_key) void export_set_key(psa_key_id_t key, psa_key_id_t agreement, bool development) {
    board.config.key = key;
    board.config.agreement = agreement;
    board.config.development = development;
}

/* `seed` is ioc_circuit_key_t's. */
EXPORT(set_circuit) ioc_status_t export_set_circuit(psa_key_id_t seed, uint64_t chain_id) {
    board.config.circuit = &board.circuit;
    return ioc_circuit_key_open(seed, chain_id, &board.circuit);
}

EXPORT(set_pace)
void export_set_pace(uint32_t interval_ms, uint32_t delay_ms, uint32_t window, uint32_t reply_timeout_ms,
                     uint32_t base_ms, uint32_t cap_ms) {
    board.config.interval_ms = interval_ms;
    board.config.delay_ms = delay_ms;
    board.config.window = window;
    board.config.reply_timeout_ms = reply_timeout_ms;
    board.config.backoff_base_ms = base_ms;
    board.config.backoff_cap_ms = cap_ms;
}

EXPORT(set_flash) void export_set_flash(uint32_t sectors, uint32_t sector_bytes, uint32_t unit_bytes) {
    board.flash =
        (ioc_flash_t){NULL, sector_bytes, sectors, unit_bytes, flash_read, flash_program, flash_erase};
}

EXPORT(set_model) ioc_status_t export_set_model(size_t length) {
    return keep(length, &board.config.model);
}

EXPORT(set_firmware) ioc_status_t export_set_firmware(size_t length) {
    return keep(length, &board.config.firmware);
}

EXPORT(set_version) ioc_status_t export_set_version(size_t length) {
    return keep(length, &board.config.project_version);
}

EXPORT(set_batch) void export_set_batch(uint32_t batch) {
    board.config.batch = batch;
}

/* A project that each reading goes to beside the server's. */
EXPORT(add_project) ioc_status_t export_add_project(uint64_t project) {
    if (board.config.project_count == MAXIMUM_PROJECTS) return IOC_ERR_ARGUMENT;
    board.projects[board.config.project_count++] = project;
    return IOC_OK;
}

EXPORT(add_field) ioc_status_t export_add_field(size_t name_length, uint32_t scale) {
    ioc_field_t *field = &board.fields[board.config.field_count];
    if (board.config.field_count == MAXIMUM_FIELDS || scale == 0) return IOC_ERR_ARGUMENT;
    field->scale = scale;
    board.config.field_count++;
    return keep(name_length, &field->name);
}

EXPORT(add_signed_key) ioc_status_t export_add_signed_key(uint8_t key) {
    if (board.config.signed_count == MAXIMUM_FIELDS) return IOC_ERR_ARGUMENT;
    board.signed_keys[board.config.signed_count++] = key;
    return IOC_OK;
}

EXPORT(set_project) void export_set_project(uint64_t project_id, bool mqtt) {
    board.server.project_id = project_id;
    board.server.mqtt = mqtt;
}

EXPORT(add_gateway) ioc_status_t export_add_gateway(size_t length) {
    if (board.server.gateway_count == IOC_SERIAL_GATEWAYS) return IOC_ERR_ARGUMENT;
    return keep(length, &board.server.gateways[board.server.gateway_count++]);
}

/* The key of a P-256 did:key, x and y, stands before the URL. */
EXPORT(add_gateway_key) ioc_status_t export_add_gateway_key(size_t url_length) {
    if (board.config.gateway_count == IOC_SERIAL_GATEWAYS) return IOC_ERR_ARGUMENT;
    ioc_gateway_t *gateway = &board.gateways[board.config.gateway_count++];
    gateway->key.curve = IOC_P256;
    memcpy(gateway->key.bytes, inbox, 64);
    memmove(inbox, (const uint8_t *)inbox + 64, sizeof inbox - 64);
    board.config.gateways = board.gateways;
    board.config.verify_receipt = ioc_receipt_verify;
    return keep(url_length, &gateway->url);
}

/* The device. */

EXPORT(open) ioc_status_t export_open(void) {
    board.config.port = &PORT;
    board.config.flash = &board.flash;
    board.config.fields = board.fields;
    board.config.signed_keys = board.signed_keys;
    board.config.projects = board.projects;
    board.config.message = board.message;
    board.config.message_length = sizeof board.message;
    board.config.scratch = board.scratch;
    board.config.scratch_length = sizeof board.scratch;
    board.config.document = board.document;
    board.config.document_length = sizeof board.document;
    return ioc_device_open(&board.device, &board.config,
                           board.server.gateway_count > 0 ? &board.server : NULL);
}

EXPORT(run) uint32_t export_run(void) {
    return ioc_device_run(&board.device);
}

EXPORT(waiting) uint32_t export_waiting(void) {
    return board.device.waiting;
}

/* Whether it knows where its readings go. */
EXPORT(serves) bool export_serves(void) {
    return board.device.server.gateway_count > 0;
}

EXPORT(project_id) uint64_t export_project_id(void) {
    return board.device.server.project_id;
}

/* The values lie in the inbox. */
EXPORT(take) void export_take(double time) {
    ioc_device_take(&board.device, (uint64_t)time, inbox);
}

EXPORT(miss) void export_miss(size_t code_length, size_t message_length) {
    ioc_device_miss(&board.device, inbox_slice(0, code_length), inbox_slice(code_length, message_length));
}

EXPORT(end) void export_end(void) {
    ioc_device_end(&board.device);
}

EXPORT(reply) void export_reply(uint64_t sequence, uint32_t status, size_t length) {
    ioc_device_reply(&board.device, sequence, status, inbox_slice(0, length));
}

EXPORT(fail) void export_fail(uint64_t sequence, size_t code_length, size_t message_length) {
    ioc_device_fail(&board.device, sequence, inbox_slice(0, code_length),
                    inbox_slice(code_length, message_length));
}

EXPORT(read) void export_read(size_t length) {
    ioc_device_read(&board.device, (const uint8_t *)inbox, length);
}

EXPORT(status_name) const char *export_status_name(ioc_status_t status) {
    return ioc_status_name(status);
}

EXPORT(status_cause) const char *export_status_cause(ioc_status_t status) {
    return ioc_status_cause(status);
}
