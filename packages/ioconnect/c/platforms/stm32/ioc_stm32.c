#include <app.h>
#include <ioc_stm32.h>
#include <ioc_stm32_board.h>
#include <ioc_store.h>

#include <ioconnect/sntp.h>
#include <ioconnect/task_request.h>
#include <lwip/altcp_tls.h>
#include <lwip/apps/mqtt.h>
#include <lwip/dns.h>
#include <lwip/udp.h>
#include <string.h>

#if MQTT_OUTPUT_RINGBUF_SIZE < IOC_APP_MESSAGE_BYTES
#error "lwipopts.h: MQTT_OUTPUT_RINGBUF_SIZE holds no message: make it 4096"
#endif

#define STORE_SECTORS 2u
#define QUEUE_SECTORS (IOC_QUEUE_BYTES / IOC_STM32_SECTOR_BYTES)
#define FIRST_SECTOR (IOC_STM32_BANK_SECTORS - STORE_SECTORS - QUEUE_SECTORS)
/* Before 2024 no clock is right that was ever set. */
#define FIRST_SECOND 1704067200u
#define TIME_SERVER "pool.ntp.org"
#define TIME_PORT 123
/* Not more often than each 15 seconds: RFC 4330 section 10. */
#define TIME_RETRY_MS 16000
#define TIME_HOLDS_MS 3600000
#define HOST_BYTES 200
#define REPLY_BYTES 640
#define RING_BYTES 256u
#define MQTT_TLS_PORT 8883
#define MQTT_PLAIN_PORT 1883
#define UART_TIMEOUT_MS 1000

/* A message that waits until acknowledgements are heard. */
typedef struct {
    size_t length;
    uint8_t bytes[IOC_APP_MESSAGE_BYTES];
} waiting_t;

static struct {
    ioc_app_t app;
    ioc_store_t store;
    ioc_flash_t store_flash, queue_flash;
    /* The clock: what a server of the time said, and HAL's tick then. */
    uint64_t base_ms;
    uint32_t base_tick;
    struct udp_pcb *udp;
    ioc_sntp_t sntp;
    uint32_t asked_tick, ask_after_ms;
    /* From the interrupt to the loop: one writes `head`, the other `tail`. */
    volatile uint8_t ring[RING_BYTES];
    volatile uint32_t head, tail;
    /* MQTT: lwIP calls back from the loop, so nothing is locked. */
    mqtt_client_t *client;
    struct altcp_tls_config *tls;
    char host[HOST_BYTES];
    uint16_t port;
    bool use_tls, ready;
    int to_subscribe;
    waiting_t waiting;
    uint8_t reply[REPLY_BYTES];
    size_t reply_length;
    bool reply_fits;
    /* What a callback may not do itself: lwIP is in its own call. */
    bool lost;
} board;

/* Flash. */

static uint32_t address_of(void *context, uint32_t address) {
    const uint32_t sector = context == &board.queue_flash ? FIRST_SECTOR + STORE_SECTORS : FIRST_SECTOR;
    return IOC_STM32_BANK_BASE + sector * IOC_STM32_SECTOR_BYTES + address;
}

static ioc_status_t flash_read(void *context, uint32_t address, uint8_t *bytes, size_t length) {
    memcpy(bytes, (const void *)(uintptr_t)address_of(context, address), length);
    return IOC_OK;
}

static ioc_status_t flash_program(void *context, uint32_t address, const uint8_t *bytes, size_t length) {
    /* HAL reads whole words from where it is pointed. */
    static uint32_t unit[IOC_STM32_UNIT_BYTES / 4];
    ioc_status_t status = HAL_FLASH_Unlock() == HAL_OK ? IOC_OK : IOC_ERR_FLASH;
    for (size_t done = 0; status == IOC_OK && done < length; done += sizeof unit) {
        memcpy(unit, bytes + done, sizeof unit);
        if (HAL_FLASH_Program(FLASH_TYPEPROGRAM_QUADWORD, address_of(context, address + (uint32_t)done),
                              (uint32_t)(uintptr_t)unit) != HAL_OK)
            status = IOC_ERR_FLASH;
    }
    HAL_FLASH_Lock();
    return status;
}

