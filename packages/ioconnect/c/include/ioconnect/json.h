/* json.h: reads JSON (RFC 8259) strictly, in place, without tokens. Values are slices of the text.
 * UTF-8 is checked, depth is bounded, a member that is asked for may be there once only. */
#ifndef IOC_JSON_H
#define IOC_JSON_H

#include <ioconnect/slice.h>
#include <ioconnect/status.h>
#include <ioconnect/writer.h>

/* Arrays and objects within each other. */
#define IOC_JSON_DEPTH 16

/* Reads an object: `values[i]` gets the text of the member `names[i]`, or null bytes where there is none. The
 * names of the object are compared as they are written: one with an escape is refused, for it could stand for
 * any. Other members are passed over, or refused with IOC_ERR_MEMBER where the object is `closed`. */
ioc_status_t ioc_json_object(ioc_slice_t text, const char *const *names, ioc_slice_t *values, size_t count,
                             bool closed);

/* Begins an array: afterwards ioc_json_next gives its elements. */
ioc_status_t ioc_json_array(ioc_slice_t text, ioc_slice_t *cursor);

/* Gives the next element; null bytes at the end. */
ioc_status_t ioc_json_next(ioc_slice_t *cursor, ioc_slice_t *value);

/* Gives what is between the quotes of a string that has no escapes, as identifiers and base64url have none.
 */
ioc_status_t ioc_json_plain(ioc_slice_t value, ioc_slice_t *text);

/* Writes what a string stands for, in UTF-8. Lone surrogates, which UTF-8 cannot say, are refused. */
ioc_status_t ioc_json_unescape(ioc_slice_t value, ioc_writer_t *writer);

/* Reads an unsigned integer without sign, fraction or exponent. */
ioc_status_t ioc_json_uint(ioc_slice_t value, uint64_t *number);

/* Whether the value is the string `text`, without escapes. */
bool ioc_json_is(ioc_slice_t value, const char *text);

/* Whether the value is an object, by its first character. */
bool ioc_json_is_object(ioc_slice_t value);

#endif
