#include "internal.h"
#include <ioconnect/backoff.h>
#include <ioconnect/device.h>
#include <ioconnect/did.h>
#include <ioconnect/encoding.h>
#include <ioconnect/task_request.h>
#include <string.h>

static const char SERVER_KEY[] = "server";

static const ioc_port_t *port_of(const ioc_device_t *device) {
    return device->config->port;
}

static void tell(const ioc_device_t *device, ioc_event_t event) {
    port_of(device)->log(port_of(device)->context, &event);
}

/* Where readings go. */

/* Whether the gateways are of the transport. */
static bool fits(const ioc_server_settings_t *settings) {
    if (settings->gateway_count > IOC_SERIAL_GATEWAYS) return false;
    for (size_t i = 0; i < settings->gateway_count; i++)
        if ((ioc_slice_starts(settings->gateways[i], "http://") ||
             ioc_slice_starts(settings->gateways[i], "https://")) == settings->mqtt)
            return false;
    return true;
}

/* Keeps `settings` in the device, their texts in its own. */
static ioc_status_t serve(ioc_device_t *device, const ioc_server_settings_t *settings) {
    ioc_writer_t writer;
    if (!fits(settings)) return IOC_ERR_ARGUMENT;
    ioc_writer_init(&writer, device->server_text, sizeof device->server_text);
    device->server = *settings;
    for (size_t i = 0; i < settings->gateway_count; i++) {
        const size_t start = writer.length;
        ioc_write_slice(&writer, settings->gateways[i]);
        if (ioc_writer_status(&writer) == IOC_OK)
            device->server.gateways[i] = ioc_writer_slice(&writer, start);
    }
    device->gateway = 0;
    /* What is in flight goes to the new server too. */
    for (uint32_t i = 0; i < device->slot_count; i++)
        if (device->slots[i].state != IOC_SLOT_LEFT) device->slots[i].state = IOC_SLOT_WAITING;
    device->failures = 0;
    device->resume_at = 0;
    return ioc_writer_status(&writer);
}

/* Stored is what server.set has as parameters: where that fails, the old server stays. */
static ioc_status_t set_server(void *context, const ioc_server_settings_t *settings, bool *applied) {
    ioc_device_t *device = context;
    ioc_writer_t writer;
    if (!fits(settings)) return IOC_ERR_ARGUMENT;
    ioc_writer_init(&writer, device->config->scratch, device->config->scratch_length);
    ioc_write_format(&writer,
                     "{\"projectId\":\"%u\",\"transport\":\"%t\",\"gateways\":", settings->project_id,
                     settings->mqtt ? "mqtt" : "http");
    for (size_t i = 0; i < settings->gateway_count; i++)
        ioc_write_format(&writer, "%t%s", i == 0 ? "[" : ",", settings->gateways[i]);
    ioc_write_text(&writer, "]}");
    TRY(ioc_writer_status(&writer));
    TRY(port_of(device)->store(port_of(device)->context, SERVER_KEY, ioc_writer_slice(&writer, 0)));
    TRY(serve(device, settings));
    *applied = true;
    port_of(device)->served(port_of(device)->context);
    return IOC_OK;
}

static ioc_status_t restore_server(void *context, const ioc_server_settings_t *settings, bool *applied) {
    *applied = true;
    return serve(context, settings);
}

/* Has the serial line's own parser read what was stored. */
static ioc_status_t load_server(ioc_device_t *device) {
    static const char request[] = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"server.set\",\"params\":";
    const ioc_device_config_t *config = device->config;
    const ioc_serial_device_t reader = {.context = device, .set_server = restore_server};
    const size_t start = sizeof request - 1;
    ioc_writer_t reply;
    size_t length;
    if (config->message_length <= sizeof request) return IOC_ERR_BUFFER;
    memcpy(config->message, request, start);
    TRY(port_of(device)->load(port_of(device)->context, SERVER_KEY, config->message + start,
                              config->message_length - start - 1, &length));
    if (length == 0) return IOC_OK;
    config->message[start + length] = '}';
    ioc_writer_init(&reply, config->scratch, config->scratch_length);
    TRY(ioc_serial_answer(&reader, make_slice(config->message, start + length + 1), &reply));
    static const char *const names[] = {"result"};
    ioc_slice_t result;
    TRY(ioc_json_object(ioc_writer_slice(&reply, 0), names, &result, 1, false));
    return result.bytes ? IOC_OK : IOC_ERR_MEMBER;
}

