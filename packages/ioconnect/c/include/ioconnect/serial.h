/* serial.h: what a device answers over its serial line (docs/serial-protocol.md). It signs what it has
 * understood: it makes each digest itself. Signatures are r and s: PSA does not tell v, which the host finds.
 */
#ifndef IOC_SERIAL_H
#define IOC_SERIAL_H

#include <ioconnect/circuit_key.h>
#include <ioconnect/frame.h>
#include <ioconnect/key.h>

#define IOC_SERIAL_GATEWAYS 4

typedef struct {
    uint64_t project_id;
    bool mqtt;
    ioc_slice_t gateways[IOC_SERIAL_GATEWAYS];
    size_t gateway_count;
} ioc_server_settings_t;

typedef struct {
    void *context;
    /* Of at most 64 characters each. */
    ioc_slice_t model;
    ioc_slice_t firmware;
    /* The key of the DID; 0 as long as the device has none. */
    psa_key_id_t key;
    /* The bytes of its DID document. */
    ioc_slice_t document;
    /* Its key for circuits, which it binds where it is asked to; null for none. */
    const ioc_circuit_key_t *circuit;
    /* A development key: consents to nothing on another chain than 31337. */
    bool development;
    /* Asks the device's person whether to sign a permit of these parameters. Null where nobody can be asked.
     */
    bool (*consent)(void *context, ioc_slice_t parameters);
    /* Keep and apply settings; what they are given lives as long as the call. IOC_ERR_ARGUMENT is for
     * gateways that the transport does not have. Null where the device does not have the method. `applied`
     * tells whether they hold at once. */
    ioc_status_t (*set_network)(void *context, ioc_slice_t ssid, ioc_slice_t passphrase, bool *applied);
    ioc_status_t (*set_server)(void *context, const ioc_server_settings_t *settings, bool *applied);
} ioc_serial_device_t;

/* Writes the reply to a request. Whatever is wrong with the request is a reply too. */
ioc_status_t ioc_serial_answer(const ioc_serial_device_t *device, ioc_slice_t request, ioc_writer_t *writer);

/* Writes the reply to what was no frame. */
ioc_status_t ioc_serial_answer_noise(ioc_writer_t *writer);

#endif
