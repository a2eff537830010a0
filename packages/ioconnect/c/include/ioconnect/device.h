/* device.h: a device's loop, whatever it runs on: readings become signed requests, wait on flash, go to
 * gateways one window at a time, and leave when a gateway keeps them. Beside it the serial line.
 *
 * Nothing here waits. The platform calls ioc_device_run when its time has come and after whatever happened,
 * and sleeps in between. */
#ifndef IOC_DEVICE_H
#define IOC_DEVICE_H

#include <ioconnect/queue.h>
#include <ioconnect/reading.h>
#include <ioconnect/receipt.h>
#include <ioconnect/serial.h>

/* Messages from the oldest on that are looked at: how far others may overtake one that no gateway takes now.
 */
#define IOC_DEVICE_SLOTS 64
/* Names for IOC_SERIAL_GATEWAYS URLs and what is around them. */
#define IOC_DEVICE_SERVER_BYTES 1200
/* Bytes that a serial line takes of `scratch`. */
#define IOC_DEVICE_SCRATCH_BYTES (IOC_FRAME_ENCODED_BYTES + 2)

typedef enum {
    /* The device was opened: `count` messages wait. */
    IOC_EVENT_STARTED,
    /* A reading was signed and is on flash. */
    IOC_EVENT_QUEUED,
    /* It goes out to `gateway`, for the first time or again. */
    IOC_EVENT_SENDING,
    /* A gateway keeps it, as `reply` says. */
    IOC_EVENT_ACKNOWLEDGED,
    /* A gateway refused it for good, and it was buried. */
    IOC_EVENT_REFUSED,
    /* No gateway could be reached, or none would take it now: for the `count`th time in a row. */
    IOC_EVENT_RETRYING,
    /* A measurement could not be made (`code`), or not queued (`status`). */
    IOC_EVENT_MISSED,
    /* There will be no more measurements. */
    IOC_EVENT_ENDED
} ioc_event_kind_t;

/* What a device does, for its account of itself. Members that do not apply are zero. */
typedef struct {
    ioc_event_kind_t kind;
    uint64_t nonce;
    ioc_slice_t gateway;
    const ioc_reply_t *reply;
    ioc_status_t status;
    ioc_slice_t code;
    ioc_slice_t message;
    uint32_t count;
    uint32_t delay_ms;
    /* The device's address, 20 bytes. */
    const uint8_t *address;
} ioc_event_t;

/* Writes an event as a JSON object. */
void ioc_write_event(ioc_writer_t *writer, const ioc_event_t *event);

/* The platform adaptation layer. */
typedef struct {
    void *context;
    ioc_status_t (*random)(void *context, uint8_t *bytes, size_t length);
    /* Returns milliseconds since the epoch, or 0 as long as they are not known (before SNTP). */
    uint64_t (*milliseconds)(void *context);
    /* Gives what was stored under `key`; length 0 where nothing was. */
    ioc_status_t (*load)(void *context, const char *key, uint8_t *bytes, size_t capacity, size_t *length);
    /* Stores durably: after power loss the old value is there or the new one. */
    ioc_status_t (*store)(void *context, const char *key, ioc_slice_t value);
    /* Begins a measurement, of which ioc_device_take, ioc_device_miss or ioc_device_end tells the end. */
    void (*measure)(void *context);
    /* Begins to send `message`, which is the platform's to copy, to a gateway by its URL. What comes of it
     * ioc_device_reply or ioc_device_fail tells. */
    void (*send)(void *context, ioc_slice_t gateway, uint64_t sequence, ioc_slice_t message);
    /* Gives up what it sent to the gateways and still waits for: a connection is ended, where it keeps one.
     */
    void (*hang_up)(void *context);
    /* Keeps what a gateway refused for good, durably. */
    ioc_status_t (*bury)(void *context, const ioc_reply_t *reply, ioc_slice_t message);
    /* Takes what the device does; it lives as long as the call. */
    void (*log)(void *context, const ioc_event_t *event);
    /* Writes to the serial line. */
    void (*write)(void *context, ioc_slice_t bytes);
    /* Tells that the server was set, over the serial line. Null where it may not be. */
    void (*served)(void *context);
} ioc_port_t;

