#include <IoConnect.h>
#include <WiFi.h>

// Write a network here, or leave it empty and tell it over the serial line.
static const char SSID[] = "";
static const char PASSPHRASE[] = "";

void setup() {
    Serial.begin(115200);
    WiFi.mode(WIFI_STA);
    if (SSID[0] != '\0') WiFi.begin(SSID, PASSPHRASE);
    configTime(0, 0, "pool.ntp.org");
    if (IoConnect.begin(Serial)) Serial.println(IoConnect.address());
}

void loop() {
    if (IoConnect.loop()) return;
    Serial.println(IoConnect.error());
    delay(10000);
}
