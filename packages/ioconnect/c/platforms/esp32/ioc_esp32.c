#include <ioc_esp32.h>

#include <driver/uart.h>
#include <esp_crt_bundle.h>
#include <esp_event.h>
#include <esp_http_client.h>
#include <esp_log.h>
#include <esp_netif_sntp.h>
#include <esp_partition.h>
#include <esp_random.h>
#include <esp_wifi.h>
#include <freertos/FreeRTOS.h>
#include <freertos/queue.h>
#include <freertos/task.h>
#include <ioconnect/task_request.h>
#include <mqtt_client.h>
#include <nvs.h>
#include <nvs_flash.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

/* Before 2024 no clock is right that was ever set. */
#define FIRST_SECOND 1704067200
#define CONNECT_MS CONFIG_IOCONNECT_CONNECT_MS
#define URL_BYTES 300
#define REPLY_BYTES 640
#define SERIAL_BYTES 128
/* How long a byte of the console may lie there unread. */
#define SERIAL_POLL_MS 50
#define BURIED 4

#ifndef CONFIG_IOCONNECT_SNTP_SERVER
#define CONFIG_IOCONNECT_SNTP_SERVER "pool.ntp.org"
#endif
#ifndef CONFIG_IOCONNECT_CONNECT_MS
#define CONFIG_IOCONNECT_CONNECT_MS 10000
#endif

static const char TAG[] = "ioconnect";

typedef enum { EVENT_REPLY, EVENT_LOST } event_kind_t;

/* What the client's tasks tell the loop's. */
typedef struct {
    event_kind_t kind;
    uint32_t generation;
    uint64_t sequence;
    uint32_t status;
    size_t length;
    uint8_t bytes[REPLY_BYTES];
} network_event_t;

static struct {
    ioc_app_t app;
    ioc_esp32_options_t options;
    ioc_flash_t flash;
    const esp_partition_t *partition;
    nvs_handle_t store;
    QueueHandle_t events;
    TaskHandle_t loop;
    /* Counts connections: what an older one tells is passed over. */
    uint32_t generation;
    esp_mqtt_client_handle_t client;
    char gateway[URL_BYTES];
    int to_subscribe;
    /* HTTP: one request at a time, in a task of its own, because esp_http_client waits. */
    TaskHandle_t poster;
    volatile bool posting;
    struct {
        char url[URL_BYTES + 16];
        uint64_t sequence;
        uint32_t generation;
        size_t length;
        char body[IOC_APP_MESSAGE_BYTES];
    } request;
} board;

/* NVS: keys and settings. Encrypted where CONFIG_NVS_ENCRYPTION says so. */

static ioc_status_t port_load(void *context, const char *key, uint8_t *bytes, size_t capacity, size_t *length) {
    (void)context;
    *length = capacity;
    switch (nvs_get_blob(board.store, key, bytes, length)) {
    case ESP_OK: return IOC_OK;
    case ESP_ERR_NVS_NOT_FOUND: *length = 0; return IOC_OK;
    case ESP_ERR_NVS_INVALID_LENGTH: return IOC_ERR_BUFFER;
    default: return IOC_ERR_FLASH;
    }
}

static ioc_status_t port_store(void *context, const char *key, ioc_slice_t value) {
    (void)context;
    if (nvs_set_blob(board.store, key, value.bytes, value.length) != ESP_OK) return IOC_ERR_FLASH;
    return nvs_commit(board.store) == ESP_OK ? IOC_OK : IOC_ERR_FLASH;
}

/* The last few that were refused: a device has no room for all, and their cause is the same. */
static ioc_status_t port_bury(void *context, const ioc_reply_t *reply, ioc_slice_t message) {
    static const char *const names[BURIED] = {"buried0", "buried1", "buried2", "buried3"};
    return port_store(context, names[reply->sequence % BURIED], message);
}

/* The queue's partition. */

static ioc_status_t flash_read(void *context, uint32_t address, uint8_t *bytes, size_t length) {
    (void)context;
    return esp_partition_read(board.partition, address, bytes, length) == ESP_OK ? IOC_OK : IOC_ERR_FLASH;
}

static ioc_status_t flash_program(void *context, uint32_t address, const uint8_t *bytes, size_t length) {
    (void)context;
    return esp_partition_write(board.partition, address, bytes, length) == ESP_OK ? IOC_OK : IOC_ERR_FLASH;
}

static ioc_status_t flash_erase(void *context, uint32_t sector) {
    const uint32_t bytes = board.flash.sector_bytes;
    (void)context;
    return esp_partition_erase_range(board.partition, sector * bytes, bytes) == ESP_OK ? IOC_OK : IOC_ERR_FLASH;
}

