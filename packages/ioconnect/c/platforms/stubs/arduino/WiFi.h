/* Declarations of Arduino's core for ESP32 that the layer uses: compiled against, never run. */
#pragma once
typedef enum { WIFI_STA = 1 } wifi_arduino_mode_t;
class WiFiClass {
public:
    bool mode(wifi_arduino_mode_t mode);
    int begin(const char *ssid, const char *passphrase);
};
extern WiFiClass WiFi;