/* The queue, seen from the oldest message on. */

/* Reads the oldest message beyond `sequence` into the buffer. */
static ioc_status_t read_after(const ioc_device_t *device, ioc_queue_t *from, uint64_t sequence,
                               size_t *length, uint64_t *found) {
    from->left = sequence > from->left ? sequence : from->left;
    return ioc_queue_oldest(from, device->config->message, device->config->message_length, length, found);
}

static ioc_status_t count_waiting(ioc_device_t *device) {
    ioc_queue_t from = device->queue;
    uint64_t sequence = 0;
    size_t length;
    for (;;) {
        const ioc_status_t status = read_after(device, &from, sequence, &length, &sequence);
        if (status == IOC_ERR_QUEUE_EMPTY) return IOC_OK;
        TRY(status);
        device->waiting++;
    }
}

ioc_status_t ioc_device_open(ioc_device_t *device, const ioc_device_config_t *config,
                             const ioc_server_settings_t *server) {
    const ioc_port_t *port = config->port;
    const uint64_t now = port->milliseconds(port->context);
    ioc_public_key_t signing, agreement;
    ioc_writer_t writer;
    memset(device, 0, sizeof *device);
    device->config = config;
    if (now == 0) return IOC_ERR_CLOCK;
    if (config->window == 0 || config->window > IOC_DEVICE_SLOTS) return IOC_ERR_ARGUMENT;
    if (config->circuit && config->field_count > IOC_READING_VALUES) return IOC_ERR_ARGUMENT;
    TRY(ioc_key_public(config->key, &signing));
    if (config->agreement) TRY(ioc_key_public(config->agreement, &agreement));
    ioc_writer_init(&writer, config->document, config->document_length);
    ioc_write_document(&writer, &signing, config->agreement ? &agreement : NULL, config->circuit);
    TRY(ioc_writer_status(&writer));
    device->serial = (ioc_serial_device_t){
        .context = device,
        .model = config->model,
        .firmware = config->firmware,
        .key = config->key,
        .document = ioc_writer_slice(&writer, 0),
        .circuit = config->circuit,
        .development = config->development,
        .set_server = port->served ? set_server : NULL,
    };
    ioc_frame_init(&device->decoder);
    if (server) TRY(serve(device, server));
    TRY(load_server(device));
    TRY(ioc_queue_open(&device->queue, config->flash, now + 1));
    TRY(count_waiting(device));
    device->due = now + config->delay_ms;
    ioc_address(&signing, device->address);
    tell(device,
         (ioc_event_t){.kind = IOC_EVENT_STARTED, .count = device->waiting, .address = device->address});
    return IOC_OK;
}

/* Measuring. */

static void end_measurement(ioc_device_t *device) {
    const uint64_t now = port_of(device)->milliseconds(port_of(device)->context);
    const uint64_t due = device->due + device->config->interval_ms;
    /* A reading that is late does not delay the next, and is not made up for. */
    device->due = due > now ? due : now;
    device->measuring = false;
}

static ioc_status_t signed_values(const ioc_device_config_t *config, uint64_t time, const int64_t *values,
                                  uint64_t *signed_by_key) {
    for (size_t i = 0; i < config->signed_count; i++) {
        const uint8_t key = config->signed_keys[i];
        if (key == 0) {
            signed_by_key[i] = time;
            continue;
        }
        if (key > config->field_count) return IOC_ERR_ARGUMENT;
        uint64_t value = (uint64_t)values[key - 1];
        if (value >> 63 || ioc_divide(&value, config->fields[key - 1].scale) != 0) return IOC_ERR_ARGUMENT;
        signed_by_key[i] = value;
    }
    return IOC_OK;
}

#define SIGNED_KEYS 16

