#include "IoConnect.h"
#include <WiFi.h>

extern "C" {
#include <ioc_esp32.h>
}

IoConnectClass IoConnect;

static Stream *serialLine;

static void writeLine(const uint8_t *bytes, size_t length) {
    serialLine->write(bytes, length);
}

static bool joinNetwork(const char *ssid, const char *passphrase) {
    WiFi.begin(ssid, passphrase);
    return true;
}

bool IoConnectClass::begin(Stream &line) {
    const ioc_esp32_options_t options = {writeLine, joinNetwork};
    serialLine = &line;
    status_ = ioc_esp32_begin(&options);
    return status_ == IOC_OK;
}

bool IoConnectClass::loop(uint32_t limit) {
    if (status_ != IOC_OK) return false;
    uint8_t bytes[64];
    size_t length = 0;
    while (length < sizeof bytes && serialLine->available() > 0)
        bytes[length++] = static_cast<uint8_t>(serialLine->read());
    if (length > 0) ioc_esp32_read(bytes, length);
    status_ = ioc_esp32_step(limit);
    return status_ == IOC_OK;
}

const char *IoConnectClass::address() const {
    return ioc_esp32_address();
}

const char *IoConnectClass::error() const {
    return ioc_status_cause(static_cast<ioc_status_t>(status_));
}
