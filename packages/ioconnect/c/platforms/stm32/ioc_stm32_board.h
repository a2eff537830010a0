/* ioc_stm32_board.h: the board. As it is here: NUCLEO-H563ZI, whose second bank of flash no firmware takes. */
#ifndef IOC_STM32_BOARD_H
#define IOC_STM32_BOARD_H

#include <stm32h5xx_hal.h>

/* What CubeMX's main.c has. */
extern RNG_HandleTypeDef hrng;
extern UART_HandleTypeDef huart3;
#define IOC_STM32_RNG (&hrng)
#define IOC_STM32_UART (&huart3)

/* Sectors of 8 KiB, programmed 16 bytes at a time: the last of bank 2 are the device's. */
#define IOC_STM32_SECTOR_BYTES 8192u
#define IOC_STM32_UNIT_BYTES 16u
#define IOC_STM32_BANK FLASH_BANK_2
#define IOC_STM32_BANK_BASE 0x08100000u
#define IOC_STM32_BANK_SECTORS 128u

#endif
