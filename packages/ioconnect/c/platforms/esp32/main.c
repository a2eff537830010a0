#include <esp_log.h>
#include <esp_ota_ops.h>
#include <esp_system.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>
#include <ioc_esp32.h>

void app_main(void) {
    const ioc_esp32_options_t options = {0};
    bool valid = false;
    ioc_status_t status = ioc_esp32_begin(&options);
    ESP_LOGI("app", "device %s", ioc_esp32_address());
    while (status == IOC_OK) {
        status = ioc_esp32_step(1000);
        /* A new firmware that finds network and time stays; one that does not is rolled back. */
        if (ioc_esp32_is_open() && !valid) valid = esp_ota_mark_app_valid_cancel_rollback() == ESP_OK;
    }
    ESP_LOGE("app", "%s: %s", ioc_status_name(status), ioc_status_cause(status));
    vTaskDelay(pdMS_TO_TICKS(10000));
    esp_restart();
}
