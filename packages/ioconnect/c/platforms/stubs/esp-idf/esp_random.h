/* Declarations of ESP-IDF that the layer uses, from its public documentation: compiled against, never run. */
#pragma once
#include <stddef.h>
void esp_fill_random(void *bytes, size_t length);
