/* Declarations of ESP-IDF that the layer uses, from its public documentation: compiled against, never run. */
#pragma once
void esp_log_stub(char level, const char *tag, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define ESP_LOGI(tag, ...) esp_log_stub('I', tag, __VA_ARGS__)
#define ESP_LOGE(tag, ...) esp_log_stub('E', tag, __VA_ARGS__)
