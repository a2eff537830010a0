#include "internal.h"
#include <ioconnect/credential.h>
#include <string.h>

#define CREDENTIALS_V2 "https://www.w3.org/ns/credentials/v2"
#define CREDENTIALS_V1 "https://www.w3.org/2018/credentials/v1"

/* Reads numbers, as many digits of each as `pattern` has zeros, and between them what it has. Returns the
 * offset behind, or 0. */
static size_t read_pattern(ioc_slice_t text, size_t at, const char *pattern, int32_t *numbers) {
    for (; *pattern; pattern++, at++) {
        if (at >= text.length) return 0;
        if (*pattern == '0') {
            const uint8_t digit = (uint8_t)(text.bytes[at] - '0');
            if (digit > 9) return 0;
            *numbers = *numbers * 10 + digit;
        } else {
            if (text.bytes[at] != *pattern && (*pattern != 'T' || text.bytes[at] != 't')) return 0;
            *++numbers = 0;
        }
    }
    return at;
}

ioc_status_t ioc_read_time(ioc_slice_t text, uint64_t *seconds) {
    enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, NUMBERS };
    static const struct {
        uint16_t from, to;
    } ranges[NUMBERS] = {{1970, 9999}, {1, 12}, {1, 31}, {0, 23}, {0, 59}, {0, 60}};
    int32_t n[NUMBERS] = {0}, zone[2] = {0};
    size_t at = read_pattern(text, 0, "0000-00-00T00:00:00", n);
    if (at == 0) return IOC_ERR_MEMBER;
    for (int i = 0; i < NUMBERS; i++)
        if (n[i] < ranges[i].from || n[i] > ranges[i].to) return IOC_ERR_MEMBER;
    if (at < text.length && text.bytes[at] == '.') {
        const size_t before = ++at;
        while (at < text.length && text.bytes[at] >= '0' && text.bytes[at] <= '9')
            at++;
        if (at == before) return IOC_ERR_MEMBER;
    }
    if (at == text.length) return IOC_ERR_MEMBER;
    const uint8_t sign = text.bytes[at++];
    if (sign == '+' || sign == '-') {
        at = read_pattern(text, at, "00:00", zone);
        if (zone[0] > 23 || zone[1] > 59) return IOC_ERR_MEMBER;
    } else if ((sign | 0x20) != 'z')
        return IOC_ERR_MEMBER;
    if (at != text.length) return IOC_ERR_MEMBER;
    const int32_t offset = (zone[0] * 60 + zone[1]) * (sign == '+' ? 60 : -60);
    /* Days since 1970 of the proleptic Gregorian calendar, the year beginning in March. */
    const int32_t y = n[MONTH] <= 2 ? n[YEAR] - 1 : n[YEAR], m = (n[MONTH] + 9) % 12;
    const int32_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + n[DAY] - 1 - 719468;
    const int64_t time = (int64_t)days * 86400 + (n[HOUR] * 3600 + n[MINUTE] * 60 + n[SECOND] - offset);
    if (time < 0) return IOC_ERR_MEMBER;
    *seconds = (uint64_t)time;
    return IOC_OK;
}

/* Whether a JSON string is `text`, or an array has it: as its first element, where `first`. */
static bool has(ioc_slice_t value, const char *text, bool first) {
    ioc_slice_t cursor, element;
    if (ioc_json_is(value, text)) return true;
    if (!value.bytes || ioc_json_array(value, &cursor) != IOC_OK) return false;
    for (;;) {
        if (ioc_json_next(&cursor, &element) != IOC_OK || !element.bytes) return false;
        if (ioc_json_is(element, text)) return true;
        if (first) return false;
    }
}

/* Gives the id of what is an id or an object with one; null bytes where it has none. */
static ioc_status_t id_of(ioc_slice_t value, ioc_slice_t *id) {
    if (ioc_json_is_object(value)) TRY(ioc_json_members(value, "*id", &value));
    *id = value;
    return value.bytes ? ioc_json_plain(value, id) : IOC_OK;
}

/* Checks the times of a JWT's claims, or of a credential; 0 is no time. */
static ioc_status_t check_times(uint64_t from, uint64_t until, uint64_t now) {
    if (from > now) return IOC_ERR_NOT_YET_VALID;
    return until != 0 && until <= now ? IOC_ERR_EXPIRED : IOC_OK;
}

static ioc_status_t read_time_member(ioc_slice_t value, uint64_t *seconds) {
    ioc_slice_t text;
    *seconds = 0;
    if (!value.bytes) return IOC_OK;
    TRY(ioc_json_plain(value, &text));
    return ioc_read_time(text, seconds);
}

