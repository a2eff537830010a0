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

/* Not within its one caller, whose frame would be too large for short instructions. */
#define APART __attribute__((noinline))

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Overwrites a secret where the compiler would leave it. */
void ioc_wipe(void *bytes, size_t length);

/* SHA-256 in pieces: once a call of PSA fails, the rest does nothing, and the end tells. */
typedef struct {
    psa_hash_operation_t operation;
    psa_status_t status;
} ioc_sha256_t;

void ioc_sha256_begin(ioc_sha256_t *hash);
void ioc_sha256_add(ioc_sha256_t *hash, ioc_slice_t bytes);
ioc_status_t ioc_sha256_end(ioc_sha256_t *hash, uint8_t digest[32]);

/* PSA's answer as ours: IOC_ERR_SIGNATURE and the like are the callers'. */
ioc_status_t ioc_of_psa(psa_status_t status);

/* Imports bytes as a volatile key for one algorithm. */
ioc_status_t ioc_import(psa_key_type_t type, size_t bits, psa_algorithm_t algorithm, psa_key_usage_t usage,
                        const uint8_t *bytes, size_t length, psa_key_id_t *key);

/* Gives a public key as PSA has it, and returns its length. */
size_t ioc_export(const ioc_public_key_t *key, uint8_t bytes[65]);

psa_key_type_t ioc_pair_type(ioc_curve_t curve);

/* Reads an object as ioc_json_object does, of members that `names` lists with a space between and the kind of
 * each before it: * any value or none, { an object, = a string and ? a string or none, of which the value is
 * what ioc_json_plain gives, ! none, and - none in a header that is to be understood. A dot before all: no
 * others. */
ioc_status_t ioc_json_members(ioc_slice_t text, const char *names, ioc_slice_t *values);

/* Whether a text is `type`, with application/ before it or without. */
bool ioc_is_type(ioc_slice_t text, const char *type);

/* The value of a hexadecimal digit, or -1. */
int ioc_nibble(uint8_t digit);

/* What JSON escapes with one letter, and the letters. */
#define IOC_ESCAPED "\b\t\n\f\r\"\\"
#define IOC_ESCAPE_LETTERS "btnfr\"\\"

/* Divides in place and returns the remainder: what the compiler has for numbers of 64 bits takes 2 KB. */
uint32_t ioc_divide(uint64_t *number, uint32_t divisor);

/* Stores the low bytes of a number, the lowest first. */
void ioc_store(uint8_t *bytes, uint64_t value, int count);

/* Where decoded bytes go. */
typedef struct {
    uint8_t *bytes;
    size_t capacity;
    size_t used;
} ioc_scratch_t;

/* Decodes base64url, or a string of it, behind what is used of the scratch. */
ioc_status_t ioc_decode_to(ioc_scratch_t *scratch, ioc_slice_t text, ioc_slice_t *bytes);
ioc_status_t ioc_decode_member(ioc_scratch_t *scratch, ioc_slice_t value, ioc_slice_t *bytes);

/* A DID URL up to its path, query or fragment. */
ioc_slice_t ioc_did_of(ioc_slice_t url);

#endif
