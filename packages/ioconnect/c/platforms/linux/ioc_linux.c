#define _GNU_SOURCE
#include <ioc_linux.h>

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <ioconnect/task_request.h>
#include <mosquitto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SECTOR_BYTES 4096
/* Before 2024 no clock is right that was ever set. */
#define FIRST_SECOND 1704067200
#define CONNECT_SECONDS 10L
#define URL_BYTES 300
#define TOPIC_BYTES 128
/* What a gateway says is shorter; what is longer is none. */
#define REPLY_BYTES 2048

typedef enum { MQTT_READY, MQTT_REPLY, MQTT_LOST } mqtt_event_t;

/* A message that waits until acknowledgements are heard. */
typedef struct {
    char topic[TOPIC_BYTES];
    uint8_t *bytes;
    size_t length;
} waiting_t;

/* A client of MQTT in a thread of its own, because connecting waits. Whichever of the two is done last frees it. */
typedef struct {
    struct mosquitto *client;
    char host[URL_BYTES];
    int port;
    /* What an older connection tells is passed over. */
    uint8_t generation;
    int references;
    int stopping;
} connection_t;

/* A request of HTTP. */
typedef struct {
    CURL *easy;
    struct curl_slist *headers;
    uint64_t sequence;
    uint8_t reply[REPLY_BYTES];
    size_t reply_length;
} exchange_t;

static struct {
    ioc_app_t app;
    ioc_flash_t flash;
    const ioc_linux_options_t *options;
    int directory, flash_file, serial_in, serial_out;
    FILE *log;
    CURLM *multi;
    exchange_t exchanges[IOC_DEVICE_SLOTS];
    connection_t *connection;
    /* From its thread to the loop's. */
    int pipe[2];
    uint8_t generation;
    bool ready;
    char gateway[URL_BYTES];
    waiting_t waiting[IOC_DEVICE_SLOTS];
    size_t waiting_count;
} board;

/* Files. */