/* Reads the whole seconds of a NumericDate, which may have a fraction. */
static ioc_status_t read_claim(ioc_slice_t value, uint64_t *seconds) {
    size_t whole = 0;
    *seconds = 0;
    if (!value.bytes) return IOC_OK;
    while (whole < value.length && value.bytes[whole] != '.')
        whole++;
    return ioc_json_uint(make_slice(value.bytes, whole), seconds);
}

ioc_status_t ioc_credential_verify(ioc_slice_t text, const ioc_resolver_t *resolver,
                                   const ioc_platform_t *platform, uint8_t *scratch, size_t scratch_length,
                                   ioc_credential_t *credential) {
    enum { CONTEXT, TYPE, ISSUER, SUBJECT, FROM, UNTIL, ISSUED, EXPIRES, STATUS, MEMBERS };
    static const char *const types[] = {"vc+jwt", "JWT", NULL};
    ioc_slice_t claims[5], values[MEMBERS];
    const uint64_t now = platform->seconds(platform->context);
    uint64_t from, until;
    ioc_jwt_t jwt;
    if (now == 0) return IOC_ERR_CLOCK;
    TRY(ioc_jwt_verify(text, IOC_ASSERTION, types, resolver, scratch, scratch_length, &jwt));
    TRY(ioc_json_members(jwt.payload, "*vc *iss *sub *nbf *exp", claims));
    const bool legacy = claims[0].bytes != NULL;
    credential->credential = legacy ? claims[0] : jwt.payload;
    credential->kid = jwt.kid;
    if (!ioc_json_is_object(credential->credential)) return IOC_ERR_CREDENTIAL;
    TRY(ioc_json_members(credential->credential,
                         "*@context *type *issuer *credentialSubject *validFrom *validUntil *issuanceDate "
                         "*expirationDate *credentialStatus",
                         values));
    if (!has(values[CONTEXT], legacy ? CREDENTIALS_V1 : CREDENTIALS_V2, true) ||
        !has(values[TYPE], "VerifiableCredential", false))
        return IOC_ERR_CREDENTIAL;

    TRY(id_of(values[ISSUER], &credential->issuer));
    TRY(id_of(values[SUBJECT], &credential->subject));
    /* A 1.1 JWT's claims overrule the credential (section 6.3.1, decoding). */
    if (legacy && claims[1].bytes) TRY(ioc_json_plain(claims[1], &credential->issuer));
    if (legacy && claims[2].bytes) TRY(ioc_json_plain(claims[2], &credential->subject));
    if (!credential->issuer.bytes || !ioc_slice_equal(credential->issuer, ioc_did_of(jwt.kid)))
        return IOC_ERR_CREDENTIAL;

    TRY(read_claim(claims[3], &from));
    TRY(read_claim(claims[4], &until));
    TRY(check_times(from, until, now));
    TRY(read_time_member(values[legacy ? ISSUED : FROM], &from));
    TRY(read_time_member(values[legacy ? EXPIRES : UNTIL], &until));
    TRY(check_times(from, until, now));
    return values[STATUS].bytes ? IOC_ERR_CREDENTIAL_STATUS : IOC_OK;
}

ioc_status_t ioc_present(ioc_writer_t *writer, const ioc_signer_t *holder, const ioc_platform_t *platform,
                         const ioc_slice_t *credentials, size_t count, ioc_slice_t challenge,
                         ioc_slice_t domain) {
    const uint64_t now = platform->seconds(platform->context);
    const size_t start = writer->length;
    if (now == 0) return IOC_ERR_CLOCK;
    TRY(ioc_jwt_begin(writer, holder, "vp+jwt", "vp"));
    ioc_write_format(writer,
                     "{\"@context\":[\"%t\"],\"type\":[\"VerifiablePresentation\"],\"holder\":%s,"
                     "\"verifiableCredential\":[",
                     CREDENTIALS_V2, ioc_did_of(holder->kid));
    for (size_t i = 0; i < count; i++)
        ioc_write_format(writer,
                         "%t{\"@context\":\"%t\",\"id\":\"data:application/vc+jwt,%r\","
                         "\"type\":\"EnvelopedVerifiableCredential\"}",
                         i > 0 ? "," : "", CREDENTIALS_V2, credentials[i]);
    ioc_write_format(writer, "],\"nonce\":%s,\"aud\":%s,\"iat\":%u}", challenge, domain, now);
    return ioc_jwt_end(writer, holder, start);
}
