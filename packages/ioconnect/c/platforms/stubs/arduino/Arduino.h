/* Declarations of Arduino's core that the layer uses, from its public documentation: compiled against, never run. */
#pragma once
#include <stddef.h>
#include <stdint.h>
class Stream {
public:
    virtual int available() = 0;
    virtual int read() = 0;
    virtual size_t write(const uint8_t *bytes, size_t length) = 0;
    size_t println(const char *text);
};
class HardwareSerial : public Stream {
public:
    void begin(unsigned long baud);
    int available() override;
    int read() override;
    size_t write(const uint8_t *bytes, size_t length) override;
};
extern HardwareSerial Serial;
void configTime(long gmtOffset, int daylightOffset, const char *server);
void delay(uint32_t ms);
