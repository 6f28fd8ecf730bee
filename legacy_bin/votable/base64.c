/* base64.c - four characters to three bytes by tables, and back by twelve bits at a time. */
#include "votable/base64.h"

#include <stdio.h>

#include "base/bigendian.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { NOT_BASE64 = 0xff };

/* A number that lies in memory as big-endian bytes. */
static inline uint64_t as_bytes(uint64_t number) {
    bigendian_put_64(&number, number);
    return number;
}

void base64_start(struct base64_decoder *decoder) {
    *decoder = (struct base64_decoder){0};
    memset(decoder->values, NOT_BASE64, sizeof decoder->values);
    for (unsigned value = 0; value < 64; value++)
        decoder->values[(unsigned char)alphabet[value]] = (unsigned char)value;
    for (unsigned place = 0; place < 8; place++)
        for (unsigned c = 0; c < 256; c++) {
            uint64_t value = decoder->values[c];
            decoder->tables[place][c] = as_bytes(value == NOT_BASE64 ? value : value << (58 - 6 * place));
        }
}

static bool set_character_error(const struct base64_decoder *decoder, unsigned char c, struct error *error) {
    char shown[8] = {(char)c};
    if (c <= ' ' || c >= 0x7f) snprintf(shown, sizeof shown, "\\x%02x", c);
    return error_set_input(error, "base64 STREAM: '%s' at character %llu%s", shown,
                           (unsigned long long)decoder->position,
                           decoder->padding ? " (padding is accepted at the end only)"
                                            : ", accepted are A-Z a-z 0-9 + / = and white space");
}

/* One character that is not in the midst of a run of whole groups. */
static bool decode_character(struct base64_decoder *decoder, unsigned char c, unsigned char **out,
                             struct error *error) {
    decoder->position++;
    if (byte_is_blank((char)c)) return true;
    uint32_t bits = decoder->values[c];
    if (c == '=' && decoder->count >= 2 && decoder->padding + decoder->count < 5) {
        decoder->padding++;
        bits = 0;
    } else if (bits == NOT_BASE64 || decoder->padding) {
        return set_character_error(decoder, c, error);
    }
    decoder->group = decoder->group << 6 | bits;
    if (++decoder->count < 4) return true;

    unsigned bytes = 3 - decoder->padding;
    if (decoder->group & ((1u << (8 * decoder->padding)) - 1))
        return error_set_input(error, "base64 STREAM: bits left over before the padding at character %llu",
                               (unsigned long long)decoder->position);
    for (unsigned i = 0; i < bytes; i++) *(*out)++ = (unsigned char)(decoder->group >> (16 - 8 * i));
    decoder->group = 0;
    /* padded groups stay as they are, so that anything behind them is refused */
    decoder->count = decoder->padding ? 4 : 0;
    return true;
}

/* Whole groups of valid characters from *in on. The bytes too many that are written for each are overwritten, or lie in
 * the slack. */
static inline void decode_groups(const struct base64_decoder *decoder, const unsigned char **in,
                                 const unsigned char *end, unsigned char **out) {
    const uint64_t(*tables)[256] = decoder->tables, invalid = as_bytes(NOT_BASE64);
    const unsigned char *from = *in;
    unsigned char *to = *out;
    for (; end - from >= 8; from += 8, to += 6) {
        uint64_t bytes = tables[0][from[0]] | tables[1][from[1]] | tables[2][from[2]] | tables[3][from[3]] |
                         tables[4][from[4]] | tables[5][from[5]] | tables[6][from[6]] | tables[7][from[7]];
        if (bytes & invalid) break;
        memcpy(to, &bytes, sizeof bytes);
    }
    for (; end - from >= 4; from += 4, to += 3) {
        uint64_t bytes = tables[0][from[0]] | tables[1][from[1]] | tables[2][from[2]] | tables[3][from[3]];
        if (bytes & invalid) break;
        memcpy(to, &bytes, sizeof bytes);
    }
    *in = from;
    *out = to;
}

