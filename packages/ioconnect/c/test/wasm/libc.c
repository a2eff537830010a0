/* libc.c: as much of the C library as the harness needs to run as WebAssembly. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST(name) __attribute__((import_module("host"), import_name(#name)))

/* Gives a line with its line feed and a zero; 0 where there is none. */
HOST(read) int host_read(char *text, int size);
HOST(write) void host_write(const char *text, size_t length);
HOST(exit) __attribute__((noreturn)) void host_exit(int code);

#define PAGE 65536

extern unsigned char __heap_base;

/* Before each block. */
typedef struct block {
    struct block *before;
    size_t end;
} block_t;

static block_t *last;

void *malloc(size_t size) {
    const size_t free_from = last ? last->end : (size_t)&__heap_base;
    block_t *block = (block_t *)((free_from + 15) & ~(size_t)15);
    const size_t end = (size_t)(block + 1) + size, pages = __builtin_wasm_memory_size(0);
    /* Many pages at a time: the host counts each growth as garbage. */
    if (end > pages * PAGE && __builtin_wasm_memory_grow(0, (end - pages * PAGE) / PAGE + 64) == (size_t)-1)
        abort();
    block->before = last;
    block->end = end;
    last = block;
    return block + 1;
}

void free(void *memory) {
    if (last && memory == last + 1) last = last->before;
}

void exit(int code) {
    host_exit(code);
}

void abort(void) {
    __builtin_trap();
}

int strcmp(const char *one, const char *other) {
    while (*one && *one == *other) {
        one++;
        other++;
    }
    return (unsigned char)*one - (unsigned char)*other;
}

int strncmp(const char *one, const char *other, size_t length) {
    for (; length > 0; length--, one++, other++)
        if (*one != *other || !*one) return (unsigned char)*one - (unsigned char)*other;
    return 0;
}

char *strtok(char *text, const char *delimiters) {
    static char *rest;
    if (text) rest = text;
    while (*rest && strchr(delimiters, *rest))
        rest++;
    if (!*rest) return NULL;
    char *word = rest;
    while (*rest && !strchr(delimiters, *rest))
        rest++;
    if (*rest) *rest++ = '\0';
    return word;
}

/* As in C99, a number with a minus is the negative one, in the type's arithmetic. */
unsigned long long strtoull(const char *text, char **end, int base) {
    const bool negative = *text == '-';
    unsigned long long value = 0;
    (void)end;
    for (text += negative; *text >= '0' && *text <= '9'; text++)
        value = value * (unsigned)base + (unsigned)(*text - '0');
    return negative ? -value : value;
}

long strtol(const char *text, char **end, int base) { return (long)strtoull(text, end, base); }

/* Writes `value` and returns how many characters that were. */
static size_t print_number(char *text, unsigned long long value, unsigned base, size_t width) {
    char digits[24];
    size_t count = 0, length = 0;
    do
        digits[count++] = "0123456789abcdef"[value % base];
    while ((value /= base) > 0);
    while (count < width)
        digits[count++] = '0';
    while (count > 0)
        text[length++] = digits[--count];
    return length;
}

/* Prints into `text`, or to the host where it is null. */
static int print(char *text, const char *format, va_list arguments) {
    char number[24];
    size_t total = 0;
    for (const char *part; *format; format += strlen(part)) {
        size_t length;
        const char *from = number;
        if (*format != '%') {
            part = " ";
            from = format;
            length = 1;
        } else if (strncmp(format, part = "%s", 2) == 0) {
            from = va_arg(arguments, const char *);
            length = strlen(from);
        } else if (strncmp(format, part = "%02x", 4) == 0)
            length = print_number(number, va_arg(arguments, unsigned), 16, 2);
        else if (strncmp(format, part = "%llu", 4) == 0)
            length = print_number(number, va_arg(arguments, unsigned long long), 10, 1);
        else
            abort();
        if (text)
            memcpy(text + total, from, length);
        else
            host_write(from, length);
        total += length;
    }
    if (text) text[total] = '\0';
    return (int)total;
}

int printf(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = print(NULL, format, arguments);
    va_end(arguments);
    return length;
}

int sprintf(char *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = print(text, format, arguments);
    va_end(arguments);
    return length;
}

char *fgets(char *text, int size, FILE file) {
    (void)file;
    return host_read(text, size) ? text : NULL;
}

int fflush(FILE file) {
    (void)file;
    return 0;
}
