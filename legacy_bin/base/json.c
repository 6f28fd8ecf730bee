/* json.c - JSON strings and numbers (RFC 8259 sections 6 and 7). */
#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"

/* Whether a character may not, or better not, stand as it is: RFC 8259 section 7; YAML 1.2.2 sections 5.1 and 5.4. */
static bool is_escaped(uint32_t code) {
    return utf8_is_control(code) || code == '"' || code == '\\' || code == 0x2028 || code == 0x2029 || code == 0xfeff;
}

/* How much of `text` can stand as it is. */
static size_t plain_length(struct slice text) {
    size_t plain = 0;
    while (plain < text.length) {
        uint32_t code;
        size_t length = utf8_read((struct slice){text.text + plain, text.length - plain}, &code);
        if (length == 0 || is_escaped(code)) break;
        plain += length;
    }
    return plain;
}

/* The first character of `text`, taken off it. */
static bool append_escaped(struct buffer *buffer, struct slice *text) {
    uint32_t code;
    size_t length = utf8_read(*text, &code);
    if (length == 0) code = 0xfffd; /* not UTF-8 */
    text->text += length ? length : 1;
    text->length -= length ? length : 1;
    switch (code) {
    case '"': return buffer_append_string(buffer, "\\\"");
    case '\\': return buffer_append_string(buffer, "\\\\");
    case '\n': return buffer_append_string(buffer, "\\n");
    case '\t': return buffer_append_string(buffer, "\\t");
    case 0xfffd: return buffer_append_string(buffer, "\xef\xbf\xbd");
    default: return buffer_append_format(buffer, "\\u%04x", (unsigned)code);
    }
}

bool json_append_string(struct buffer *buffer, struct slice text) {
    bool done = buffer_append_byte(buffer, '"');
    while (done && text.length > 0) {
        size_t plain = plain_length(text);
        done = buffer_append(buffer, text.text, plain);
        text.text += plain;
        text.length -= plain;
        if (!done || text.length == 0) break;
        done = append_escaped(buffer, &text);
    }
    return done && buffer_append_byte(buffer, '"');
}

static bool append_special(struct buffer *buffer, double value) {
    return buffer_append_string(buffer, isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
}

static bool append_digits(struct buffer *buffer, const char *digits, size_t length) {
    bool is_whole = !memchr(digits, '.', length) && !memchr(digits, 'e', length);
    return buffer_append(buffer, digits, length) && (!is_whole || buffer_append_string(buffer, ".0"));
}

bool json_append_double(struct buffer *buffer, double value) {
    char digits[NUMBER_ROOM];
    if (!isfinite(value)) return append_special(buffer, value);
    return append_digits(buffer, digits, number_write_double(digits, value));
}

bool json_append_float(struct buffer *buffer, float value) {
    char digits[NUMBER_ROOM];
    if (!isfinite(value)) return append_special(buffer, (double)value);
    return append_digits(buffer, digits, number_write_float(digits, value));
}
