/* string.c: the memory functions of the C library, for a module that has none. Built with -fno-builtin, so
 * that no loop is taken for a call of itself; memory.copy and memory.fill are instructions of WebAssembly. */
#include <stdint.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length) {
    return memmove(to, from, length);
}

void *memmove(void *to, const void *from, size_t length) {
    uint8_t *target = to;
    const uint8_t *source = from;
    if (target <= source)
        for (size_t i = 0; i < length; i++)
            target[i] = source[i];
    else
        while (length-- > 0)
            target[length] = source[length];
    return to;
}

void *memset(void *to, int byte, size_t length) {
    uint8_t *target = to;
    for (size_t i = 0; i < length; i++)
        target[i] = (uint8_t)byte;
    return to;
}

int memcmp(const void *one, const void *other, size_t length) {
    const uint8_t *a = one, *b = other;
    for (size_t i = 0; i < length; i++)
        if (a[i] != b[i]) return a[i] - b[i];
    return 0;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

char *strchr(const char *text, int character) {
    for (;; text++) {
        if (*text == (char)character) return (char *)text;
        if (!*text) return NULL;
    }
}
