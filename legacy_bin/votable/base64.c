/* base64.c - four characters to three bytes by tables, and back by twelve bits at a time. */
#include "votable/base64.h"

#include <stdio.h>

#include "base/bigendian.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Above any sum of valid characters' bits. */
enum { NOT_BASE64 = 1 << 24 };

void base64_start(struct base64_decoder *decoder) {
    *decoder = (struct base64_decoder){0};
    for (unsigned place = 0; place < 4; place++) {
        for (unsigned c = 0; c < 256; c++) decoder->tables[place][c] = NOT_BASE64;
        for (unsigned value = 0; value < 64; value++)
            decoder->tables[place][(unsigned char)alphabet[value]] = value << (18 - 6 * place);
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
    uint32_t bits = decoder->tables[3][c];
    if (c == '=' && decoder->count >= 2 && decoder->padding + decoder->count < 5) {
        decoder->padding++;
        bits = 0;
    } else if (bits & NOT_BASE64 || decoder->padding) {
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

bool base64_decode(struct base64_decoder *decoder, struct slice text, void *bytes, size_t *length,
                   struct error *error) {
    const unsigned char *in = (const unsigned char *)text.text, *end = in + text.length;
    unsigned char *out = bytes;
    const uint32_t(*tables)[256] = decoder->tables;
    bool ok = true;
    while (in < end && ok) {
        if (decoder->count == 0) {
            const unsigned char *start = in;
            for (; end - in >= 8; in += 8, out += 6) {
                uint32_t first = tables[0][in[0]] | tables[1][in[1]] | tables[2][in[2]] | tables[3][in[3]];
                uint32_t second = tables[0][in[4]] | tables[1][in[5]] | tables[2][in[6]] | tables[3][in[7]];
                if ((first | second) & NOT_BASE64) break;
                /* the two bytes too many are overwritten, or lie in the slack */
                uint64_t both = (uint64_t)first << 40 | (uint64_t)second << 16;
                bigendian_put_64(out, both);
            }
            while (end - in >= 4) {
                uint32_t group = tables[0][in[0]] | tables[1][in[1]] | tables[2][in[2]] | tables[3][in[3]];
                if (group & NOT_BASE64) break;
                out[0] = (unsigned char)(group >> 16);
                out[1] = (unsigned char)(group >> 8);
                out[2] = (unsigned char)group;
                in += 4;
                out += 3;
            }
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
