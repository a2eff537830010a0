/* Declarations that the layer uses, from public documentation: compiled against, never run. */
#pragma once
#include <stdint.h>
typedef enum { HAL_OK, HAL_ERROR } HAL_StatusTypeDef;
typedef struct { void *Instance; } RNG_HandleTypeDef;
typedef struct { void *Instance; } UART_HandleTypeDef;
typedef struct { uint32_t TypeErase, Banks, Sector, NbSectors; } FLASH_EraseInitTypeDef;
#define FLASH_TYPEERASE_SECTORS 0u
#define FLASH_TYPEPROGRAM_QUADWORD 1u
#define FLASH_BANK_2 2u
HAL_StatusTypeDef HAL_FLASH_Unlock(void);
HAL_StatusTypeDef HAL_FLASH_Lock(void);
HAL_StatusTypeDef HAL_FLASH_Program(uint32_t type, uint32_t address, uint32_t data_address);
HAL_StatusTypeDef HAL_FLASHEx_Erase(FLASH_EraseInitTypeDef *erase, uint32_t *sector_error);
HAL_StatusTypeDef HAL_RNG_GenerateRandomNumber(RNG_HandleTypeDef *rng, uint32_t *word);
HAL_StatusTypeDef HAL_UART_Transmit(UART_HandleTypeDef *uart, const uint8_t *bytes, uint16_t length, uint32_t timeout);
HAL_StatusTypeDef HAL_UART_Receive_IT(UART_HandleTypeDef *uart, uint8_t *bytes, uint16_t length);
void HAL_UART_RxCpltCallback(UART_HandleTypeDef *uart);
uint32_t HAL_GetTick(void);
