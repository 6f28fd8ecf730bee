/* unicode.c - UTF-8 (RFC 3629) and UTF-16 (RFC 2781), byte by byte where a quick look does not do. */
#include "votable/unicode.h"

#include "base/bigendian.h"

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

static bool is_xml_character(uint32_t c) {
    if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
    return c < 0xd800 || (c > 0xdfff && c < 0xfffe) || (c > 0xffff && c < 0x110000);
}

/* Bytes of the character at the start of `text` (not empty), 0 when it is broken; *broken then says how
 * many bytes belong together in being wrong (Unicode 15, section 3.9, table 3-8). */
static size_t decode(const unsigned char *text, size_t length, uint32_t *c, size_t *broken) {
    *broken = 1;
    unsigned lead = text[0];
    if (lead < 0x80) {
        *c = lead;
        return 1;
    }
    size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    unsigned lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    uint32_t value = lead & (0x7f >> size);
    for (size_t i = 1; i < size; i++) {
        *broken = i;
        if (i == length || text[i] < lowest || text[i] > highest) return 0;
        value = value << 6 | (text[i] & 0x3f);
        lowest = 0x80;
        highest = 0xbf;
    }
    *c = value;
    return size;
}

static inline bool is_plain(const char *eight) {
    const uint64_t high = 0x8080808080808080u, space = 0x2020202020202020u;
    uint64_t word;
    memcpy(&word, eight, 8);
    return !((word | (word - space)) & high);
}

/* Bytes at the start that are printable ASCII, looked at eight at a time. */
static size_t plain_length(const char *text, size_t length) {
    size_t i = 0;
    for (; i + 8 <= length; i += 8)
        if (!is_plain(text + i)) break;
    if (length - i < 8 && length >= 8 && is_plain(text + length - 8)) return length;
    while (i < length && (unsigned char)text[i] >= 0x20 && (unsigned char)text[i] < 0x80) i++;
    return i;
}

size_t utf8_valid_length(struct slice text) {
    size_t i = 0;
    while ((i += plain_length(text.text + i, text.length - i)) < text.length) {
        uint32_t c;
        size_t broken, size = decode((const unsigned char *)text.text + i, text.length - i, &c, &broken);
        if (size == 0 || !is_xml_character(c)) break;
        i += size;
    }
    return i;
}

bool utf8_append_clean(struct buffer *buffer, struct slice text) {
    while (text.length) {
        size_t valid = utf8_valid_length(text);
        if (!buffer_append(buffer, text.text, valid)) return false;
        text = (struct slice){text.text + valid, text.length - valid};
        if (text.length == 0) break;
        uint32_t c;
        size_t broken, size = decode((const unsigned char *)text.text, text.length, &c, &broken);
        if (!buffer_append(buffer, replacement, sizeof replacement - 1)) return false;
        if (size == 0) size = broken;
        text = (struct slice){text.text + size, text.length - size};
    }
    return true;
}

bool utf8_append_utf16(struct buffer *buffer, struct slice utf16) {
    const char *in = utf16.text, *end = in + utf16.length / 2 * 2;
    char *out = buffer_reserve(buffer, utf16.length / 2 * 3);
    if (!out) return false;
    char *start = out;
    for (; in < end; in += 2) {
        uint32_t c = bigendian_16(in);
        if (c == 0) break;
        if (c >= 0xd800 && c < 0xdc00 && end - in >= 4) {
            uint32_t low = bigendian_16(in + 2);
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                in += 2;
            }
        }
        if (!is_xml_character(c)) c = 0xfffd;
        if (c < 0x80) {
            *out++ = (char)c;
        } else if (c < 0x800) {
            *out++ = (char)(0xc0 | c >> 6);
            *out++ = (char)(0x80 | (c & 0x3f));
        } else if (c < 0x10000) {
            *out++ = (char)(0xe0 | c >> 12);
            *out++ = (char)(0x80 | (c >> 6 & 0x3f));
            *out++ = (char)(0x80 | (c & 0x3f));
        } else {
            *out++ = (char)(0xf0 | c >> 18);
            *out++ = (char)(0x80 | (c >> 12 & 0x3f));
            *out++ = (char)(0x80 | (c >> 6 & 0x3f));
            *out++ = (char)(0x80 | (c & 0x3f));
        }
    }
    buffer->length += (size_t)(out - start);
    return true;
}

bool utf16_append_utf8(struct buffer *buffer, struct slice utf8) {
    if (utf8.length > SIZE_MAX / 2) return false;
    char *out = buffer_reserve(buffer, utf8.length * 2), *start = out;
    if (!out) return false;
    for (size_t i = 0; i < utf8.length;) {
        uint32_t c = (unsigned char)utf8.text[i];
        size_t broken = 1, size = 1;
        if (c >= 0x80) size = decode((const unsigned char *)utf8.text + i, utf8.length - i, &c, &broken);
        if (size == 0) c = 0xfffd;
        i += size ? size : broken;
        if (c >= 0x10000) {
            bigendian_put(out, 0xd800 + ((c - 0x10000) >> 10), 2);
            bigendian_put(out + 2, 0xdc00 + ((c - 0x10000) & 0x3ff), 2);
            out += 4;
        } else {
            bigendian_put(out, c, 2);
            out += 2;
        }
    }
    buffer->length += (size_t)(out - start);
    return true;
}
