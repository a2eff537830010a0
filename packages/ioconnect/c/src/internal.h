/* internal.h: what the core's files share. */
#ifndef IOC_INTERNAL_H
#define IOC_INTERNAL_H

#include <ioconnect/json.h>
#include <ioconnect/key.h>
#include <ioconnect/platform.h>

/* Leaves the function with the status of `call` unless it is IOC_OK. */
#define TRY(call)                                                                                            \
    do {                                                                                                     \
        const ioc_status_t try_status = (call);                                                              \
        if (try_status != IOC_OK) return try_status;                                                         \
    } while (0)

/* ioc_slice within a function: as a call it would cost what it saves. */
static inline ioc_slice_t make_slice(const void *bytes, size_t length) {
    return (ioc_slice_t){bytes, length};
}

/* Writes a text in which %s stands for a slice as a JSON string, %r for one as it is, %x and %b for one in
 * hexadecimal and base64url, %t for a text as it is, %u for a uint64_t in decimal. */
void ioc_write_format(ioc_writer_t *writer, const char *format, ...);

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Overwrites a secret where the compiler would leave it. */
void ioc_wipe(void *bytes, size_t length);

/* PSA's answer as ours: IOC_ERR_SIGNATURE and the like are the callers'. */
ioc_status_t ioc_of_psa(psa_status_t status);

/* Imports bytes as a volatile key for one algorithm. */
ioc_status_t ioc_import(psa_key_type_t type, size_t bits, psa_algorithm_t algorithm, psa_key_usage_t usage,
                        const uint8_t *bytes, size_t length, psa_key_id_t *key);

psa_key_type_t ioc_pair_type(ioc_curve_t curve);

/* A DID URL up to its path, query or fragment. */
ioc_slice_t ioc_did_of(ioc_slice_t url);

#endif