static ioc_status_t queue_reading(ioc_device_t *device, uint64_t project, uint64_t time,
                                  const int64_t *values, uint64_t *nonce) {
    const ioc_device_config_t *config = device->config;
    uint64_t signed_by_key[SIGNED_KEYS];
    uint8_t circuit_signature[IOC_CIRCUIT_SIGNATURE_LENGTH];
    ioc_writer_t payload, request;
    if (config->signed_count > SIGNED_KEYS) return IOC_ERR_ARGUMENT;
    TRY(signed_values(config, time, values, signed_by_key));
    ioc_writer_init(&payload, config->scratch, config->scratch_length);
    ioc_write_reading(&payload, time, config->fields, values, config->field_count);
    TRY(ioc_writer_status(&payload));
    *nonce = ioc_queue_next(&device->queue);
    if (config->circuit) {
        ioc_reading_t reading = {config->circuit->chain_id, project, device->address, *nonce, time, {0}};
        memcpy(reading.values, values, config->field_count * sizeof *values);
        TRY(config->circuit->sign_reading(config->circuit, &reading, circuit_signature));
    }
    const ioc_task_request_t task = {
        .nonce = *nonce,
        .project_id = project,
        .project_version = config->project_version,
        .payload = ioc_writer_slice(&payload, 0),
        .signed_values = signed_by_key,
        .signed_count = config->signed_count,
        .circuit_signature =
            config->circuit ? make_slice(circuit_signature, sizeof circuit_signature) : make_slice(NULL, 0),
    };
    ioc_writer_init(&request, config->message, config->message_length);
    TRY(ioc_write_task_request(&request, config->key, &task));
    return ioc_queue_append(&device->queue, ioc_writer_slice(&request, 0));
}

static void take_for(ioc_device_t *device, uint64_t project, uint64_t time, const int64_t *values) {
    ioc_event_t event = {.kind = IOC_EVENT_QUEUED};
    event.status = queue_reading(device, project, time, values, &event.nonce);
    /* Full flash must not end the device: the next reading may succeed. */
    if (event.status != IOC_OK)
        event.kind = IOC_EVENT_MISSED;
    else
        device->waiting++;
    /* What waits for others to be sent together has no room for them. */
    if (event.status == IOC_ERR_QUEUE_FULL) device->draining = true;
    tell(device, event);
}

void ioc_device_take(ioc_device_t *device, uint64_t time, const int64_t *values) {
    take_for(device, device->server.project_id, time, values);
    for (size_t i = 0; i < device->config->project_count; i++)
        take_for(device, device->config->projects[i], time, values);
    end_measurement(device);
}

void ioc_device_miss(ioc_device_t *device, ioc_slice_t code, ioc_slice_t message) {
    tell(device, (ioc_event_t){.kind = IOC_EVENT_MISSED, .code = code, .message = message});
    end_measurement(device);
}

void ioc_device_end(ioc_device_t *device) {
    tell(device, (ioc_event_t){.kind = IOC_EVENT_ENDED});
    device->ended = true;
    device->measuring = false;
}

/* Sending. */

static ioc_slot_t *find_slot(ioc_device_t *device, uint64_t sequence) {
    for (uint32_t i = 0; i < device->slot_count; i++)
        if (device->slots[i].sequence == sequence && device->slots[i].state == IOC_SLOT_SENT)
            return &device->slots[i];
    return NULL;
}

static ioc_slot_t *oldest_in(ioc_device_t *device, ioc_slot_state_t state) {
    for (uint32_t i = 0; i < device->slot_count; i++)
        if (device->slots[i].state == state) return &device->slots[i];
    return NULL;
}

static uint32_t in_flight(const ioc_device_t *device) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < device->slot_count; i++)
        count += device->slots[i].state == IOC_SLOT_SENT;
    return count;
}

/* Gives the message that goes out next, read into the buffer: one that failed, then one that was never sent,
 * then one that no gateway took; the oldest of each. */
static ioc_slot_t *next_message(ioc_device_t *device, size_t *length) {
    ioc_queue_t from = device->queue;
    ioc_slot_t *slot = oldest_in(device, IOC_SLOT_WAITING);
    uint64_t found;
    if (!slot && device->slot_count < IOC_DEVICE_SLOTS) {
        const uint64_t last = device->slot_count > 0 ? device->slots[device->slot_count - 1].sequence : 0;
        if (read_after(device, &from, last, length, &found) == IOC_OK) {
            slot = &device->slots[device->slot_count++];
            *slot = (ioc_slot_t){.sequence = found};
            return slot;
        }
        from = device->queue;
    }
    if (!slot) slot = oldest_in(device, IOC_SLOT_DEFERRED);
    if (!slot || read_after(device, &from, slot->sequence - 1, length, &found) != IOC_OK ||
        found != slot->sequence)
        return NULL;
    return slot;
}

