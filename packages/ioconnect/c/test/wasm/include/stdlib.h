/* stdlib.h: what the harness uses of it. */
#ifndef IOC_TEST_STDLIB_H
#define IOC_TEST_STDLIB_H

#include <stddef.h>

void *malloc(size_t size);
/* Gives back what was allocated last, and nothing else. */
void free(void *memory);
__attribute__((noreturn)) void exit(int code);
__attribute__((noreturn)) void abort(void);
long strtol(const char *text, char **end, int base);
unsigned long long strtoull(const char *text, char **end, int base);

#endif
