#include "internal.h"
#include <ioconnect/json.h>
#include <string.h>

/* What is left of a text. */
typedef ioc_slice_t rest_t;

static int peek(const rest_t *rest) {
    return rest->length > 0 ? rest->bytes[0] : -1;
}

static void skip(rest_t *rest, size_t count) {
    rest->bytes += count;
    rest->length -= count;
}

static int peek_token(rest_t *rest) {
    for (;; skip(rest, 1)) {
        const int byte = peek(rest);
        if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r') return byte;
    }
}

static bool take(rest_t *rest, int byte) {
    if (peek(rest) != byte) return false;
    skip(rest, 1);
    return true;
}

/* Returns the length of the UTF-8 sequence that `rest` begins with, 0 where there is none (RFC 3629 section
 * 4). */
static size_t sequence_length(const rest_t *rest) {
    const uint8_t *b = rest->bytes;
    if (b[0] < 0x80) return 1;
    const size_t length = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
    if (b[0] < 0xc2 || b[0] > 0xf4 || rest->length < length) return 0;
    for (size_t i = 1; i < length; i++)
        if ((b[i] & 0xc0) != 0x80) return 0;
    const unsigned first = (unsigned)b[0] << 8 | b[1];
    /* Longer than need be, surrogates, and beyond Unicode. */
    const bool wrong =
        first - 0xe080 < 0x20 || first - 0xeda0 < 0x20 || first - 0xf080 < 0x10 || first >= 0xf490;
    return wrong ? 0 : length;
}