/* Whether enough wait to be sent together. Once begun, it goes on until none waits. */
static bool is_draining(ioc_device_t *device) {
    if (device->waiting == 0)
        device->draining = false;
    else if (device->waiting >= device->config->batch)
        device->draining = true;
    return device->draining;
}

static void send_messages(ioc_device_t *device) {
    const ioc_port_t *port = port_of(device);
    if (!is_draining(device)) return;
    const uint32_t window = device->failures > 0 ? 1 : device->config->window;
    for (uint32_t count = in_flight(device); count < window; count++) {
        size_t length;
        ioc_slot_t *slot = next_message(device, &length);
        if (!slot) return;
        const ioc_slice_t gateway = device->server.gateways[device->gateway];
        slot->state = IOC_SLOT_SENT;
        slot->gateway = device->gateway;
        slot->round = device->round;
        slot->deadline = port->milliseconds(port->context) + device->config->reply_timeout_ms;
        tell(device, (ioc_event_t){.kind = IOC_EVENT_SENDING, .nonce = slot->sequence, .gateway = gateway});
        port->send(port->context, gateway, slot->sequence, make_slice(device->config->message, length));
    }
}

/* Takes the oldest messages off the queue that have left. One that left before an older one stays until then:
 * after power loss it is sent again, which the gateway acknowledges again. */
static void remove_left(ioc_device_t *device) {
    uint32_t count = 0;
    while (count < device->slot_count && device->slots[count].state == IOC_SLOT_LEFT)
        /* Where flash fails, the message has left in memory all the same. */
        ioc_queue_remove(&device->queue, device->slots[count++].sequence);
    device->slot_count -= count;
    memmove(device->slots, device->slots + count, device->slot_count * sizeof *device->slots);
}

static void leave(ioc_device_t *device, ioc_slot_t *slot) {
    slot->state = IOC_SLOT_LEFT;
    device->waiting--;
    device->failures = 0;
    for (uint32_t i = 0; i < device->slot_count; i++)
        if (device->slots[i].state == IOC_SLOT_DEFERRED) device->slots[i].state = IOC_SLOT_WAITING;
    remove_left(device);
}

/* All that are in flight are to be sent again. */
static void recall(ioc_device_t *device) {
    for (uint32_t i = 0; i < device->slot_count; i++)
        if (device->slots[i].state == IOC_SLOT_SENT) device->slots[i].state = IOC_SLOT_WAITING;
}

/* A message is to be sent again: `state` says before or after others; `why` has the reply, or a code. */
static void fail(ioc_device_t *device, ioc_slot_t *slot, ioc_slot_state_t state, bool leaves_gateway,
                 ioc_event_t why) {
    const ioc_device_config_t *config = device->config;
    const ioc_port_t *port = config->port;
    const ioc_platform_t platform = {port->context, port->random, NULL};
    slot->state = (uint8_t)state;
    if (leaves_gateway && slot->gateway == device->gateway && device->server.gateway_count > 1) {
        device->gateway = (uint8_t)((device->gateway + 1u) % device->server.gateway_count);
        recall(device);
    }
    if (slot->round != device->round) return;
    device->round++;
    device->failures++;
    why.kind = IOC_EVENT_RETRYING;
    why.count = device->failures;
    why.delay_ms = config->backoff_cap_ms;
    ioc_backoff(&platform, config->backoff_base_ms, config->backoff_cap_ms, device->failures, &why.delay_ms);
    device->resume_at = port->milliseconds(port->context) + why.delay_ms;
    tell(device, why);
}

/* Of what is in flight, what was sent since the last failure, if there is such. */
static ioc_slot_t *latest_in_flight(ioc_device_t *device) {
    for (uint32_t i = 0; i < device->slot_count; i++)
        if (device->slots[i].state == IOC_SLOT_SENT && device->slots[i].round == device->round)
            return &device->slots[i];
    return oldest_in(device, IOC_SLOT_SENT);
}

