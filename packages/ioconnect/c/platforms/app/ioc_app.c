#include <ioc_app.h>
#include <ioconnect/did.h>
#include <string.h>

#define SECRET_BYTES 32

static ioc_status_t import_secret(const uint8_t *secret, psa_key_type_t type, psa_algorithm_t algorithm,
                                  psa_key_usage_t usage, psa_key_id_t *key) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, type);
    psa_set_key_bits(&attributes, 256);
    psa_set_key_algorithm(&attributes, algorithm);
    psa_set_key_usage_flags(&attributes, usage);
    return psa_import_key(&attributes, secret, SECRET_BYTES, key) == PSA_SUCCESS ? IOC_OK : IOC_ERR_KEY;
}

/* Gives a key of the store, made at the first start. The store decides how well it is kept; a product with a secure
 * element has PSA make it there instead. */
static ioc_status_t open_key(const ioc_port_t *port, const char *name, psa_key_type_t type,
                             psa_algorithm_t algorithm, psa_key_usage_t usage, psa_key_id_t *key) {
    uint8_t secret[SECRET_BYTES];
    size_t length;
    ioc_status_t status = port->load(port->context, name, secret, sizeof secret, &length);
    if (status == IOC_OK && length == SECRET_BYTES)
        status = import_secret(secret, type, algorithm, usage, key);
    else if (status == IOC_OK && length != 0)
        status = IOC_ERR_KEY;
    else if (status == IOC_OK) {
        /* Of 2^32 secrets at most one is no scalar of the curve. */
        status = port->random(port->context, secret, sizeof secret);
        if (status == IOC_OK) status = import_secret(secret, type, algorithm, usage, key);
        /* Kept before it is used: a device whose key is lost is another device. */
        if (status == IOC_OK) status = port->store(port->context, name, ioc_slice(secret, sizeof secret));
    }
    for (volatile uint8_t *byte = secret; byte < secret + sizeof secret; byte++)
        *byte = 0;
    return status;
}

ioc_status_t ioc_app_init(ioc_app_t *app, const ioc_port_t *port, const ioc_flash_t *flash) {
    const psa_algorithm_t ecdsa = PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256);
    psa_key_id_t key = 0, agreement = 0;
    ioc_public_key_t public_key;
    uint8_t address[20];
    ioc_writer_t writer;
    ioc_status_t status;
    if (psa_crypto_init() != PSA_SUCCESS) return IOC_ERR_CRYPTO;
    status = open_key(port, "key", PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_K1), ecdsa, PSA_KEY_USAGE_SIGN_HASH,
                      &key);
    if (status == IOC_OK)
        status = open_key(port, "agreement", PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), PSA_ALG_ECDH,
                          PSA_KEY_USAGE_DERIVE, &agreement);
    if (status == IOC_OK) status = ioc_key_public(key, &public_key);
    if (status != IOC_OK) return status;
    app->config = (ioc_device_config_t){
        .port = port,
        .flash = flash,
        .key = key,
        .agreement = agreement,
        .reply_timeout_ms = 15000,
        .backoff_base_ms = 500,
        .backoff_cap_ms = 60000,
        .message = app->message,
        .message_length = sizeof app->message,
        .scratch = app->scratch,
        .scratch_length = sizeof app->scratch,
        .document = app->document,
        .document_length = sizeof app->document,
    };
    status = ioc_app_configure(&app->config, &app->server);
    if (status != IOC_OK) return status;
    ioc_frame_init(&app->decoder);
    ioc_address(&public_key, address);
    ioc_writer_init(&writer, app->address, sizeof app->address);
    ioc_write_text(&writer, "0x");
    ioc_write_hex(&writer, address, sizeof address);
    ioc_write_byte(&writer, 0);
    return ioc_writer_status(&writer);
}

