/* Declarations that the layer uses, from public documentation: compiled against, never run. */
#pragma once
#include <lwip/arch.h>
typedef struct mqtt_client_s mqtt_client_t;
typedef enum { MQTT_CONNECT_ACCEPTED = 0 } mqtt_connection_status_t;
enum { MQTT_DATA_FLAG_LAST = 1 };
struct mqtt_connect_client_info_t {
    const char *client_id, *client_user, *client_pass;
    u16_t keep_alive;
    const char *will_topic, *will_msg;
    u8_t will_msg_len, will_qos, will_retain;
    struct altcp_tls_config *tls_config;
};
typedef void (*mqtt_connection_cb_t)(mqtt_client_t *client, void *context, mqtt_connection_status_t status);
typedef void (*mqtt_request_cb_t)(void *context, err_t error);
typedef void (*mqtt_incoming_publish_cb_t)(void *context, const char *topic, u32_t length);
typedef void (*mqtt_incoming_data_cb_t)(void *context, const u8_t *bytes, u16_t length, u8_t flags);
mqtt_client_t *mqtt_client_new(void);
void mqtt_client_free(mqtt_client_t *client);
err_t mqtt_client_connect(mqtt_client_t *client, const ip_addr_t *address, u16_t port, mqtt_connection_cb_t connected, void *context,
                          const struct mqtt_connect_client_info_t *info);
u8_t mqtt_client_is_connected(mqtt_client_t *client);
void mqtt_disconnect(mqtt_client_t *client);
void mqtt_set_inpub_callback(mqtt_client_t *client, mqtt_incoming_publish_cb_t topic, mqtt_incoming_data_cb_t data, void *context);
err_t mqtt_sub_unsub(mqtt_client_t *client, const char *topic, u8_t qos, mqtt_request_cb_t done, void *context, u8_t sub);
#define mqtt_subscribe(client, topic, qos, done, context) mqtt_sub_unsub(client, topic, qos, done, context, 1)
err_t mqtt_publish(mqtt_client_t *client, const char *topic, const void *payload, u16_t length, u8_t qos, u8_t retain,
                   mqtt_request_cb_t done, void *context);
