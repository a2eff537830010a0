/* Called by CubeMX's main.c: ioconnect_init() before its loop, ioconnect_process() in it after MX_LWIP_Process(). */
#include <ioc_stm32.h>
#include <ioc_stm32_board.h>

static ioc_status_t status;
static uint8_t received;

void ioconnect_init(void) {
    status = ioc_stm32_begin();
    HAL_UART_Receive_IT(IOC_STM32_UART, &received, 1);
}

void ioconnect_process(void) {
    if (status == IOC_OK) status = ioc_stm32_step();
}

void HAL_UART_RxCpltCallback(UART_HandleTypeDef *uart) {
    if (uart != IOC_STM32_UART) return;
    ioc_stm32_received(received);
    HAL_UART_Receive_IT(uart, &received, 1);
}
