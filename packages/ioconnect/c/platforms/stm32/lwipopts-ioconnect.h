/* Include this from lwipopts.h. */
#include <stdint.h>

void ioc_stm32_set_time(uint32_t seconds, uint32_t microseconds);

#define LWIP_DNS 1
#define LWIP_ALTCP 1
#define LWIP_ALTCP_TLS 1
#define LWIP_ALTCP_TLS_MBEDTLS 1
#define ALTCP_MBEDTLS_AUTHMODE MBEDTLS_SSL_VERIFY_REQUIRED
#define MQTT_OUTPUT_RINGBUF_SIZE 4096
#define MQTT_VAR_HEADER_BUFFER_LEN 160
#define SNTP_SERVER_DNS 1
#define SNTP_SET_SYSTEM_TIME_US(seconds, microseconds) ioc_stm32_set_time(seconds, microseconds)
