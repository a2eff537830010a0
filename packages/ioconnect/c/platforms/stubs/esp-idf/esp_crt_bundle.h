/* Declarations of ESP-IDF that the layer uses, from its public documentation: compiled against, never run. */
#pragma once
#include <esp_err.h>
esp_err_t esp_crt_bundle_attach(void *config);
