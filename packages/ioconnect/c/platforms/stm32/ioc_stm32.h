/* ioc_stm32.h: the platform layer of STM32 chips: HAL for flash, random numbers and the serial line, lwIP without an
 * operating system for MQTT over TLS. What a board decides is in ioc_stm32_board.h. */
#ifndef IOC_STM32_H
#define IOC_STM32_H

#include <ioc_app.h>

/* Prepares the device. HAL, clocks, RNG, UART and lwIP have been set up. */
ioc_status_t ioc_stm32_begin(void);

/* Does what is due. Call it from the main loop, after lwIP's own (MX_LWIP_Process). */
ioc_status_t ioc_stm32_step(void);

/* A byte of the serial line, from HAL_UART_RxCpltCallback: an interrupt. */
void ioc_stm32_received(uint8_t byte);

/* The time. The layer asks a server for it; a board that has a clock which keeps going may tell it sooner. */
void ioc_stm32_set_time(uint32_t seconds, uint32_t microseconds);

/* Yours, in authorities.c: the certificates that vouch for gateways, in PEM with the zero at the end. */
const uint8_t *ioc_stm32_authorities(size_t *length);

#endif
