/* board.h: what an emulated board has: a serial port, and on some a count of instructions. */
#ifndef IOC_BOARD_H
#define IOC_BOARD_H

#include <stdint.h>

void board_put(uint8_t byte);
uint8_t board_get(void);

/* Instructions since the start, modulo 2^32; 0 where the emulator does not count. */
uint32_t board_instructions(void);

#endif
