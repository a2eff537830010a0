/* stdio.h: what the harness uses of it; libc.c has it, and the host the streams. */
#ifndef IOC_TEST_STDIO_H
#define IOC_TEST_STDIO_H

typedef enum { stdin, stdout } FILE;

/* %s, %02x and %llu. */
int printf(const char *format, ...);
int sprintf(char *text, const char *format, ...);
char *fgets(char *text, int size, FILE file);
int fflush(FILE file);

#endif