static ioc_status_t open_flash(void) {
    board.partition = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, "queue");
    if (!board.partition) return IOC_ERR_FLASH;
    const uint32_t bytes = board.partition->erase_size;
    /* Encrypted flash is programmed 16 bytes at a time. Its erased bytes are not 0xff: the queue may not lie there. */
    if (board.partition->encrypted) return IOC_ERR_FLASH;
    board.flash = (ioc_flash_t){NULL, bytes, board.partition->size / bytes, 4, flash_read, flash_program, flash_erase};
    return IOC_OK;
}

/* Randomness, time, sensors, log, serial line. */

static ioc_status_t port_random(void *context, uint8_t *bytes, size_t length) {
    (void)context;
    /* The radio is on before this is asked: it feeds the generator. */
    esp_fill_random(bytes, length);
    return IOC_OK;
}

static uint64_t port_milliseconds(void *context) {
    struct timeval now;
    (void)context;
    gettimeofday(&now, NULL);
    if (now.tv_sec < FIRST_SECOND) return 0;
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_usec / 1000;
}

static void port_measure(void *context) {
    ioc_app_measure(&board.app.device, port_milliseconds(context));
}

static void port_log(void *context, const ioc_event_t *event) {
    static uint8_t line[1024];
    ioc_writer_t writer;
    (void)context;
    ioc_writer_init(&writer, line, sizeof line);
    ioc_write_event(&writer, event);
    if (ioc_writer_status(&writer) == IOC_OK) ESP_LOGI(TAG, "%.*s", (int)writer.length, (const char *)line);
}

static void port_write(void *context, ioc_slice_t bytes) {
    (void)context;
    if (board.options.write)
        board.options.write(bytes.bytes, bytes.length);
    else
        uart_write_bytes(UART_NUM_0, bytes.bytes, bytes.length);
}

/* Wi-Fi. */

static void on_wifi(void *context, esp_event_base_t base, int32_t id, void *data) {
    (void)context;
    (void)base;
    (void)data;
    if (id == WIFI_EVENT_STA_START || id == WIFI_EVENT_STA_DISCONNECTED) esp_wifi_connect();
}

static bool start_wifi(void) {
    const wifi_init_config_t init = WIFI_INIT_CONFIG_DEFAULT();
    const esp_sntp_config_t sntp = ESP_NETIF_SNTP_DEFAULT_CONFIG(CONFIG_IOCONNECT_SNTP_SERVER);
    return esp_netif_init() == ESP_OK && esp_event_loop_create_default() == ESP_OK &&
           esp_netif_create_default_wifi_sta() && esp_wifi_init(&init) == ESP_OK &&
           esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_wifi, NULL) == ESP_OK &&
           esp_wifi_set_mode(WIFI_MODE_STA) == ESP_OK && esp_wifi_start() == ESP_OK &&
           esp_netif_sntp_init(&sntp) == ESP_OK;
}

static bool join(const char *ssid, const char *passphrase) {
    wifi_config_t config = {0};
    if (board.options.join) return board.options.join(ssid, passphrase);
    memcpy(config.sta.ssid, ssid, strlen(ssid));
    memcpy(config.sta.password, passphrase, strlen(passphrase));
    if (esp_wifi_set_config(WIFI_IF_STA, &config) != ESP_OK) return false;
    /* Where one was joined, its end joins this one too. */
    esp_wifi_disconnect();
    esp_wifi_connect();
    return true;
}

/* Kept as both texts with their zeros. */
typedef struct {
    char ssid[33];
    char passphrase[65];
} network_t;

static ioc_status_t set_network(void *context, ioc_slice_t ssid, ioc_slice_t passphrase, bool *applied) {
    network_t network = {{0}, {0}};
    if (ssid.length > 32 || passphrase.length > 64) return IOC_ERR_ARGUMENT;
    memcpy(network.ssid, ssid.bytes, ssid.length);
    memcpy(network.passphrase, passphrase.bytes, passphrase.length);
    const ioc_status_t status = port_store(context, "network", ioc_slice(&network, sizeof network));
    if (status != IOC_OK) return status;
    *applied = join(network.ssid, network.passphrase);
    return IOC_OK;
}

static void join_stored(void) {
    network_t network;
    size_t length;
    if (port_load(NULL, "network", (uint8_t *)&network, sizeof network, &length) == IOC_OK && length == sizeof network)
        join(network.ssid, network.passphrase);
}

/* Messages. */

static void tell(event_kind_t kind, uint32_t generation, uint64_t sequence, uint32_t status, const void *bytes,
                 size_t length) {
    network_event_t event = {.kind = kind, .generation = generation, .sequence = sequence, .status = status};
    if (length > sizeof event.bytes) return;
    event.length = length;
    if (length > 0) memcpy(event.bytes, bytes, length);
    /* One that does not fit is missed by the loop in time. */
    xQueueSend(board.events, &event, 0);
}

