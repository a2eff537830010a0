/* Declarations of ESP-IDF that the layer uses, from its public documentation: compiled against, never run. */
#pragma once
void esp_restart(void) __attribute__((noreturn));