void ioc_device_fail(ioc_device_t *device, uint64_t sequence, ioc_slice_t code, ioc_slice_t message) {
    ioc_slot_t *slot = sequence == 0 ? latest_in_flight(device) : find_slot(device, sequence);
    if (!slot) return;
    fail(device, slot, IOC_SLOT_WAITING, true, (ioc_event_t){.code = code, .message = message});
    if (sequence == 0) recall(device);
}

/* Gives a gateway up that was silent for too long, with all that it was sent. Gives the next deadline. */
static uint64_t check_deadlines(ioc_device_t *device, uint64_t now) {
    uint64_t next = UINT64_MAX;
    for (uint32_t i = 0; i < device->slot_count; i++) {
        ioc_slot_t *slot = &device->slots[i];
        if (slot->state != IOC_SLOT_SENT) continue;
        if (slot->deadline <= now) {
            port_of(device)->hang_up(port_of(device)->context);
            fail(device, slot, IOC_SLOT_WAITING, true,
                 (ioc_event_t){.code = IOC_TEXT("GATEWAY_SILENT"),
                               .message = IOC_TEXT("The gateway did not reply in time.")});
            recall(device);
            return UINT64_MAX;
        }
        if (slot->deadline < next) next = slot->deadline;
    }
    return next;
}

typedef enum { KEPT, REFUSED, RETRY } verdict_t;

/* Refused for good is only what a gateway says so of, by a stable code: a status without one is a proxy's or
 * a captive portal's, and a 409 other than NONCE_REUSED a conflict that may pass. */
static verdict_t judge(const ioc_reply_t *reply) {
    const uint32_t status = reply->status;
    if (status >= 200 && status < 300) return reply->task_id.bytes ? KEPT : RETRY;
    if (status < 400 || status >= 500 || status == 408 || status == 425 || status == 429) return RETRY;
    if (!reply->code.bytes || ioc_slice_is(reply->code, "ROUTE_UNKNOWN")) return RETRY;
    return status == 409 && !ioc_slice_is(reply->code, "NONCE_REUSED") ? RETRY : REFUSED;
}

static bool is_task_id(ioc_slice_t value, ioc_slice_t *task_id) {
    uint8_t bytes[32];
    return ioc_json_plain(value, task_id) == IOC_OK && ioc_decode_hex(*task_id, bytes, 32) == IOC_OK;
}

/* Reads what a reply says. Members that are not as they should be are as if they were not there. */
static bool read_reply(ioc_slice_t text, ioc_reply_t *reply) {
    static const char *const names[] = {"nonce", "status", "taskID", "code", "message", "receipt"};
    ioc_slice_t values[COUNT(names)] = {{0}}, nonce;
    uint64_t status;
    const bool understood = ioc_json_object(text, names, values, COUNT(names), false) == IOC_OK;
    if (!understood) memset(values, 0, sizeof values);
    if (reply->sequence == 0 &&
        (ioc_json_plain(values[0], &nonce) != IOC_OK || ioc_json_uint(nonce, &reply->sequence) != IOC_OK))
        return false;
    if (reply->status == 0) {
        if (ioc_json_uint(values[1], &status) != IOC_OK || status > 999) return false;
        reply->status = (uint32_t)status;
    }
    if (!is_task_id(values[2], &reply->task_id)) reply->task_id = make_slice(NULL, 0);
    if (ioc_json_plain(values[3], &reply->code) != IOC_OK) reply->code = make_slice(NULL, 0);
    if (ioc_json_plain(values[5], &reply->receipt) != IOC_OK) reply->receipt = make_slice(NULL, 0);
    reply->message = values[4].length > 1 && values[4].bytes[0] == '"' ? values[4] : IOC_TEXT("\"\"");
    return true;
}

/* Keeps a refused message beside the queue, before it leaves the queue. */
static bool bury(ioc_device_t *device, const ioc_reply_t *reply) {
    ioc_queue_t from = device->queue;
    uint64_t found;
    size_t length;
    if (read_after(device, &from, reply->sequence - 1, &length, &found) != IOC_OK) return false;
    return port_of(device)->bury(port_of(device)->context, reply,
                                 make_slice(device->config->message, length)) == IOC_OK;
}