static void subscribe(esp_mqtt_client_handle_t client) {
    char digits[21], topic[128];
    board.to_subscribe = 0;
    for (size_t i = 0; ioc_app_project(&board.app, i, digits); i++) {
        ioc_app_topic(&board.app, ioc_slice(digits, strlen(digits)), "ack", topic, sizeof topic);
        board.to_subscribe++;
        esp_mqtt_client_subscribe_single(client, topic, 1);
    }
}

/* Runs in the client's task. */
static void on_mqtt(void *context, esp_event_base_t base, int32_t id, void *data) {
    const esp_mqtt_event_handle_t event = data;
    const uint32_t generation = (uint32_t)(uintptr_t)context;
    (void)base;
    switch ((esp_mqtt_event_id_t)id) {
    case MQTT_EVENT_CONNECTED: subscribe(event->client); break;
    case MQTT_EVENT_SUBSCRIBED:
        if (--board.to_subscribe == 0) xTaskNotify(board.loop, 1, eSetValueWithOverwrite);
        break;
    case MQTT_EVENT_DATA:
        /* An acknowledgement is one piece. */
        if (event->data_len == event->total_data_len)
            tell(EVENT_REPLY, generation, 0, 0, event->data, (size_t)event->data_len);
        break;
    case MQTT_EVENT_DISCONNECTED:
        xTaskNotify(board.loop, 0, eSetValueWithOverwrite);
        tell(EVENT_LOST, generation, 0, 0, NULL, 0);
        break;
    default: break;
    }
}

static void hang_up_mqtt(void) {
    board.generation++;
    if (!board.client) return;
    esp_mqtt_client_stop(board.client);
    esp_mqtt_client_destroy(board.client);
    board.client = NULL;
}

/* Connects, and waits until acknowledgements are heard. */
static bool connect_mqtt(ioc_slice_t gateway) {
    uint32_t heard = 0;
    if (gateway.length >= sizeof board.gateway) return false;
    memcpy(board.gateway, gateway.bytes, gateway.length);
    board.gateway[gateway.length] = 0;
    const esp_mqtt_client_config_t config = {
        .broker = {.address.uri = board.gateway, .verification.crt_bundle_attach = esp_crt_bundle_attach},
        .credentials.client_id = board.app.address,
        .session = {.keepalive = 30, .message_retransmit_timeout = CONNECT_MS},
        .network = {.disable_auto_reconnect = true, .timeout_ms = CONNECT_MS},
    };
    void *context = (void *)(uintptr_t)board.generation;
    board.client = esp_mqtt_client_init(&config);
    xTaskNotifyStateClear(NULL);
    if (!board.client || esp_mqtt_client_register_event(board.client, MQTT_EVENT_ANY, on_mqtt, context) != ESP_OK ||
        esp_mqtt_client_start(board.client) != ESP_OK)
        return false;
    return xTaskNotifyWait(0, UINT32_MAX, &heard, pdMS_TO_TICKS(2 * CONNECT_MS)) == pdTRUE && heard == 1;
}

static bool send_mqtt(ioc_slice_t gateway, ioc_slice_t message) {
    char topic[128];
    if (!board.client || !ioc_slice_is(gateway, board.gateway)) {
        hang_up_mqtt();
        if (!connect_mqtt(gateway)) return false;
    }
    if (ioc_app_topic(&board.app, ioc_task_request_project(message), "task", topic, sizeof topic) != IOC_OK)
        return false;
    return esp_mqtt_client_enqueue(board.client, topic, (const char *)message.bytes, (int)message.length, 1, 0, true) >= 0;
}

static void post(void) {
    static char reply[REPLY_BYTES];
    const esp_http_client_config_t config = {
        .url = board.request.url,
        .method = HTTP_METHOD_POST,
        .timeout_ms = CONNECT_MS,
        .crt_bundle_attach = esp_crt_bundle_attach,
    };
    esp_http_client_handle_t client = esp_http_client_init(&config);
    int length = -1, status = 0;
    if (client) {
        esp_http_client_set_header(client, "content-type", "application/json");
        esp_http_client_set_header(client, "x-device", board.app.address);
        if (esp_http_client_open(client, (int)board.request.length) == ESP_OK &&
            esp_http_client_write(client, board.request.body, (int)board.request.length) == (int)board.request.length &&
            esp_http_client_fetch_headers(client) >= 0) {
            status = esp_http_client_get_status_code(client);
            length = esp_http_client_read_response(client, reply, sizeof reply);
        }
        esp_http_client_cleanup(client);
    }
    if (length >= 0)
        tell(EVENT_REPLY, board.request.generation, board.request.sequence, (uint32_t)status, reply, (size_t)length);
    else
        tell(EVENT_LOST, board.request.generation, board.request.sequence, 0, NULL, 0);
}

