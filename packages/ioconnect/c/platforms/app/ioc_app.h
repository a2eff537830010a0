/* ioc_app.h: a device as it stands on a platform layer: its keys, its buffers, and what its profile generated. Still
 * neither heap nor input or output: those are the layer's. */
#ifndef IOC_APP_H
#define IOC_APP_H

#include <ioconnect/device.h>

/* Room for the longest message and the longest frame of the serial line. */
#define IOC_APP_MESSAGE_BYTES 2304
#define IOC_APP_DOCUMENT_BYTES 1536

typedef struct {
    ioc_device_t device;
    ioc_device_config_t config;
    ioc_server_settings_t server;
    /* Joins a Wi-Fi network, see ioc_serial_device_t; null where there is none to join. The layer's. */
    ioc_status_t (*set_network)(void *context, ioc_slice_t ssid, ioc_slice_t passphrase, bool *applied);
    bool is_open;
    /* Before it is open: a device that knows no network knows no time either. */
    ioc_frame_decoder_t decoder;
    /* x-device, and the client id of MQTT: 0x and 40 digits, and a zero. */
    char address[43];
    uint8_t message[IOC_APP_MESSAGE_BYTES];
    uint8_t scratch[IOC_DEVICE_SCRATCH_BYTES];
    uint8_t document[IOC_APP_DOCUMENT_BYTES];
} ioc_app_t;

/* Loads the device's keys from the layer's store, or makes them; and takes all that the profile says. From here on the
 * serial line tells who it is, and takes a network. */
ioc_status_t ioc_app_init(ioc_app_t *app, const ioc_port_t *port, const ioc_flash_t *flash);

/* Opens the device; the layer calls ioc_device_run then. IOC_ERR_CLOCK comes before the time is known: call again. */
ioc_status_t ioc_app_open(ioc_app_t *app);

/* Bytes that came over the serial line. */
void ioc_app_read(ioc_app_t *app, const uint8_t *bytes, size_t length);

/* Writes iotex/v1/<project>/<address>/<leaf>, with a zero at the end. `leaf` is task or ack. */
ioc_status_t ioc_app_topic(const ioc_app_t *app, ioc_slice_t project, const char *leaf, char *topic, size_t capacity);

/* Gives the i-th project that readings go to, in digits with a zero at the end; false where there are fewer. */
bool ioc_app_project(const ioc_app_t *app, size_t i, char digits[21]);

/* A port's `served`, where nothing is to be done: the loop goes on with the new server by itself. */
void ioc_app_served(void *context);

/* Has each reading signed for circuits too, with a key whose seed is in the layer's store, made at the first start. For
 * ioc_app_configure. */
ioc_status_t ioc_app_sign_for_circuits(ioc_device_config_t *config, ioc_circuit_key_t *circuit, uint64_t chain_id);

/* Generated from the profile (app.c): fills in what it says, the server too. */
ioc_status_t ioc_app_configure(ioc_device_config_t *config, ioc_server_settings_t *server);

/* Generated too: samples the sensors, and hands the reading over, or that there is none. */
void ioc_app_measure(ioc_device_t *device, uint64_t milliseconds);

#endif
