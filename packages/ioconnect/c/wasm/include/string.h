/* string.h: what the core uses of it; string.c has it. */
#ifndef IOC_WASM_STRING_H
#define IOC_WASM_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int byte, size_t length);
int memcmp(const void *one, const void *other, size_t length);
size_t strlen(const char *text);
char *strchr(const char *text, int character);

#endif
