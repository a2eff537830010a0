/* sntp.h: the time, from a server of it (RFC 4330, RFC 5905 section 14). Packets go over whatever the
 * platform has, to port 123 by UDP. The transmit timestamp of a request is random
 * (draft-ietf-ntp-data-minimization): who does not see the request cannot answer it. Who sees it can, within
 * what is plausible: SNTP has no signatures. */
#ifndef IOC_SNTP_H
#define IOC_SNTP_H

#include <ioconnect/platform.h>
#include <ioconnect/slice.h>
#include <stdbool.h>

#define IOC_SNTP_BYTES 48

/* How long after `earliest` a time is plausible: a device that lay in a box for 20 years. */
#define IOC_SNTP_SPAN_SECONDS 631152000u

typedef struct {
    uint8_t nonce[8];
    bool waits;
} ioc_sntp_t;

/* Writes a request. One that was asked before is no longer waited for. */
ioc_status_t ioc_sntp_ask(ioc_sntp_t *sntp, const ioc_platform_t *platform, uint8_t packet[IOC_SNTP_BYTES]);

/* Reads a reply that came `waited_ms` after the request, by a clock that only goes on, and gives milliseconds
 * since 1970 as it came. `earliest` are seconds since 1970 before which it cannot be: when the firmware was
 * built, or the last time that was known. They tell the era too: timestamps begin anew in 2036.
 * IOC_ERR_TIME_REPLY leaves the request waiting: it may be anyone's packet. After IOC_ERR_TIME_REFUSED this
 * server is not asked again; after IOC_ERR_TIME_UNKNOWN or IOC_ERR_TIME_IMPLAUSIBLE another one may know. */
ioc_status_t ioc_sntp_reply(ioc_sntp_t *sntp, ioc_slice_t packet, uint32_t waited_ms, uint64_t earliest,
                            uint64_t *milliseconds);

#endif