static ioc_status_t write_all(int file, const void *bytes, size_t length) {
    for (size_t done = 0; done < length;) {
        const ssize_t count = write(file, (const uint8_t *)bytes + done, length - done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return IOC_ERR_FLASH;
        done += (size_t)count;
    }
    return IOC_OK;
}

static ioc_status_t port_load(void *context, const char *key, uint8_t *bytes, size_t capacity, size_t *length) {
    const int file = openat(board.directory, key, O_RDONLY | O_CLOEXEC);
    uint8_t more;
    *length = 0;
    if (file < 0) return errno == ENOENT ? IOC_OK : IOC_ERR_FLASH;
    const ssize_t count = read(file, bytes, capacity);
    const bool fits = count >= 0 && read(file, &more, 1) == 0;
    close(file);
    *length = count > 0 ? (size_t)count : 0;
    return fits ? IOC_OK : count < 0 ? IOC_ERR_FLASH : IOC_ERR_BUFFER;
}

/* A draft takes the old file's place once it is on the disk, and so is its name. */
static ioc_status_t port_store(void *context, const char *key, ioc_slice_t value) {
    static const char DRAFT[] = "draft";
    const int file = openat(board.directory, DRAFT, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return IOC_ERR_FLASH;
    ioc_status_t status = write_all(file, value.bytes, value.length);
    if (status == IOC_OK && fsync(file) != 0) status = IOC_ERR_FLASH;
    if (close(file) != 0) status = IOC_ERR_FLASH;
    if (status == IOC_OK && renameat(board.directory, DRAFT, board.directory, key) != 0) status = IOC_ERR_FLASH;
    if (status == IOC_OK && fsync(board.directory) != 0) status = IOC_ERR_FLASH;
    return status;
}

static ioc_status_t flash_read(void *context, uint32_t address, uint8_t *bytes, size_t length) {
    return pread(board.flash_file, bytes, length, address) == (ssize_t)length ? IOC_OK : IOC_ERR_FLASH;
}

static ioc_status_t flash_program(void *context, uint32_t address, const uint8_t *bytes, size_t length) {
    if (pwrite(board.flash_file, bytes, length, address) != (ssize_t)length) return IOC_ERR_FLASH;
    return fdatasync(board.flash_file) == 0 ? IOC_OK : IOC_ERR_FLASH;
}

static ioc_status_t flash_erase(void *context, uint32_t sector) {
    uint8_t erased[SECTOR_BYTES];
    memset(erased, 0xff, sizeof erased);
    return flash_program(context, sector * SECTOR_BYTES, erased, sizeof erased);
}

/* Flash that is as long as it should be was erased once; what is shorter is new. One process has it. */
static ioc_status_t open_flash(void) {
    const uint32_t sectors = board.options->queue_bytes / SECTOR_BYTES;
    struct stat facts;
    board.flash_file = openat(board.directory, "flash", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (board.flash_file < 0 || flock(board.flash_file, LOCK_EX | LOCK_NB) != 0) return IOC_ERR_FLASH;
    if (fstat(board.flash_file, &facts) != 0) return IOC_ERR_FLASH;
    for (uint32_t sector = (uint32_t)(facts.st_size / SECTOR_BYTES); sector < sectors; sector++) {
        const ioc_status_t status = flash_erase(NULL, sector);
        if (status != IOC_OK) return status;
    }
    board.flash = (ioc_flash_t){NULL, SECTOR_BYTES, sectors, 1, flash_read, flash_program, flash_erase};
    return fsync(board.directory) == 0 ? IOC_OK : IOC_ERR_FLASH;
}

static ioc_status_t port_bury(void *context, const ioc_reply_t *reply, ioc_slice_t message) {
    char head[128];
    const int file = openat(board.directory, "dead-letters.jsonl", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return IOC_ERR_FLASH;
    const int length = snprintf(head, sizeof head, "{\"status\":%u,\"code\":\"%.*s\",\"request\":", (unsigned)reply->status,
                                (int)(reply->code.length < 64 ? reply->code.length : 64),
                                reply->code.bytes ? (const char *)reply->code.bytes : "");
    ioc_status_t status = write_all(file, head, (size_t)length);
    if (status == IOC_OK) status = write_all(file, message.bytes, message.length);
    if (status == IOC_OK) status = write_all(file, "}\n", 2);
    if (status == IOC_OK && fsync(file) != 0) status = IOC_ERR_FLASH;
    close(file);
    return status;
}

/* Time, sensors, log, serial line. */

static uint64_t port_milliseconds(void *context) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec < FIRST_SECOND ? 0 : (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void port_measure(void *context) {
    ioc_app_measure(&board.app.device, port_milliseconds(context));
}

static void port_log(void *context, const ioc_event_t *event) {
    static uint8_t line[2048];
    ioc_writer_t writer;
    ioc_writer_init(&writer, line, sizeof line);
    ioc_write_event(&writer, event);
    if (ioc_writer_status(&writer) != IOC_OK) return;
    fprintf(board.log, "%.*s\n", (int)writer.length, (const char *)line);
    fflush(board.log);
}

static void port_write(void *context, ioc_slice_t bytes) {
    write_all(board.serial_out, bytes.bytes, bytes.length);
}

static ioc_status_t open_serial(const char *path) {
    struct termios line;
    board.log = path && strcmp(path, "-") == 0 ? stderr : stdout;
    board.serial_in = board.serial_out = -1;
    if (!path) return IOC_OK;
    if (strcmp(path, "-") == 0) {
        board.serial_in = STDIN_FILENO;
        board.serial_out = STDOUT_FILENO;
        return IOC_OK;
    }
    board.serial_in = board.serial_out = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (board.serial_in < 0 || tcgetattr(board.serial_in, &line) != 0) return IOC_ERR_ARGUMENT;
    cfmakeraw(&line);
    cfsetspeed(&line, B115200);
    return tcsetattr(board.serial_in, TCSANOW, &line) == 0 ? IOC_OK : IOC_ERR_ARGUMENT;
}

/* HTTP. */

static size_t take_reply(char *bytes, size_t size, size_t count, void *context) {
    exchange_t *exchange = context;
    const size_t length = size * count;
    if (length > sizeof exchange->reply - exchange->reply_length) return 0;
    memcpy(exchange->reply + exchange->reply_length, bytes, length);
    exchange->reply_length += length;
    return length;
}

static void end_exchange(exchange_t *exchange) {
    curl_multi_remove_handle(board.multi, exchange->easy);
    curl_easy_cleanup(exchange->easy);
    curl_slist_free_all(exchange->headers);
    exchange->easy = NULL;
}

static bool post(exchange_t *exchange, ioc_slice_t gateway, uint64_t sequence, ioc_slice_t message) {
    char url[URL_BYTES + 16], device[64];
    *exchange = (exchange_t){.easy = curl_easy_init(), .sequence = sequence};
    exchange->headers = curl_slist_append(NULL, "content-type: application/json");
    snprintf(device, sizeof device, "x-device: %s", board.app.address);
    exchange->headers = curl_slist_append(exchange->headers, device);
    if (!exchange->easy) return false;
    snprintf(url, sizeof url, "%.*s/v1/task", (int)gateway.length, (const char *)gateway.bytes);
    curl_easy_setopt(exchange->easy, CURLOPT_URL, url);
    curl_easy_setopt(exchange->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->headers);
    curl_easy_setopt(exchange->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)message.length);
    curl_easy_setopt(exchange->easy, CURLOPT_COPYPOSTFIELDS, message.bytes);
    curl_easy_setopt(exchange->easy, CURLOPT_WRITEFUNCTION, take_reply);
    curl_easy_setopt(exchange->easy, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(exchange->easy, CURLOPT_PRIVATE, exchange);
    curl_easy_setopt(exchange->easy, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(exchange->easy, CURLOPT_NOSIGNAL, 1L);
    if (board.options->authorities) curl_easy_setopt(exchange->easy, CURLOPT_CAINFO, board.options->authorities);
    curl_easy_setopt(exchange->easy, CURLOPT_SSLCERT, board.options->certificate);
    curl_easy_setopt(exchange->easy, CURLOPT_SSLKEY, board.options->key);
    return curl_multi_add_handle(board.multi, exchange->easy) == CURLM_OK;
}

static void unreachable(uint64_t sequence, const char *why) {
    ioc_device_fail(&board.app.device, sequence, IOC_TEXT("GATEWAY_UNREACHABLE"), ioc_slice(why, strlen(why)));
}

static void run_http(void) {
    int count;
    curl_multi_perform(board.multi, &count);
    for (CURLMsg *message; (message = curl_multi_info_read(board.multi, &count));) {
        exchange_t *exchange;
        long status = 0;
        const CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&exchange);
        curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        end_exchange(exchange);
        if (result == CURLE_OK && status > 0)
            ioc_device_reply(&board.app.device, exchange->sequence, (uint32_t)status,
                             ioc_slice(exchange->reply, exchange->reply_length));
        else
            unreachable(exchange->sequence, curl_easy_strerror(result));
    }
}

/* MQTT. The callbacks run in the connection's thread; a write of this length to a pipe is whole. */

static void tell(void *generation, mqtt_event_t event, const void *bytes, size_t length) {
    const uint8_t head[] = {(uint8_t)(uintptr_t)generation, (uint8_t)event, (uint8_t)length, (uint8_t)(length >> 8)};
    uint8_t packet[sizeof head + REPLY_BYTES];
    if (length > REPLY_BYTES) return;
    memcpy(packet, head, sizeof head);
    if (length > 0) memcpy(packet + 4, bytes, length);
    write_all(board.pipe[1], packet, 4 + length);
}

static void on_connect(struct mosquitto *client, void *generation, int code) {
    char topics[9][TOPIC_BYTES], *names[9], digits[21];
    int count = 0;
    for (; count < 9 && ioc_app_project(&board.app, (size_t)count, digits); count++) {
        ioc_app_topic(&board.app, ioc_slice(digits, strlen(digits)), "ack", topics[count], sizeof topics[count]);
        names[count] = topics[count];
    }
    if (code != 0 || mosquitto_subscribe_multiple(client, NULL, count, names, 1, 0, NULL) != MOSQ_ERR_SUCCESS)
        tell(generation, MQTT_LOST, NULL, 0);
}

static void on_subscribe(struct mosquitto *client, void *generation, int id, int count, const int *granted) {
    bool heard = count > 0;
    for (int i = 0; i < count; i++)
        heard = heard && granted[i] <= 2;
    tell(generation, heard ? MQTT_READY : MQTT_LOST, NULL, 0);
}

static void on_message(struct mosquitto *client, void *generation, const struct mosquitto_message *message) {
    tell(generation, MQTT_REPLY, message->payload, (size_t)message->payloadlen);
}

static void let_go(connection_t *connection) {
    if (__atomic_sub_fetch(&connection->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    mosquitto_destroy(connection->client);
    free(connection);
}

/* Connects once and goes on until the connection ends, for whatever reason: the loop decides what comes next. */
static void *run_connection(void *context) {
    connection_t *connection = context;
    int code = mosquitto_connect(connection->client, connection->host, connection->port, 30);
    while (code == MOSQ_ERR_SUCCESS && !__atomic_load_n(&connection->stopping, __ATOMIC_ACQUIRE))
        code = mosquitto_loop(connection->client, 500, 1);
    tell((void *)(uintptr_t)connection->generation, MQTT_LOST, NULL, 0);
    let_go(connection);
    return NULL;
}

/* Sends what waits, or only forgets it. What cannot be sent is missed by the loop in time. */
static void publish_waiting(bool sends) {
    for (size_t i = 0; i < board.waiting_count; i++) {
        const waiting_t *each = &board.waiting[i];
        if (sends) mosquitto_publish(board.connection->client, NULL, each->topic, (int)each->length, each->bytes, 1, false);
        free(each->bytes);
    }
    board.waiting_count = 0;
}

static void hang_up_mqtt(void) {
    if (board.connection) {
        __atomic_store_n(&board.connection->stopping, 1, __ATOMIC_RELEASE);
        mosquitto_disconnect(board.connection->client);
        let_go(board.connection);
    }
    publish_waiting(false);
    board.connection = NULL;
    board.ready = false;
    /* What the old client told is passed over. */
    board.generation++;
}

/* Begins a connection to mqtt://host[:port] or mqtts://…. */
static bool connect_mqtt(ioc_slice_t gateway) {
    const bool tls = ioc_slice_starts(gateway, "mqtts://");
    const char *file = board.options->authorities;
    connection_t *connection = calloc(1, sizeof *connection);
    pthread_t thread;
    char *colon;
    if (!connection) return false;
    board.connection = connection;
    connection->references = 1;
    if (gateway.length >= sizeof board.gateway) return false;
    snprintf(board.gateway, sizeof board.gateway, "%.*s", (int)gateway.length, (const char *)gateway.bytes);
    strcpy(connection->host, board.gateway + (tls ? 8 : 7));
    connection->host[strcspn(connection->host, "/")] = 0;
    connection->port = tls ? 8883 : 1883;
    if ((colon = strrchr(connection->host, ':'))) {
        *colon = 0;
        connection->port = atoi(colon + 1);
    }
    connection->generation = board.generation;
    if (!(connection->client = mosquitto_new(board.app.address, true, (void *)(uintptr_t)board.generation))) return false;
    mosquitto_threaded_set(connection->client, true);
    mosquitto_connect_callback_set(connection->client, on_connect);
    mosquitto_subscribe_callback_set(connection->client, on_subscribe);
    mosquitto_message_callback_set(connection->client, on_message);
    if (tls && mosquitto_tls_set(connection->client, file, file ? NULL : "/etc/ssl/certs", board.options->certificate,
                                 board.options->key, NULL) != MOSQ_ERR_SUCCESS)
        return false;
    connection->references = 2;
    if (pthread_create(&thread, NULL, run_connection, connection) == 0) return pthread_detach(thread) == 0;
    connection->references = 1;
    return false;
}

static bool send_mqtt(ioc_slice_t gateway, ioc_slice_t message) {
    if (!board.connection || !ioc_slice_is(gateway, board.gateway)) {
        hang_up_mqtt();
        if (!connect_mqtt(gateway)) return false;
    }
    if (board.waiting_count == IOC_DEVICE_SLOTS) return false;
    waiting_t *waiting = &board.waiting[board.waiting_count];
    const ioc_slice_t project = ioc_task_request_project(message);
    if (ioc_app_topic(&board.app, project, "task", waiting->topic, sizeof waiting->topic) != IOC_OK) return false;
    if (!(waiting->bytes = malloc(message.length))) return false;
    memcpy(waiting->bytes, message.bytes, message.length);
    waiting->length = message.length;
    board.waiting_count++;
    if (board.ready) publish_waiting(true);
    return true;
}

static void run_mqtt(void) {
    static uint8_t packet[4 + REPLY_BYTES];
    if (read(board.pipe[0], packet, 4) != 4) return;
    const size_t length = (size_t)(packet[2] | packet[3] << 8);
    if (length > 0 && read(board.pipe[0], packet + 4, length) != (ssize_t)length) return;
    if (packet[0] != board.generation) return;
    switch ((mqtt_event_t)packet[1]) {
    case MQTT_READY:
        board.ready = true;
        publish_waiting(true);
        break;
    case MQTT_REPLY: ioc_device_reply(&board.app.device, 0, 0, ioc_slice(packet + 4, length)); break;
    case MQTT_LOST:
        hang_up_mqtt();
        unreachable(0, "the broker ended the connection, or there is none");
    }
}

static void port_hang_up(void *context) {
    for (size_t i = 0; i < IOC_DEVICE_SLOTS; i++)
        if (board.exchanges[i].easy) end_exchange(&board.exchanges[i]);
    hang_up_mqtt();
}

static void port_send(void *context, ioc_slice_t gateway, uint64_t sequence, ioc_slice_t message) {
    exchange_t *exchange = board.exchanges;
    if (!ioc_slice_starts(gateway, "http")) {
        if (!send_mqtt(gateway, message)) tell((void *)(uintptr_t)board.generation, MQTT_LOST, NULL, 0);
        return;
    }
    /* What the loop has given up may be under way still, beside as many as may be in flight. */
    while (exchange < board.exchanges + IOC_DEVICE_SLOTS && exchange->easy)
        exchange++;
    if (exchange < board.exchanges + IOC_DEVICE_SLOTS) {
        if (post(exchange, gateway, sequence, message)) return;
        end_exchange(exchange);
    }
    tell((void *)(uintptr_t)board.generation, MQTT_LOST, NULL, 0);
}

static ioc_status_t start(const ioc_linux_options_t *options) {
    static const ioc_port_t port = {
        .random = ioc_psa_random,
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
    ioc_status_t status = open_serial(options->serial);
    board.options = options;
    if (status != IOC_OK) return status;
    if (mkdir(options->directory, 0700) != 0 && errno != EEXIST) return IOC_ERR_FLASH;
    board.directory = open(options->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (board.directory < 0) return IOC_ERR_FLASH;
    if ((status = open_flash()) != IOC_OK) return status;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    mosquitto_lib_init();
    if (pipe2(board.pipe, O_CLOEXEC) != 0 || !(board.multi = curl_multi_init())) return IOC_ERR_ARGUMENT;
    if ((status = ioc_app_init(&board.app, &port, &board.flash)) != IOC_OK) return status;
    while ((status = ioc_app_open(&board.app)) == IOC_ERR_CLOCK)
        sleep(1);
    return status;
}

ioc_status_t ioc_linux_run(const ioc_linux_options_t *options) {
    const ioc_status_t status = start(options);
    if (status != IOC_OK) return status;
    for (;;) {
        const uint32_t wait = ioc_device_run(&board.app.device);
        struct curl_waitfd files[] = {{board.pipe[0], CURL_WAIT_POLLIN, 0}, {board.serial_in, CURL_WAIT_POLLIN, 0}};
        const unsigned count = board.serial_in < 0 ? 1 : 2;
        curl_multi_poll(board.multi, files, count, wait > 60000 ? 60000 : (int)wait, NULL);
        if (files[0].revents) run_mqtt();
        if (count > 1 && files[1].revents) {
            uint8_t bytes[256];
            const ssize_t length = read(board.serial_in, bytes, sizeof bytes);
            if (length > 0) ioc_app_read(&board.app, bytes, (size_t)length);
            /* Whoever was on the line has hung up: the device goes on without. */
            if (length == 0) board.serial_in = -1;
        }
        run_http();
    }
}