size_t base64_decode_lines(struct base64_decoder *decoder, struct slice *text, void *bytes, unsigned long *lines) {
    const unsigned char *in = (const unsigned char *)text->text, *end = in + text->length;
    unsigned char *out = bytes;
    while (in < end && decoder->count == 0) {
        decode_groups(decoder, &in, end, &out);
        if (in == end || *in != '\n') break;
        in++;
        *lines += 1;
    }
    size_t taken = (size_t)(in - (const unsigned char *)text->text);
    decoder->position += taken;
    *text = (struct slice){text->text + taken, text->length - taken};
    return (size_t)(out - (unsigned char *)bytes);
}

bool base64_decode(struct base64_decoder *decoder, struct slice text, void *bytes, size_t *length,
                   struct error *error) {
    const unsigned char *in = (const unsigned char *)text.text, *end = in + text.length;
    unsigned char *out = bytes;
    bool ok = true;
    while (in < end && ok) {
        if (decoder->count == 0) {
            const unsigned char *start = in;
            decode_groups(decoder, &in, end, &out);
            decoder->position += (uint64_t)(in - start);
            if (in == end) break;
        }
        ok = decode_character(decoder, *in++, &out, error);
    }
    *length = (size_t)(out - (unsigned char *)bytes);
    return ok;
}

bool base64_finish(struct base64_decoder *decoder, struct error *error) {
    if (decoder->count == 0 || decoder->count == 4) return true;
    return error_set_input(error, "base64 STREAM: ends inside a group of four after character %llu",
                           (unsigned long long)decoder->position);
}

void base64_begin(struct base64_encoder *encoder, struct output *output) {
    encoder->output = output;
    encoder->rest_length = 0;
    for (size_t i = 0; i < 4096; i++) {
        encoder->pairs[i][0] = alphabet[i >> 6];
        encoder->pairs[i][1] = alphabet[i & 63];
    }
}

/* `length` bytes (at most a line) as text and a newline. */
static void write_line(struct base64_encoder *encoder, const unsigned char *bytes, size_t length) {
    char *out = output_reserve(encoder->output, 4 * sizeof encoder->rest), *start = out;
    size_t i = 0;
    for (; i + 6 <= length; i += 6, out += 8) {
        uint64_t group = (uint64_t)bigendian_32(bytes + i) << 16 | bigendian_16(bytes + i + 4);
        memcpy(out, encoder->pairs[group >> 36], 2);
        memcpy(out + 2, encoder->pairs[group >> 24 & 4095], 2);
        memcpy(out + 4, encoder->pairs[group >> 12 & 4095], 2);
        memcpy(out + 6, encoder->pairs[group & 4095], 2);
    }
    for (; i + 3 <= length; i += 3, out += 4) {
        uint32_t group = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];
        memcpy(out, encoder->pairs[group >> 12], 2);
        memcpy(out + 2, encoder->pairs[group & 4095], 2);
    }
    if (i < length) {
        uint32_t group = (uint32_t)bytes[i] << 16 | (i + 1 < length ? (uint32_t)bytes[i + 1] << 8 : 0);
        *out++ = alphabet[group >> 18];
        *out++ = alphabet[group >> 12 & 63];
        *out++ = i + 1 < length ? alphabet[group >> 6 & 63] : '=';
        *out++ = '=';
    }
    *out++ = '\n';
    output_advance(encoder->output, (size_t)(out - start));
}

void base64_write(struct base64_encoder *encoder, const void *bytes, size_t length) {
    const unsigned char *in = bytes;
    const size_t line = sizeof encoder->rest;
    if (encoder->rest_length) {
        size_t missing = line - encoder->rest_length, taken = length < missing ? length : missing;
        memcpy(encoder->rest + encoder->rest_length, in, taken);
        encoder->rest_length += taken;
        in += taken;
        length -= taken;
        if (encoder->rest_length < line) return;
        write_line(encoder, encoder->rest, line);
        encoder->rest_length = 0;
    }
    for (; length >= line; in += line, length -= line) write_line(encoder, in, line);
    if (length) memcpy(encoder->rest, in, length);
    encoder->rest_length = length;
}

void base64_end(struct base64_encoder *encoder) {
    if (encoder->rest_length) write_line(encoder, encoder->rest, encoder->rest_length);
    encoder->rest_length = 0;
}