static ioc_status_t flash_erase(void *context, uint32_t sector) {
    FLASH_EraseInitTypeDef erase = {
        .TypeErase = FLASH_TYPEERASE_SECTORS,
        .Banks = IOC_STM32_BANK,
        .Sector = (address_of(context, sector * IOC_STM32_SECTOR_BYTES) - IOC_STM32_BANK_BASE) / IOC_STM32_SECTOR_BYTES,
        .NbSectors = 1,
    };
    uint32_t failed;
    if (HAL_FLASH_Unlock() != HAL_OK) return IOC_ERR_FLASH;
    const bool done = HAL_FLASHEx_Erase(&erase, &failed) == HAL_OK;
    HAL_FLASH_Lock();
    return done ? IOC_OK : IOC_ERR_FLASH;
}

static ioc_flash_t flash_of(ioc_flash_t *context, uint32_t sectors) {
    return (ioc_flash_t){context,    IOC_STM32_SECTOR_BYTES, sectors,    IOC_STM32_UNIT_BYTES,
                         flash_read, flash_program,          flash_erase};
}

/* The port, but for messages. */

static ioc_status_t port_random(void *context, uint8_t *bytes, size_t length) {
    (void)context;
    for (size_t i = 0; i < length; i += 4) {
        uint32_t word;
        const size_t rest = length - i < 4 ? length - i : 4;
        if (HAL_RNG_GenerateRandomNumber(IOC_STM32_RNG, &word) != HAL_OK) return IOC_ERR_RANDOM;
        memcpy(bytes + i, &word, rest);
    }
    return IOC_OK;
}

static uint64_t port_milliseconds(void *context) {
    (void)context;
    if (board.base_ms == 0) return 0;
    return board.base_ms + (uint32_t)(HAL_GetTick() - board.base_tick);
}

void ioc_stm32_set_time(uint32_t seconds, uint32_t microseconds) {
    if (seconds < FIRST_SECOND) return;
    board.base_ms = (uint64_t)seconds * 1000 + microseconds / 1000;
    board.base_tick = HAL_GetTick();
}

static ioc_status_t port_load(void *context, const char *key, uint8_t *bytes, size_t capacity, size_t *length) {
    (void)context;
    return ioc_store_load(&board.store, key, bytes, capacity, length);
}

static ioc_status_t port_store(void *context, const char *key, ioc_slice_t value) {
    (void)context;
    return ioc_store_put(&board.store, key, value);
}

/* Status and nonce of the last that was refused: the store has no room for messages. */
static ioc_status_t port_bury(void *context, const ioc_reply_t *reply, ioc_slice_t message) {
    const uint64_t buried[] = {reply->sequence, reply->status};
    (void)message;
    return port_store(context, "buried", ioc_slice(buried, sizeof buried));
}

static void port_measure(void *context) {
    ioc_app_measure(&board.app.device, port_milliseconds(context));
}

static void port_write(void *context, ioc_slice_t bytes) {
    (void)context;
    HAL_UART_Transmit(IOC_STM32_UART, bytes.bytes, (uint16_t)bytes.length, UART_TIMEOUT_MS);
}

/* Text between frames is passed over by whoever reads them. */
static void port_log(void *context, const ioc_event_t *event) {
    static uint8_t line[768];
    ioc_writer_t writer;
    ioc_writer_init(&writer, line, sizeof line);
    ioc_write_event(&writer, event);
    ioc_write_text(&writer, "\r\n");
    if (ioc_writer_status(&writer) == IOC_OK) port_write(context, ioc_writer_slice(&writer, 0));
}

/* Messages. */

static void on_reply_topic(void *context, const char *topic, u32_t length) {
    (void)context;
    (void)topic;
    board.reply_length = 0;
    board.reply_fits = length <= sizeof board.reply;
}

static void on_reply(void *context, const u8_t *bytes, u16_t length, u8_t flags) {
    (void)context;
    if (!board.reply_fits || board.reply_length + length > sizeof board.reply) return;
    memcpy(board.reply + board.reply_length, bytes, length);
    board.reply_length += length;
    if (flags & MQTT_DATA_FLAG_LAST)
        ioc_device_reply(&board.app.device, 0, 0, ioc_slice(board.reply, board.reply_length));
}

static void on_published(void *context, err_t error) {
    (void)context;
    if (error != ERR_OK) board.lost = true;
}

