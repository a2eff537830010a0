/* reading.h: what was measured, as the payload of a request. Values are scaled integers: no floating point.
 */
#ifndef IOC_READING_H
#define IOC_READING_H

#include <ioconnect/slice.h>
#include <ioconnect/writer.h>

/* A field of the device's profile. */
typedef struct {
    ioc_slice_t name;
    /* At least 1: the value is the integer divided by it. */
    uint32_t scale;
} ioc_field_t;

/* Writes {"time":…,"<field>":…}, values as decimals: exact where the scale divides 10^18, as powers of ten
 * do; else cut after 18 digits, which rounds back to the integer. `time` is in milliseconds. */
void ioc_write_reading(ioc_writer_t *writer, uint64_t time, const ioc_field_t *fields, const int64_t *values,
                       size_t count);

#endif
