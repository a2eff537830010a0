/* Declarations that the layer uses, from public documentation: compiled against, never run. */
#pragma once
#include <lwip/arch.h>
#define SNTP_OPMODE_POLL 0
void sntp_setoperatingmode(u8_t mode);
void sntp_setservername(u8_t index, const char *name);
void sntp_init(void);