static bool publish(ioc_slice_t message) {
    char topic[128];
    return ioc_app_topic(&board.app, ioc_task_request_project(message), "task", topic, sizeof topic) == IOC_OK &&
           mqtt_publish(board.client, topic, message.bytes, (u16_t)message.length, 1, 0, on_published, NULL) == ERR_OK;
}

static void on_subscribed(void *context, err_t error) {
    (void)context;
    if (error != ERR_OK) {
        board.lost = true;
        return;
    }
    if (--board.to_subscribe > 0) return;
    board.ready = true;
    if (board.waiting.length > 0 && !publish(ioc_slice(board.waiting.bytes, board.waiting.length))) board.lost = true;
    board.waiting.length = 0;
}

static void on_connected(mqtt_client_t *client, void *context, mqtt_connection_status_t status) {
    char digits[21], topic[128];
    (void)context;
    if (status != MQTT_CONNECT_ACCEPTED) {
        board.lost = true;
        return;
    }
    mqtt_set_inpub_callback(client, on_reply_topic, on_reply, NULL);
    board.to_subscribe = 0;
    while (ioc_app_project(&board.app, (size_t)board.to_subscribe, digits))
        board.to_subscribe++;
    for (size_t i = 0; ioc_app_project(&board.app, i, digits); i++)
        if (ioc_app_topic(&board.app, ioc_slice(digits, strlen(digits)), "ack", topic, sizeof topic) != IOC_OK ||
            mqtt_subscribe(client, topic, 1, on_subscribed, NULL) != ERR_OK)
            board.lost = true;
}

static void on_found(const char *name, const ip_addr_t *address, void *context) {
    const struct mqtt_connect_client_info_t info = {
        .client_id = board.app.address,
        .keep_alive = 30,
        .tls_config = board.use_tls ? board.tls : NULL,
    };
    (void)name;
    (void)context;
    /* Found too late: the loop has hung up. */
    if (!board.client) return;
    if (!address || mqtt_client_connect(board.client, address, board.port, on_connected, NULL, &info) != ERR_OK)
        board.lost = true;
}

/* Takes mqtts://host[:port] apart. */
static bool read_gateway(ioc_slice_t gateway) {
    board.use_tls = ioc_slice_starts(gateway, "mqtts://");
    const size_t start = board.use_tls ? 8 : 7;
    size_t length = 0;
    uint32_t port = 0;
    board.port = board.use_tls ? MQTT_TLS_PORT : MQTT_PLAIN_PORT;
    for (size_t i = start; i < gateway.length && gateway.bytes[i] != '/' && gateway.bytes[i] != ':'; i++) {
        if (length + 1 == sizeof board.host) return false;
        board.host[length++] = (char)gateway.bytes[i];
    }
    board.host[length] = 0;
    for (size_t i = start + length + 1; i < gateway.length && gateway.bytes[i] >= '0' && gateway.bytes[i] <= '9'; i++)
        port = port * 10 + (uint32_t)(gateway.bytes[i] - '0');
    if (port > 0) board.port = (uint16_t)port;
    return length > 0;
}

static void port_hang_up(void *context) {
    (void)context;
    if (board.client) {
        mqtt_disconnect(board.client);
        mqtt_client_free(board.client);
    }
    board.client = NULL;
    board.ready = false;
    board.waiting.length = 0;
}

static bool connect_to(ioc_slice_t gateway) {
    ip_addr_t address;
    port_hang_up(NULL);
    /* lwIP's client of HTTP only reads. */
    if (!ioc_slice_starts(gateway, "mqtt") || !read_gateway(gateway) || !(board.client = mqtt_client_new())) return false;
    /* The board's authorities. Without any, TLS would take everybody for the gateway: none is refused. */
    if (board.use_tls && !board.tls) {
        size_t length;
        const uint8_t *authorities = ioc_stm32_authorities(&length);
        if (length == 0 || !(board.tls = altcp_tls_create_config_client(authorities, length))) return false;
    }
    switch (dns_gethostbyname(board.host, &address, on_found, NULL)) {
    case ERR_OK: on_found(board.host, &address, NULL); return true;
    case ERR_INPROGRESS: return true;
    default: return false;
    }
}

/* The time, of whichever server of the pool: lwIP's client would believe whoever sends a packet. */

