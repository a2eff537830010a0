/* IoConnect.h: a device in an Arduino sketch, for ESP32 boards with core 3.x. */
#ifndef IOCONNECT_H
#define IOCONNECT_H

#include <Arduino.h>

class IoConnectClass {
public:
    /* Prepares the device. Wi-Fi is on before (WiFi.mode): the radio feeds the generator of random numbers. `line` is its
     * serial line, on which it is asked who it is and told a network. False where it cannot be: see error(). */
    bool begin(Stream &line);
    /* Does what is due. Call it from loop(); it waits for at most `limit` milliseconds. */
    bool loop(uint32_t limit = 20);
    /* 0x and 40 digits: what is registered. */
    const char *address() const;
    /* What kept it from going on. */
    const char *error() const;

private:
    int status_ = 0;
};

extern IoConnectClass IoConnect;

#endif
