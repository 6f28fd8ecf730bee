/* json.c - JSON strings and numbers (RFC 8259 sections 6 and 7). */
#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"

/* How much of `text` can stand as it is. */
static size_t plain_length(struct slice text) {
    size_t plain = 0;
    while (plain < text.length) {
        uint32_t code;
        size_t length = utf8_read((struct slice){text.text + plain, text.length - plain}, &code);
        if (length == 0 || code < 0x20 || code == '"' || code == '\\') break;
        plain += length;
    }
    return plain;
}

static bool append_escaped(struct buffer *buffer, char byte) {
    if (byte == '"' || byte == '\\') return buffer_append_byte(buffer, '\\') && buffer_append_byte(buffer, byte);
    if (byte == '\n') return buffer_append_string(buffer, "\\n");
    if (byte == '\t') return buffer_append_string(buffer, "\\t");
    if ((unsigned char)byte < 0x20) return buffer_append_format(buffer, "\\u%04x", byte);
    return buffer_append_string(buffer, "\xef\xbf\xbd"); /* not UTF-8 */
}

bool json_append_string(struct buffer *buffer, struct slice text) {
    bool done = buffer_append_byte(buffer, '"');
    while (done && text.length > 0) {
        size_t plain = plain_length(text);
        done = buffer_append(buffer, text.text, plain);
        text.text += plain;
        text.length -= plain;
        if (!done || text.length == 0) break;
        done = append_escaped(buffer, text.text[0]);
        text.text++;
        text.length--;
    }
    return done && buffer_append_byte(buffer, '"');
}

bool json_append_double(struct buffer *buffer, double value) {
    if (isnan(value)) return buffer_append_string(buffer, "\"NaN\"");
    if (isinf(value)) return buffer_append_string(buffer, value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
    char digits[NUMBER_ROOM];
    size_t length = number_write_double(digits, value);
    bool is_whole = !memchr(digits, '.', length) && !memchr(digits, 'e', length);
    return buffer_append(buffer, digits, length) && (!is_whole || buffer_append_string(buffer, ".0"));
}
