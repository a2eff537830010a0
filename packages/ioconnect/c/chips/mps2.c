/* mps2.c: Arm's MPS2 with a Cortex-M3 (AN385): a CMSDK UART at 0x40004000. */
#include "board.h"

#define UART ((volatile uint32_t *)0x40004000)

enum { DATA, STATE, CONTROL, INTERRUPT, DIVIDER };

#define SEND_FULL 1
#define RECEIVE_FULL 2

__attribute__((constructor)) static void open_port(void) {
    UART[DIVIDER] = 16;
    UART[CONTROL] = 3;
}

void board_put(uint8_t byte) {
    while (UART[STATE] & SEND_FULL)
        continue;
    UART[DATA] = byte;
}

uint8_t board_get(void) {
    while (!(UART[STATE] & RECEIVE_FULL))
        continue;
    return (uint8_t)UART[DATA];
}

uint32_t board_instructions(void) {
    return 0;
}
