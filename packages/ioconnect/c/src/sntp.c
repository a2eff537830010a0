#include "internal.h"
#include <ioconnect/sntp.h>
#include <string.h>

/* Leap indicator 0, version 4, mode 3: a client. */
#define CLIENT 0x23
#define VERSION 4
#define SERVER 4
#define NO_LEAP_KNOWN 3
#define STRATUM_MAXIMUM 15
/* RFC 5905's MAXDISP, 16 s as 16.16: half the root delay and the root dispersion together. */
#define DISTANCE_MAXIMUM (16u << 16)
/* From 1900, where era 0 begins, to 1970. */
#define EPOCH_SECONDS 2208988800u

enum {
    FLAGS_AT,
    STRATUM_AT,
    ROOT_DELAY_AT = 4,
    ROOT_DISPERSION_AT = 8,
    ORIGIN_AT = 24,
    RECEIVED_AT = 32,
    SENT_AT = 40
};

static uint32_t load(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Milliseconds of a fraction of a second. */
static uint32_t milliseconds_of(uint32_t fraction) {
    return (uint32_t)((uint64_t)fraction * 1000 >> 32);
}

ioc_status_t ioc_sntp_ask(ioc_sntp_t *sntp, const ioc_platform_t *platform, uint8_t packet[IOC_SNTP_BYTES]) {
    sntp->waits = false;
    TRY(platform->random(platform->context, sntp->nonce, sizeof sntp->nonce));
    memset(packet, 0, IOC_SNTP_BYTES);
    packet[FLAGS_AT] = CLIENT;
    memcpy(packet + SENT_AT, sntp->nonce, sizeof sntp->nonce);
    sntp->waits = true;
    return IOC_OK;
}

/* Whether the packet is a server's, and answers what was asked. */
static bool answers(const ioc_sntp_t *sntp, ioc_slice_t packet) {
    return sntp->waits && packet.length >= IOC_SNTP_BYTES && (packet.bytes[FLAGS_AT] & 7) == SERVER &&
           (packet.bytes[FLAGS_AT] >> 3 & 7) == VERSION &&
           memcmp(packet.bytes + ORIGIN_AT, sntp->nonce, sizeof sntp->nonce) == 0;
}

/* Whether the server says that it knows the time, and how well. */
static bool knows(const uint8_t *bytes) {
    const uint64_t distance = load(bytes + ROOT_DELAY_AT) / 2 + (uint64_t)load(bytes + ROOT_DISPERSION_AT);
    return bytes[FLAGS_AT] >> 6 != NO_LEAP_KNOWN && bytes[STRATUM_AT] <= STRATUM_MAXIMUM &&
           distance < DISTANCE_MAXIMUM && (load(bytes + SENT_AT) | load(bytes + SENT_AT + 4)) != 0;
}

ioc_status_t ioc_sntp_reply(ioc_sntp_t *sntp, ioc_slice_t packet, uint32_t waited_ms, uint64_t earliest,
                            uint64_t *milliseconds) {
    const uint8_t *bytes = packet.bytes;
    if (!answers(sntp, packet)) return IOC_ERR_TIME_REPLY;
    /* Whatever it says: a second answer to the same request is nobody's. */
    sntp->waits = false;
    if (bytes[STRATUM_AT] == 0) return IOC_ERR_TIME_REFUSED;
    if (!knows(bytes)) return IOC_ERR_TIME_UNKNOWN;

    /* What the server took, of what was waited; the rest is half of the way back. Eras cancel out. */
    const uint64_t received = (uint64_t)load(bytes + RECEIVED_AT) << 32 | load(bytes + RECEIVED_AT + 4);
    const uint64_t sent = (uint64_t)load(bytes + SENT_AT) << 32 | load(bytes + SENT_AT + 4);
    const uint64_t took = sent - received;
    const uint64_t took_ms = (took >> 32) * 1000 + milliseconds_of((uint32_t)took);
    if (took_ms > waited_ms) return IOC_ERR_TIME_IMPLAUSIBLE;

    /* How long after `earliest`, within one era. */
    const uint32_t base = (uint32_t)(earliest + EPOCH_SECONDS), after = (uint32_t)(sent >> 32) - base;
    if (after > IOC_SNTP_SPAN_SECONDS) return IOC_ERR_TIME_IMPLAUSIBLE;
    *milliseconds =
        (earliest + after) * 1000 + milliseconds_of((uint32_t)sent) + (waited_ms - (uint32_t)took_ms) / 2;
    return IOC_OK;
}
