/* Yours: the certificates that vouch for your gateways. Without any, no gateway over TLS is taken. lwIP's client of MQTT
 * does not compare a certificate's name with the host's, so name an authority that vouches for your gateways alone. */
#include <ioc_stm32.h>

const uint8_t *ioc_stm32_authorities(size_t *length) {
    static const char pem[] = "";
    *length = sizeof pem > 1 ? sizeof pem : 0;
    return (const uint8_t *)pem;
}
