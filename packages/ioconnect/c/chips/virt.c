/* virt.c: QEMU's RISC-V board "virt": a 16550 at 0x10000000, and instret. */
#include "board.h"

#define UART ((volatile uint8_t *)0x10000000)
#define LINE_STATUS 5
#define RECEIVED 0x01
#define SENT 0x20

void board_put(uint8_t byte) {
    while (!(UART[LINE_STATUS] & SENT))
        continue;
    UART[0] = byte;
}

uint8_t board_get(void) {
    while (!(UART[LINE_STATUS] & RECEIVED))
        continue;
    return UART[0];
}

uint32_t board_instructions(void) {
    uint32_t count;
    __asm__ volatile(".option push\n.option arch, +zicsr\nrdinstret %0\n.option pop" : "=r"(count));
    return count;
}