/* What a device is. All of it is the caller's and outlives the device. */
typedef struct {
    const ioc_port_t *port;
    const ioc_flash_t *flash;
    /* Signs; of secp256k1 for requests. */
    psa_key_id_t key;
    /* Its key for encryption; 0 where it has none. */
    psa_key_id_t agreement;
    /* Signs each reading for circuits too, and is in the document; null for none. Then fields are
     * IOC_READING_VALUES at most. */
    const ioc_circuit_key_t *circuit;
    /* Gateways that prove themselves, and ioc_receipt_verify then: what one of them answers without its
     * receipt is no answer, and the device goes on to the next. Of another URL the word is taken. */
    const ioc_gateway_t *gateways;
    size_t gateway_count;
    ioc_status_t (*verify_receipt)(const ioc_public_key_t *key, const uint8_t device[20],
                                   const ioc_reply_t *reply);
    /* A development key, see ioc_serial_device_t. */
    bool development;
    ioc_slice_t model;
    ioc_slice_t firmware;
    const ioc_field_t *fields;
    size_t field_count;
    /* The project's signed keys in their order: 0 for time, i + 1 for field i. */
    const uint8_t *signed_keys;
    size_t signed_count;
    /* Which schema readings have, see ioc_task_request_t; null bytes for none. */
    ioc_slice_t project_version;
    /* Projects that each reading goes to beside the server's. */
    const uint64_t *projects;
    size_t project_count;
    uint32_t interval_ms;
    /* To the first reading. */
    uint32_t delay_ms;
    /* Messages that may be in flight at once, of IOC_DEVICE_SLOTS at most. */
    uint32_t window;
    /* Messages that wait before any is sent; then all are, until none waits. 0 sends each at once. */
    uint32_t batch;
    /* How long a gateway may take to reply. */
    uint32_t reply_timeout_ms;
    uint32_t backoff_base_ms;
    uint32_t backoff_cap_ms;
    /* Holds the longest message, and the longest frame. */
    uint8_t *message;
    size_t message_length;
    /* Holds the longest payload; IOC_DEVICE_SCRATCH_BYTES with a serial line. */
    uint8_t *scratch;
    size_t scratch_length;
    /* Holds the DID document. */
    uint8_t *document;
    size_t document_length;
} ioc_device_config_t;

typedef enum { IOC_SLOT_WAITING, IOC_SLOT_DEFERRED, IOC_SLOT_SENT, IOC_SLOT_LEFT } ioc_slot_state_t;

/* One of the oldest messages. */
typedef struct {
    uint64_t sequence;
    uint64_t deadline;
    uint32_t round;
    uint8_t state;
    uint8_t gateway;
} ioc_slot_t;

typedef struct {
    const ioc_device_config_t *config;
    uint8_t address[20];
    ioc_queue_t queue;
    ioc_serial_device_t serial;
    ioc_frame_decoder_t decoder;
    /* Where readings go; no gateways where that is not known. */
    ioc_server_settings_t server;
    uint8_t server_text[IOC_DEVICE_SERVER_BYTES];
    uint8_t gateway;
    /* Messages that wait. */
    uint32_t waiting;
    /* From the oldest on, in their order. */
    ioc_slot_t slots[IOC_DEVICE_SLOTS];
    uint32_t slot_count;
    /* Rounds that failed in a row: messages that were in flight together fail as one. */
    uint32_t failures;
    uint32_t round;
    uint64_t resume_at;
    uint64_t due;
    bool draining;
    bool measuring;
    bool ended;
} ioc_device_t;

/* Opens the device: its queue, its document, and what it was told over the serial line, which goes before
 * `server` (null where that is not known). Returns IOC_ERR_CLOCK before the time is known. */
ioc_status_t ioc_device_open(ioc_device_t *device, const ioc_device_config_t *config,
                             const ioc_server_settings_t *server);

/* Returned where nothing is due before something happens. */
#define IOC_DEVICE_IDLE UINT32_MAX

/* Does what is due, and returns the milliseconds until something is again. */
uint32_t ioc_device_run(ioc_device_t *device);

/* A measurement: `time` in milliseconds, values by the fields. It is signed and queued, or missed. */
void ioc_device_take(ioc_device_t *device, uint64_t time, const int64_t *values);
/* A measurement that could not be made. */
void ioc_device_miss(ioc_device_t *device, ioc_slice_t code, ioc_slice_t message);
/* There will be no more measurements. */
void ioc_device_end(ioc_device_t *device);

/* What a gateway replied, a JSON object. `sequence` and `status` are 0 where the reply itself says them, as
 * over MQTT. A reply to no message in flight is passed over. */
void ioc_device_reply(ioc_device_t *device, uint64_t sequence, uint32_t status, ioc_slice_t text);
/* No reply will come: the message may or may not have been kept, and is sent again. `sequence` is 0 for all
 * that are in flight, as when a connection ended. */
void ioc_device_fail(ioc_device_t *device, uint64_t sequence, ioc_slice_t code, ioc_slice_t message);

/* Bytes that came over the serial line. */
void ioc_device_read(ioc_device_t *device, const uint8_t *bytes, size_t length);

#endif