/* Whether the reply is of the gateway that it should be of, as far as that can prove itself. */
static bool is_genuine(const ioc_device_t *device, const ioc_slot_t *slot, const ioc_reply_t *reply) {
    const ioc_device_config_t *config = device->config;
    for (size_t i = 0; i < config->gateway_count; i++)
        if (ioc_slice_equal(config->gateways[i].url, device->server.gateways[slot->gateway]))
            return config->verify_receipt(&config->gateways[i].key, device->address, reply) == IOC_OK;
    return true;
}

void ioc_device_reply(ioc_device_t *device, uint64_t sequence, uint32_t status, ioc_slice_t text) {
    ioc_reply_t reply = {.sequence = sequence, .status = status};
    ioc_slot_t *slot;
    if (!read_reply(text, &reply) || !(slot = find_slot(device, reply.sequence))) return;
    const verdict_t verdict = judge(&reply);
    if (verdict == RETRY) {
        fail(device, slot, IOC_SLOT_DEFERRED, reply.status >= 500,
             (ioc_event_t){.reply = &reply, .code = IOC_TEXT("GATEWAY_BUSY")});
        return;
    }
    if (!is_genuine(device, slot, &reply)) {
        port_of(device)->hang_up(port_of(device)->context);
        fail(device, slot, IOC_SLOT_WAITING, true,
             (ioc_event_t){.code = IOC_TEXT("RECEIPT_INVALID"),
                           .message = IOC_TEXT("The answer is not of the gateway that it should be of.")});
        recall(device);
        return;
    }
    if (verdict == REFUSED && !bury(device, &reply)) {
        fail(device, slot, IOC_SLOT_WAITING, false, (ioc_event_t){.code = IOC_TEXT("STORAGE_FAILED")});
        return;
    }
    tell(device, (ioc_event_t){.kind = verdict == KEPT ? IOC_EVENT_ACKNOWLEDGED : IOC_EVENT_REFUSED,
                               .nonce = reply.sequence,
                               .reply = &reply});
    leave(device, slot);
}

uint32_t ioc_device_run(ioc_device_t *device) {
    const ioc_port_t *port = port_of(device);
    const uint64_t now = port->milliseconds(port->context);
    uint64_t next;
    if (device->server.gateway_count == 0) return IOC_DEVICE_IDLE;
    if (!device->measuring && !device->ended && device->due <= now) {
        device->measuring = true;
        port->measure(port->context);
    }
    check_deadlines(device, now);
    if (device->resume_at <= now) send_messages(device);
    next = check_deadlines(device, now);
    if (!device->measuring && !device->ended && device->due < next) next = device->due;
    if (device->resume_at > now && device->resume_at < next) next = device->resume_at;
    if (next == UINT64_MAX) return IOC_DEVICE_IDLE;
    return next <= now ? 0 : next - now < IOC_DEVICE_IDLE ? (uint32_t)(next - now) : IOC_DEVICE_IDLE - 1;
}

/* The serial line. */

static void answer(ioc_device_t *device, ioc_status_t framed, ioc_slice_t message) {
    const ioc_device_config_t *config = device->config;
    ioc_writer_t reply, frame;
    ioc_writer_init(&reply, config->message, config->message_length);
    if ((framed == IOC_OK ? ioc_serial_answer(&device->serial, message, &reply)
                          : ioc_serial_answer_noise(&reply)) != IOC_OK)
        return;
    ioc_writer_init(&frame, config->scratch, config->scratch_length);
    if (ioc_write_frame(&frame, ioc_writer_slice(&reply, 0)) != IOC_OK || ioc_writer_status(&frame) != IOC_OK)
        return;
    config->port->write(config->port->context, ioc_writer_slice(&frame, 0));
}

void ioc_device_read(ioc_device_t *device, const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        bool ended;
        ioc_slice_t message = {NULL, 0};
        const ioc_status_t status = ioc_frame_push(&device->decoder, bytes[i], &ended, &message);
        if (ended) answer(device, status, message);
    }
}