ioc_status_t ioc_app_sign_for_circuits(ioc_device_config_t *config, ioc_circuit_key_t *circuit, uint64_t chain_id) {
    psa_key_id_t seed = 0;
    ioc_status_t status = open_key(config->port, "circuit", PSA_KEY_TYPE_HMAC, PSA_ALG_HMAC(PSA_ALG_SHA_512),
                                   PSA_KEY_USAGE_SIGN_MESSAGE, &seed);
    if (status == IOC_OK) status = ioc_circuit_key_open(seed, chain_id, circuit);
    config->circuit = circuit;
    return status;
}

ioc_status_t ioc_app_open(ioc_app_t *app) {
    const ioc_server_settings_t *server = app->server.gateway_count > 0 ? &app->server : NULL;
    const ioc_status_t status = ioc_device_open(&app->device, &app->config, server);
    if (status != IOC_OK) return status;
    app->device.serial.set_network = app->set_network;
    app->is_open = true;
    return IOC_OK;
}

/* Answers before the device is open: who it is, and which network to join. */
static ioc_status_t answer(ioc_app_t *app, ioc_status_t framed, ioc_slice_t message) {
    ioc_device_config_t *config = &app->config;
    ioc_public_key_t signing, agreement;
    ioc_writer_t document, reply, frame;
    ioc_status_t status = ioc_key_public(config->key, &signing);
    if (status == IOC_OK) status = ioc_key_public(config->agreement, &agreement);
    if (status != IOC_OK) return status;
    ioc_writer_init(&document, app->document, sizeof app->document);
    ioc_write_document(&document, &signing, &agreement, config->circuit);
    if ((status = ioc_writer_status(&document)) != IOC_OK) return status;
    const ioc_serial_device_t device = {
        .model = config->model,
        .firmware = config->firmware,
        .key = config->key,
        .document = ioc_writer_slice(&document, 0),
        .circuit = config->circuit,
        .development = config->development,
        .set_network = app->set_network,
    };
    ioc_writer_init(&reply, app->message, sizeof app->message);
    status = framed == IOC_OK ? ioc_serial_answer(&device, message, &reply) : ioc_serial_answer_noise(&reply);
    if (status != IOC_OK) return status;
    ioc_writer_init(&frame, app->scratch, sizeof app->scratch);
    if ((status = ioc_write_frame(&frame, ioc_writer_slice(&reply, 0))) != IOC_OK) return status;
    config->port->write(config->port->context, ioc_writer_slice(&frame, 0));
    return IOC_OK;
}

void ioc_app_read(ioc_app_t *app, const uint8_t *bytes, size_t length) {
    if (app->is_open) {
        ioc_device_read(&app->device, bytes, length);
        return;
    }
    for (size_t i = 0; i < length; i++) {
        bool ended;
        ioc_slice_t message = {NULL, 0};
        const ioc_status_t status = ioc_frame_push(&app->decoder, bytes[i], &ended, &message);
        /* What cannot be answered is asked again. */
        if (ended) (void)answer(app, status, message);
    }
}

ioc_status_t ioc_app_topic(const ioc_app_t *app, ioc_slice_t project, const char *leaf, char *topic, size_t capacity) {
    ioc_writer_t writer;
    ioc_writer_init(&writer, topic, capacity);
    ioc_write_text(&writer, "iotex/v1/");
    ioc_write_slice(&writer, project);
    ioc_write_byte(&writer, '/');
    ioc_write_text(&writer, app->address);
    ioc_write_byte(&writer, '/');
    ioc_write_text(&writer, leaf);
    ioc_write_byte(&writer, 0);
    return ioc_writer_status(&writer);
}

bool ioc_app_project(const ioc_app_t *app, size_t i, char digits[21]) {
    ioc_writer_t writer;
    if (i > app->config.project_count) return false;
    ioc_writer_init(&writer, digits, 21);
    ioc_write_uint(&writer, i == 0 ? app->device.server.project_id : app->config.projects[i - 1]);
    ioc_write_byte(&writer, 0);
    return ioc_writer_status(&writer) == IOC_OK;
}

void ioc_app_served(void *context) {
    (void)context;
}
