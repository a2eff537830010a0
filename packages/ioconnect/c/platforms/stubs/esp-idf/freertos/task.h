/* Declarations of ESP-IDF that the layer uses, from its public documentation: compiled against, never run. */
#pragma once
#include <freertos/FreeRTOS.h>
typedef struct tskTaskControlBlock *TaskHandle_t;
typedef enum { eSetValueWithOverwrite = 3 } eNotifyAction;
BaseType_t xTaskCreate(void (*code)(void *), const char *name, uint32_t stack, void *context, UBaseType_t priority, TaskHandle_t *task);
TaskHandle_t xTaskGetCurrentTaskHandle(void);
BaseType_t xTaskNotify(TaskHandle_t task, uint32_t value, eNotifyAction action);
BaseType_t xTaskNotifyGive(TaskHandle_t task);
BaseType_t xTaskNotifyStateClear(TaskHandle_t task);
BaseType_t xTaskNotifyWait(uint32_t clear_on_entry, uint32_t clear_on_exit, uint32_t *value, TickType_t ticks);
uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks);
void vTaskDelay(TickType_t ticks);
