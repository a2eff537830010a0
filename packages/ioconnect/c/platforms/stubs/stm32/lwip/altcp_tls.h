/* Declarations that the layer uses, from public documentation: compiled against, never run. */
#pragma once
#include <lwip/arch.h>
struct altcp_tls_config;
struct altcp_tls_config *altcp_tls_create_config_client(const u8_t *ca, size_t ca_len);