static void run_poster(void *context) {
    (void)context;
    for (;;) {
        ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
        post();
        board.posting = false;
    }
}

static bool send_http(ioc_slice_t gateway, uint64_t sequence, ioc_slice_t message) {
    if (board.posting || message.length > sizeof board.request.body || gateway.length >= URL_BYTES) return false;
    snprintf(board.request.url, sizeof board.request.url, "%.*s/v1/task", (int)gateway.length,
             (const char *)gateway.bytes);
    memcpy(board.request.body, message.bytes, message.length);
    board.request.length = message.length;
    board.request.sequence = sequence;
    board.request.generation = board.generation;
    board.posting = true;
    xTaskNotifyGive(board.poster);
    return true;
}

static void port_send(void *context, ioc_slice_t gateway, uint64_t sequence, ioc_slice_t message) {
    (void)context;
    const bool http = ioc_slice_starts(gateway, "http");
    if (http ? send_http(gateway, sequence, message) : send_mqtt(gateway, message)) return;
    tell(EVENT_LOST, board.generation, http ? sequence : 0, 0, NULL, 0);
}

static void port_hang_up(void *context) {
    (void)context;
    hang_up_mqtt();
}

static void take(const network_event_t *event) {
    static const char why[] = "the gateway cannot be reached";
    if (event->generation != board.generation) return;
    if (event->kind == EVENT_REPLY) {
        ioc_device_reply(&board.app.device, event->sequence, event->status, ioc_slice(event->bytes, event->length));
        return;
    }
    if (event->sequence == 0) hang_up_mqtt();
    ioc_device_fail(&board.app.device, event->sequence, IOC_TEXT("GATEWAY_UNREACHABLE"), ioc_slice(why, sizeof why - 1));
}

ioc_status_t ioc_esp32_begin(const ioc_esp32_options_t *options) {
    static const ioc_port_t port = {
        .random = port_random,
        .milliseconds = port_milliseconds,
        .load = port_load,
        .store = port_store,
        .measure = port_measure,
        .send = port_send,
        .hang_up = port_hang_up,
        .bury = port_bury,
        .log = port_log,
        .write = port_write,
        .served = ioc_app_served,
    };
    ioc_status_t status;
    board.options = *options;
    board.loop = xTaskGetCurrentTaskHandle();
    /* Never erased to get out of trouble: the device's key is there. */
    if (nvs_flash_init() != ESP_OK || nvs_open("ioconnect", NVS_READWRITE, &board.store) != ESP_OK) return IOC_ERR_FLASH;
    if ((status = open_flash()) != IOC_OK) return status;
    if (!options->join && !start_wifi()) return IOC_ERR_ARGUMENT;
    if (!options->write && uart_driver_install(UART_NUM_0, 2 * SERIAL_BYTES, 0, 0, NULL, 0) != ESP_OK) return IOC_ERR_ARGUMENT;
    board.events = xQueueCreate(4, sizeof(network_event_t));
    if (!board.events || xTaskCreate(run_poster, "ioc_post", 6144, NULL, 5, &board.poster) != pdPASS) return IOC_ERR_BUFFER;
    board.app.set_network = set_network;
    if ((status = ioc_app_init(&board.app, &port, &board.flash)) != IOC_OK) return status;
    /* esp_http_client is asked for one at a time. */
    if (!board.app.server.mqtt) board.app.config.window = 1;
    join_stored();
    return IOC_OK;
}

ioc_status_t ioc_esp32_step(uint32_t limit_ms) {
    static network_event_t event;
    uint8_t bytes[SERIAL_BYTES];
    uint32_t wait = limit_ms;
    if (!board.app.is_open) {
        const ioc_status_t status = ioc_app_open(&board.app);
        if (status != IOC_OK && status != IOC_ERR_CLOCK) return status;
    }
    if (board.app.is_open) {
        const uint32_t due = ioc_device_run(&board.app.device);
        if (due < wait) wait = due;
    }
    if (!board.options.write) {
        if (wait > SERIAL_POLL_MS) wait = SERIAL_POLL_MS;
        const int length = uart_read_bytes(UART_NUM_0, bytes, sizeof bytes, 0);
        if (length > 0) ioc_app_read(&board.app, bytes, (size_t)length);
    }
    if (xQueueReceive(board.events, &event, pdMS_TO_TICKS(wait)) == pdTRUE && board.app.is_open) take(&event);
    return IOC_OK;
}

void ioc_esp32_read(const uint8_t *bytes, size_t length) {
    ioc_app_read(&board.app, bytes, length);
}

bool ioc_esp32_is_open(void) {
    return board.app.is_open;
}

const char *ioc_esp32_address(void) {
    return board.app.address;
}