/* Reads the four digits of \uXXXX, or -1. */
static int32_t read_unit(const rest_t *rest) {
    int32_t unit = 0;
    if (rest->length < 4) return -1;
    for (int i = 0; i < 4; i++) {
        const int digit = ioc_nibble(rest->bytes[i]);
        if (digit < 0) return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* Passes over a string. `plain` tells whether it has no escapes. */
static bool pass_string(rest_t *rest, bool *plain) {
    *plain = true;
    if (!take(rest, '"')) return false;
    for (;;) {
        const int byte = peek(rest);
        if (byte < 0x20) return false;
        if (byte == '"') {
            skip(rest, 1);
            return true;
        }
        if (byte == '\\') {
            *plain = false;
            skip(rest, 1);
            const int letter = peek(rest);
            if (letter < ' ' || !strchr("\"\\/bfnrtu", letter)) return false;
            skip(rest, 1);
            if (letter != 'u') continue;
            if (read_unit(rest) < 0) return false;
            skip(rest, 4);
            continue;
        }
        const size_t length = sequence_length(rest);
        if (length == 0) return false;
        skip(rest, length);
    }
}

static bool pass_digits(rest_t *rest) {
    const size_t before = rest->length;
    while (peek(rest) >= '0' && peek(rest) <= '9')
        skip(rest, 1);
    return rest->length < before;
}

static bool pass_number(rest_t *rest) {
    take(rest, '-');
    if (!take(rest, '0') && !pass_digits(rest)) return false;
    if (take(rest, '.') && !pass_digits(rest)) return false;
    if ((peek(rest) | 0x20) != 'e') return true;
    skip(rest, 1);
    if (!take(rest, '+')) take(rest, '-');
    return pass_digits(rest);
}

static bool pass_word(rest_t *rest, const char *word) {
    while (*word)
        if (!take(rest, *word++)) return false;
    return true;
}

static bool pass_value(rest_t *rest, int depth) {
    bool plain;
    const int first = peek_token(rest);
    switch (first) {
    case '"': return pass_string(rest, &plain);
    case 't': return pass_word(rest, "true");
    case 'f': return pass_word(rest, "false");
    case 'n': return pass_word(rest, "null");
    case '{':
    case '[': break;
    default: return pass_number(rest);
    }
    /* The closing bracket follows the opening one by two in ASCII. */
    const int close = first + 2;
    if (depth == 0) return false;
    skip(rest, 1);
    if (peek_token(rest) == close) return take(rest, close);
    do {
        if (first == '{') {
            peek_token(rest);
            if (!pass_string(rest, &plain)) return false;
            peek_token(rest);
            if (!take(rest, ':')) return false;
        }
        if (!pass_value(rest, depth - 1)) return false;
        peek_token(rest);
    } while (take(rest, ','));
    return take(rest, close);
}

/* Passes over a value and gives its text. */
static bool read_value(rest_t *rest, ioc_slice_t *value) {
    peek_token(rest);
    const uint8_t *start = rest->bytes;
    if (!pass_value(rest, IOC_JSON_DEPTH)) return false;
    *value = make_slice(start, (size_t)(rest->bytes - start));
    return true;
}

/* What is asked for: names, or a list of them as ioc_json_members has it. */
typedef struct {
    const char *const *names;
    const char *list;
    ioc_slice_t *values;
    size_t count;
    bool closed;
} wanted_t;

/* Takes the next name off a list, and returns its kind; 0 at the end. */
static char take_name(const char **list, ioc_slice_t *name) {
    const char *start = *list, *end = start;
    while (*end > ' ')
        end++;
    *name = make_slice(start + 1, (size_t)(end - start) - 1);
    *list = *end ? end + 1 : end;
    return *start;
}

static ioc_status_t read_member(rest_t *rest, const wanted_t *wanted) {
    const char *list = wanted->list;
    bool plain;
    peek_token(rest);
    const uint8_t *start = rest->bytes;
    /* Where nothing is asked for, a name may be any. */
    if (!pass_string(rest, &plain) || (!plain && (wanted->count > 0 || wanted->closed))) return IOC_ERR_JSON;
    const ioc_slice_t name = make_slice(start + 1, (size_t)(rest->bytes - start) - 2);
    ioc_slice_t value, other;
    peek_token(rest);
    if (!take(rest, ':') || !read_value(rest, &value)) return IOC_ERR_JSON;
    for (size_t i = 0; i < wanted->count; i++) {
        if (list)
            take_name(&list, &other);
        else
            other = make_slice(wanted->names[i], strlen(wanted->names[i]));
        if (!ioc_slice_equal(name, other)) continue;
        if (wanted->values[i].bytes) return IOC_ERR_JSON;
        wanted->values[i] = value;
        return IOC_OK;
    }
    return wanted->closed ? IOC_ERR_MEMBER : IOC_OK;
}

static ioc_status_t read_object(ioc_slice_t text, const wanted_t *wanted) {
    rest_t rest = text;
    for (size_t i = 0; i < wanted->count; i++)
        wanted->values[i] = make_slice(NULL, 0);
    if (peek_token(&rest) != '{') return IOC_ERR_JSON;
    skip(&rest, 1);
    if (peek_token(&rest) != '}') do {
            TRY(read_member(&rest, wanted));
            peek_token(&rest);
        } while (take(&rest, ','));
    return take(&rest, '}') && peek_token(&rest) < 0 ? IOC_OK : IOC_ERR_JSON;
}

ioc_status_t ioc_json_object(ioc_slice_t text, const char *const *names, ioc_slice_t *values, size_t count,
                             bool closed) {
    const wanted_t wanted = {names, NULL, values, count, closed};
    return read_object(text, &wanted);
}

ioc_status_t ioc_json_members(ioc_slice_t text, const char *names, ioc_slice_t *values) {
    wanted_t wanted = {NULL, names, values, 0, *names == '.'};
    const char *list = wanted.list += wanted.closed;
    ioc_slice_t name;
    char kind;
    while (take_name(&list, &name))
        wanted.count++;
    TRY(read_object(text, &wanted));
    for (list = wanted.list; (kind = take_name(&list, &name)) != 0; values++) {
        if (kind == '-' && values->bytes) return IOC_ERR_CRITICAL_HEADER;
        if ((kind == '!' && values->bytes) || (kind == '{' && !ioc_json_is_object(*values)))
            return IOC_ERR_MEMBER;
        if (kind == '=' || (kind == '?' && values->bytes)) TRY(ioc_json_plain(*values, values));
    }
    return IOC_OK;
}

ioc_status_t ioc_json_array(ioc_slice_t text, ioc_slice_t *cursor) {
    rest_t rest = text;
    ioc_slice_t value;
    if (peek_token(&rest) != '[' || !read_value(&rest, &value) || peek_token(&rest) >= 0) return IOC_ERR_JSON;
    *cursor = make_slice(value.bytes + 1, value.length - 1);
    return IOC_OK;
}

ioc_status_t ioc_json_next(ioc_slice_t *cursor, ioc_slice_t *value) {
    *value = make_slice(NULL, 0);
    /* The array was passed over as a whole when it began: what follows is well-formed. */
    if (peek_token(cursor) == ',') skip(cursor, 1);
    if (peek_token(cursor) == ']' || cursor->length == 0) return IOC_OK;
    return read_value(cursor, value) ? IOC_OK : IOC_ERR_JSON;
}

ioc_status_t ioc_json_plain(ioc_slice_t value, ioc_slice_t *text) {
    rest_t rest = value;
    bool plain;
    if (value.bytes == NULL) return IOC_ERR_MEMBER;
    if (!pass_string(&rest, &plain) || !plain || rest.length > 0) return IOC_ERR_MEMBER;
    *text = make_slice(value.bytes + 1, value.length - 2);
    return IOC_OK;
}

static void write_utf8(ioc_writer_t *writer, uint32_t point) {
    if (point < 0x80)
        ioc_write_byte(writer, (uint8_t)point);
    else {
        const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
        static const uint8_t leads[] = {0xc0, 0xe0, 0xf0};
        ioc_write_byte(writer, (uint8_t)(leads[more - 1] | point >> (6 * more)));
        for (int i = more - 1; i >= 0; i--)
            ioc_write_byte(writer, (uint8_t)(0x80 | (point >> (6 * i) & 0x3f)));
    }
}

ioc_status_t ioc_json_unescape(ioc_slice_t value, ioc_writer_t *writer) {
    static const char escaped[] = IOC_ESCAPED, letters[] = IOC_ESCAPE_LETTERS;
    rest_t rest = value;
    bool plain;
    if (value.bytes == NULL || !pass_string(&rest, &plain) || rest.length > 0) return IOC_ERR_MEMBER;
    rest = make_slice(value.bytes + 1, value.length - 2);
    while (rest.length > 0) {
        const uint8_t byte = rest.bytes[0];
        skip(&rest, 1);
        if (byte != '\\') {
            ioc_write_byte(writer, byte);
            continue;
        }
        const uint8_t letter = rest.bytes[0];
        skip(&rest, 1);
        if (letter != 'u') {
            const char *found = strchr(letters, letter);
            ioc_write_byte(writer, found ? (uint8_t)escaped[found - letters] : letter);
            continue;
        }
        uint32_t point = (uint32_t)read_unit(&rest);
        skip(&rest, 4);
        /* A high surrogate, and the low one that follows it. */
        if (point >> 10 == 0xd800 >> 10) {
            if (!pass_word(&rest, "\\u")) return IOC_ERR_JSON;
            const uint32_t low = (uint32_t)read_unit(&rest);
            if (low >> 10 != 0xdc00 >> 10) return IOC_ERR_JSON;
            skip(&rest, 4);
            point = 0x10000 + ((point & 0x3ff) << 10 | (low & 0x3ff));
        } else if (point >> 10 == 0xdc00 >> 10)
            return IOC_ERR_JSON;
        write_utf8(writer, point);
    }
    return IOC_OK;
}

ioc_status_t ioc_json_uint(ioc_slice_t value, uint64_t *number) {
    uint64_t sum = 0;
    if (value.length == 0 || (value.length > 1 && value.bytes[0] == '0')) return IOC_ERR_MEMBER;
    for (size_t i = 0; i < value.length; i++) {
        const uint8_t digit = (uint8_t)(value.bytes[i] - '0');
        if (digit > 9 || sum > UINT64_MAX / 10 || (sum == UINT64_MAX / 10 && digit > UINT64_MAX % 10))
            return IOC_ERR_MEMBER;
        sum = sum * 10 + digit;
    }
    *number = sum;
    return IOC_OK;
}

bool ioc_json_is(ioc_slice_t value, const char *text) {
    ioc_slice_t plain;
    return ioc_json_plain(value, &plain) == IOC_OK && ioc_slice_is(plain, text);
}

bool ioc_json_is_object(ioc_slice_t value) {
    return value.length > 0 && value.bytes[0] == '{';
}
