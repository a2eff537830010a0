#include <ioconnect/device.h>
#include <string.h>

static void write_number(ioc_writer_t *writer, const char *name, uint64_t value) {
    ioc_write_text(writer, name);
    ioc_write_uint(writer, value);
}

static void write_member(ioc_writer_t *writer, const char *name, ioc_slice_t text) {
    ioc_write_text(writer, name);
    ioc_write_string(writer, text);
}

static ioc_slice_t slice_of(const char *text) {
    return ioc_slice(text, strlen(text));
}

/* Of a gateway what it said, of the core its status, else what the platform said. */
static void write_reason(ioc_writer_t *writer, const ioc_event_t *event) {
    const ioc_reply_t *reply = event->reply;
    const bool core = event->status != IOC_OK;
    write_member(writer, ",\"code\":",
                 core                         ? slice_of(ioc_status_name(event->status))
                 : reply && reply->code.bytes ? reply->code
                                              : event->code);
    ioc_write_text(writer, ",\"message\":");
    if (reply)
        ioc_write_slice(writer, reply->message);
    else
        ioc_write_string(writer, core ? slice_of(ioc_status_cause(event->status)) : event->message);
}

void ioc_write_event(ioc_writer_t *writer, const ioc_event_t *event) {
    static const char *const names[] = {"started", "queued",   "sent",   "acknowledged",
                                        "refused", "retrying", "missed", "ended"};
    ioc_write_text(writer, "{\"event\":\"");
    ioc_write_text(writer, names[event->kind]);
    ioc_write_byte(writer, '"');
    if (event->nonce > 0) {
        write_number(writer, ",\"nonce\":\"", event->nonce);
        ioc_write_byte(writer, '"');
    }
    switch (event->kind) {
    case IOC_EVENT_STARTED:
        ioc_write_text(writer, ",\"device\":\"0x");
        ioc_write_hex(writer, event->address, 20);
        write_number(writer, "\",\"waiting\":", event->count);
        break;
    case IOC_EVENT_SENT: write_member(writer, ",\"gateway\":", event->gateway); break;
    case IOC_EVENT_ACKNOWLEDGED: write_member(writer, ",\"taskID\":", event->reply->task_id); break;
    case IOC_EVENT_REFUSED:
    case IOC_EVENT_MISSED: write_reason(writer, event); break;
    case IOC_EVENT_RETRYING:
        write_reason(writer, event);
        write_number(writer, ",\"failures\":", event->count);
        write_number(writer, ",\"delayMs\":", event->delay_ms);
        break;
    default: break;
    }
    if (event->reply) write_number(writer, ",\"status\":", event->reply->status);
    ioc_write_byte(writer, '}');
}
