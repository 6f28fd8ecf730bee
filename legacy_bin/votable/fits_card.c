/* fits_card.c - 80 bytes a card, 2880 a block (FITS 4.0 sections 3.1, 4.1, 4.2). */
#include "votable/fits_card.h"

#include <stdio.h>

#include "votable/fits_header.h"

enum { KEYWORD = 8 };

void fits_write(struct fits_out *out, const void *bytes, size_t length) {
    out->write(out->context, bytes, length);
    out->written += length;
}

void fits_fill_block(struct fits_out *out, char fill) {
    char bytes[FITS_BLOCK];
    size_t missing = (FITS_BLOCK - out->written % FITS_BLOCK) % FITS_BLOCK;
    memset(bytes, fill, missing);
    fits_write(out, bytes, missing);
}

/* A card from its parts; what does not fit is comment. */
static void write_card(struct fits_out *out, const char *text) {
    char card[FITS_CARD];
    size_t length = strlen(text);
    if (length > FITS_CARD) length = FITS_CARD;
    memset(card, ' ', sizeof card);
    memcpy(card, text, length);
    fits_write(out, card, sizeof card);
}

/* `KEY     = ` at `card`; returns its length. */
static size_t put_keyword(char card[2 * FITS_CARD], const char *key) {
    const char *form = strlen(key) > KEYWORD ? "HIERARCH %s = " : "%-8s= ";
    return (size_t)snprintf(card, 2 * FITS_CARD, form, key);
}

static void write_fixed(struct fits_out *out, const char *key, const char *value, const char *comment) {
    char card[2 * FITS_CARD];
    size_t at = put_keyword(card, key);
    snprintf(card + at, sizeof card - at, "%20s%s%s", value, comment ? " / " : "", comment ? comment : "");
    write_card(out, card);
}

void fits_card_logical(struct fits_out *out, const char *key, bool value, const char *comment) {
    write_fixed(out, key, value ? "T" : "F", comment);
}

void fits_card_integer(struct fits_out *out, const char *key, int64_t value, const char *comment) {
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    write_fixed(out, key, text, comment);
}

/* Takes from the front of `value` as much as fits into `room` characters between quotes. */
static size_t put_quoted(char *text, size_t room, struct slice *value) {
    size_t length = 0;
    for (; value->length; value->text++, value->length--) {
        unsigned char c = (unsigned char)value->text[0];
        bool is_quote = c == '\'', is_trail = (c & 0xc0) == 0x80;
        if (is_trail) continue; /* one `?` for a character */
        if (length + 1 + is_quote > room) break;
        text[length++] = c >= ' ' && c < 0x7f ? (char)c : byte_is_blank((char)c) ? ' ' : '?';
        if (is_quote) text[length++] = '\'';
    }
    return length;
}

struct slice fits_one_card(struct slice value) {
    char text[FITS_CARD];
    struct slice rest = value;
    put_quoted(text, FITS_CARD - KEYWORD - 4, &rest);
    return (struct slice){value.text, value.length - rest.length};
}

void fits_card_text(struct fits_out *out, const char *key, struct slice value, const char *comment) {
    char card[2 * FITS_CARD], text[FITS_CARD];
    size_t at = put_keyword(card, key);
    if (at > FITS_CARD / 2) return; /* no keyword of ours */
    size_t room = FITS_CARD - 2 - at;
    struct slice rest = value;
    size_t length = put_quoted(text, room, &rest);
    if (rest.length) { /* once more, leaving room for the `&` */
        rest = value;
        length = put_quoted(text, room - 1, &rest);
    }
    int width = at == KEYWORD + 2 ? 8 : 0;
    if (rest.length) text[length++] = '&';
    int end = snprintf(card + at, sizeof card - at, "'%-*.*s'", width, (int)length, text);
    if (comment && !rest.length)
        snprintf(card + at + end, sizeof card - at - (size_t)end, "%*s / %s", end < 20 ? 20 - end : 0, "", comment);
    write_card(out, card);
    while (rest.length) {
        room = FITS_CARD - KEYWORD - 4;
        struct slice start = rest;
        length = put_quoted(text, room, &rest);
        if (rest.length) {
            rest = start;
            length = put_quoted(text, room - 1, &rest);
            text[length++] = '&';
        }
        snprintf(card, sizeof card, "CONTINUE  '%.*s'", (int)length, text);
        write_card(out, card);
    }
}

void fits_card_indexed_integer(struct fits_out *out, const char *stem, size_t index, int64_t value,
                               const char *comment) {
    char key[40];
    snprintf(key, sizeof key, "%s%zu", stem, index);
    fits_card_integer(out, key, value, comment);
}

void fits_card_indexed_text(struct fits_out *out, const char *stem, size_t index, struct slice value,
                            const char *comment) {
    char key[40];
    snprintf(key, sizeof key, "%s%zu", stem, index);
    fits_card_text(out, key, value, comment);
}

void fits_header_end(struct fits_out *out) {
    write_card(out, "END");
    fits_fill_block(out, ' ');
}
