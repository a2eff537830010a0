#include "internal.h"
#include <ioconnect/reading.h>

#define FRACTION_DIGITS 18

static void write_scaled(ioc_writer_t *writer, int64_t value, uint32_t scale) {
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint32_t rest = ioc_divide(&magnitude, scale);
    uint8_t digits[FRACTION_DIGITS];
    size_t length = 0;
    if (value < 0) ioc_write_byte(writer, '-');
    ioc_write_uint(writer, magnitude);
    for (size_t i = 0; i < FRACTION_DIGITS && rest > 0; i++) {
        uint64_t digit = (uint64_t)rest * 10;
        rest = ioc_divide(&digit, scale);
        digits[i] = (uint8_t)('0' + digit);
        if (digit != 0) length = i + 1;
    }
    if (length > 0) ioc_write_byte(writer, '.');
    ioc_write_bytes(writer, digits, length);
}

void ioc_write_reading(ioc_writer_t *writer, uint64_t time, const ioc_field_t *fields, const int64_t *values,
                       size_t count) {
    ioc_write_format(writer, "{\"time\":%u", time);
    for (size_t i = 0; i < count; i++) {
        ioc_write_format(writer, ",%s:", fields[i].name);
        write_scaled(writer, values[i], fields[i].scale);
    }
    ioc_write_byte(writer, '}');
}
