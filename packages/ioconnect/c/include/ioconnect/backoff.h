/* backoff.h: exponential backoff with full jitter: of many devices that lost one gateway, no two come back
 * together. See Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015. */
#ifndef IOC_BACKOFF_H
#define IOC_BACKOFF_H

#include <ioconnect/platform.h>

/* Gives a delay drawn evenly from 0 up to, and without, min(cap, base times 2^(failures - 1)). `failures` is
 * at least 1. */
ioc_status_t ioc_backoff(const ioc_platform_t *platform, uint32_t base_ms, uint32_t cap_ms, uint32_t failures,
                         uint32_t *delay_ms);

#endif
