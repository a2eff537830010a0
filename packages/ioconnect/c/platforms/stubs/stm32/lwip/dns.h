/* Declarations that the layer uses, from public documentation: compiled against, never run. */
#pragma once
#include <lwip/arch.h>
typedef void (*dns_found_callback)(const char *name, const ip_addr_t *address, void *context);
err_t dns_gethostbyname(const char *name, ip_addr_t *address, dns_found_callback found, void *context);
