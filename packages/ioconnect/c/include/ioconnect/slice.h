/* slice.h: bytes that belong to somebody else. */
#ifndef IOC_SLICE_H
#define IOC_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes. Whoever made it says how long they live. */
typedef struct {
    const uint8_t *bytes;
    size_t length;
} ioc_slice_t;

/* A slice of a text literal, without its zero. */
#define IOC_TEXT(literal) ((ioc_slice_t){(const uint8_t *)(literal), sizeof(literal) - 1})

ioc_slice_t ioc_slice(const void *bytes, size_t length);

/* Whether the bytes are those of `text`, a zero-terminated one. Not constant time. */
bool ioc_slice_is(ioc_slice_t slice, const char *text);

bool ioc_slice_equal(ioc_slice_t one, ioc_slice_t other);

bool ioc_slice_starts(ioc_slice_t slice, const char *text);

#endif