static void on_time(void *context, struct udp_pcb *udp, struct pbuf *packet, const ip_addr_t *address, u16_t port) {
    uint8_t reply[IOC_SNTP_BYTES];
    uint64_t milliseconds;
    const size_t length = pbuf_copy_partial(packet, reply, sizeof reply, 0);
    (void)context;
    (void)udp;
    (void)address;
    (void)port;
    pbuf_free(packet);
    const ioc_status_t status = ioc_sntp_reply(&board.sntp, ioc_slice(reply, length), HAL_GetTick() - board.asked_tick,
                                               FIRST_SECOND, &milliseconds);
    /* Asked not to ask, it does not for as long as if it knew. */
    if (status == IOC_OK || status == IOC_ERR_TIME_REFUSED) board.ask_after_ms = TIME_HOLDS_MS;
    if (status == IOC_OK) ioc_stm32_set_time((uint32_t)(milliseconds / 1000), (uint32_t)(milliseconds % 1000) * 1000);
}

static void on_time_server(const char *name, const ip_addr_t *address, void *context) {
    static const ioc_platform_t platform = {NULL, port_random, NULL};
    uint8_t request[IOC_SNTP_BYTES];
    (void)name;
    (void)context;
    if (!address || ioc_sntp_ask(&board.sntp, &platform, request) != IOC_OK) return;
    struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, sizeof request, PBUF_RAM);
    if (!packet) return;
    if (pbuf_take(packet, request, sizeof request) == ERR_OK) udp_sendto(board.udp, packet, address, TIME_PORT);
    pbuf_free(packet);
    board.asked_tick = HAL_GetTick();
}

static void ask_time(void) {
    ip_addr_t address;
    if (HAL_GetTick() - board.asked_tick < board.ask_after_ms) return;
    board.asked_tick = HAL_GetTick();
    board.ask_after_ms = TIME_RETRY_MS;
    if (dns_gethostbyname(TIME_SERVER, &address, on_time_server, NULL) == ERR_OK)
        on_time_server(TIME_SERVER, &address, NULL);
}

/* One is in flight at a time: see the window in ioc_stm32_begin. */
static void port_send(void *context, ioc_slice_t gateway, uint64_t sequence, ioc_slice_t message) {
    (void)context;
    (void)sequence;
    if (board.client && board.ready && mqtt_client_is_connected(board.client)) {
        if (!publish(message)) board.lost = true;
        return;
    }
    if (message.length > sizeof board.waiting.bytes || !connect_to(gateway)) {
        board.lost = true;
        return;
    }
    memcpy(board.waiting.bytes, message.bytes, message.length);
    board.waiting.length = message.length;
}

/* The loop. */

ioc_status_t ioc_stm32_begin(void) {
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
    board.store_flash = flash_of(&board.store_flash, STORE_SECTORS);
    board.queue_flash = flash_of(&board.queue_flash, QUEUE_SECTORS);
    ioc_status_t status = ioc_store_open(&board.store, &board.store_flash);
    if (status == IOC_OK) status = ioc_app_init(&board.app, &port, &board.queue_flash);
    if (status != IOC_OK) return status;
    board.app.config.window = 1;
    if (!(board.udp = udp_new())) return IOC_ERR_ARGUMENT;
    udp_recv(board.udp, on_time, NULL);
    return IOC_OK;
}

void ioc_stm32_received(uint8_t byte) {
    /* What does not fit is lost: a frame without it is none, and is asked for again. */
    if (board.head - board.tail == RING_BYTES) return;
    board.ring[board.head % RING_BYTES] = byte;
    board.head++;
}

static void read_line(void) {
    while (board.tail != board.head) {
        const uint8_t byte = board.ring[board.tail % RING_BYTES];
        board.tail++;
        ioc_app_read(&board.app, &byte, 1);
    }
}

ioc_status_t ioc_stm32_step(void) {
    read_line();
    ask_time();
    if (!board.app.is_open) {
        const ioc_status_t status = ioc_app_open(&board.app);
        return status == IOC_ERR_CLOCK ? IOC_OK : status;
    }
    if (board.lost) {
        board.lost = false;
        port_hang_up(NULL);
        ioc_device_fail(&board.app.device, 0, IOC_TEXT("GATEWAY_UNREACHABLE"), IOC_TEXT("The broker cannot be reached."));
    }
    ioc_device_run(&board.app.device);
    return IOC_OK;
}
