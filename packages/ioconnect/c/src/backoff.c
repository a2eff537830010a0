#include <ioconnect/backoff.h>

ioc_status_t ioc_backoff(const ioc_platform_t *platform, uint32_t base_ms, uint32_t cap_ms, uint32_t failures,
                         uint32_t *delay_ms) {
    uint8_t bytes[4];
    uint64_t bound = base_ms;
    for (uint32_t i = 1; i < failures && bound < cap_ms; i++)
        bound *= 2;
    if (bound > cap_ms) bound = cap_ms;
    const ioc_status_t status = platform->random(platform->context, bytes, sizeof bytes);
    if (status != IOC_OK) return status;
    const uint32_t drawn =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    *delay_ms = (uint32_t)((uint64_t)drawn * (uint32_t)bound >> 32);
    return IOC_OK;
}
