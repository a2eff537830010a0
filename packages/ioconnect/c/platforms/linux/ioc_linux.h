/* ioc_linux.h: the platform layer of Linux and Raspberry Pi: libcurl, libmosquitto, files that are synced. */
#ifndef IOC_LINUX_H
#define IOC_LINUX_H

#include <ioc_app.h>

typedef struct {
    /* Where the device keeps its keys, its settings and its queue. Made if it is not there. */
    const char *directory;
    /* A file of authorities for TLS; null for the system's. */
    const char *authorities;
    /* Files of an X.509 certificate and its key, in PEM, for gateways that demand one within TLS; null for none. */
    const char *certificate, *key;
    /* A serial line, or - for standard input and output; null for none. */
    const char *serial;
    /* Bytes that readings wait on, in sectors of 4096. */
    uint32_t queue_bytes;
} ioc_linux_options_t;

/* Runs a device for as long as the process lives. Returns what kept it from starting. Its account goes to standard
 * output, a line of JSON for each event, or to standard error where the serial line is standard output. */
ioc_status_t ioc_linux_run(const ioc_linux_options_t *options);

#endif
