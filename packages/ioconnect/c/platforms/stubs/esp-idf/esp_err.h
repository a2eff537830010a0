/* Declarations of ESP-IDF that the layer uses, from its public documentation: compiled against, never run. */
#pragma once
typedef int esp_err_t;
#define ESP_OK 0
