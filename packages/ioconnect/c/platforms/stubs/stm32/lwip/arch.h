/* Declarations that the layer uses, from public documentation: compiled against, never run. */
#pragma once
#include <lwipopts.h>
#include <stddef.h>
#include <stdint.h>
typedef uint8_t u8_t;
typedef uint16_t u16_t;
typedef uint32_t u32_t;
typedef int8_t err_t;
enum { ERR_OK = 0, ERR_INPROGRESS = -5 };
typedef struct { u32_t addr; } ip_addr_t;
