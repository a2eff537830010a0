#include "internal.h"
#include <ioconnect/device.h>
#include <string.h>

static ioc_slice_t slice_of(const char *text) {
    return make_slice(text, strlen(text));
}

/* Of a gateway what it said, of the core its status, else what the platform said. */
static void write_reason(ioc_writer_t *writer, const ioc_event_t *event) {
    const ioc_reply_t *reply = event->reply;
    const bool core = event->status != IOC_OK;
    ioc_write_format(writer, ",\"code\":%s,\"message\":",
                     core                         ? slice_of(ioc_status_name(event->status))
                     : reply && reply->code.bytes ? reply->code
                                                  : event->code);
    if (reply)
        ioc_write_slice(writer, reply->message);
    else
        ioc_write_string(writer, core ? slice_of(ioc_status_cause(event->status)) : event->message);
}

void ioc_write_event(ioc_writer_t *writer, const ioc_event_t *event) {
    static const char *const names[] = {"started", "queued",   "sending", "acknowledged",
                                        "refused", "retrying", "missed",  "ended"};
    ioc_write_format(writer, "{\"event\":\"%t\"", names[event->kind]);
    if (event->nonce > 0) ioc_write_format(writer, ",\"nonce\":\"%u\"", event->nonce);
    switch (event->kind) {
    case IOC_EVENT_STARTED:
        ioc_write_format(writer, ",\"device\":\"0x%x\",\"waiting\":%u", make_slice(event->address, 20),
                         (uint64_t)event->count);
        break;
    case IOC_EVENT_SENDING: ioc_write_format(writer, ",\"gateway\":%s", event->gateway); break;
    case IOC_EVENT_ACKNOWLEDGED: ioc_write_format(writer, ",\"taskID\":%s", event->reply->task_id); break;
    case IOC_EVENT_REFUSED:
    case IOC_EVENT_MISSED: write_reason(writer, event); break;
    case IOC_EVENT_RETRYING:
        write_reason(writer, event);
        ioc_write_format(writer, ",\"failures\":%u,\"delayMs\":%u", (uint64_t)event->count,
                         (uint64_t)event->delay_ms);
        break;
    default: break;
    }
    if (event->reply) ioc_write_format(writer, ",\"status\":%u", (uint64_t)event->reply->status);
    ioc_write_byte(writer, '}');
}
