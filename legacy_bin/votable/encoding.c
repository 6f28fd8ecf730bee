/* encoding.c - see encoding.h. */
#include "votable/encoding.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"

#define NO_CONVERSION ((iconv_t)-1)

/* More bytes behind what is there; false: the end or an error. */
static bool refill(struct encoding *encoding, struct error *error) {
    if (encoding->is_over) return false;
    if (encoding->used > 0) {
        encoding->length -= encoding->used;
        memmove(encoding->bytes, encoding->bytes + encoding->used, encoding->length);
        encoding->used = 0;
    }
    ptrdiff_t got =
        bytes_read(encoding->from, encoding->bytes + encoding->length, ENCODING_ROOM - encoding->length, error);
    if (got > 0)
        encoding->length += (size_t)got;
    else
        encoding->is_over = true;
    return got > 0;
}

/* What the first bytes alone tell: marks first, then the two ways of writing `<`. */
static const struct {
    const char *bytes;
    unsigned char length;
    unsigned char mark; /* bytes to pass over */
    const char *name;
} openings[] = {
    {"\xEF\xBB\xBF", 3, 3, "UTF-8"}, {"\xFF\xFE\0\0", 4, 4, "UTF-32LE"}, {"\0\0\xFE\xFF", 4, 4, "UTF-32BE"},
    {"\xFF\xFE", 2, 2, "UTF-16LE"},  {"\xFE\xFF", 2, 2, "UTF-16BE"},     {"<\0\0\0", 4, 0, "UTF-32LE"},
    {"\0\0\0<", 4, 0, "UTF-32BE"},   {"<\0", 2, 0, "UTF-16LE"},          {"\0<", 2, 0, "UTF-16BE"},
};

static bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == ':';
}

/* The value of `encoding=` in an XML declaration, empty when there is none or it is malformed. */
static struct slice declared_name(struct slice declaration) {
    static const char word[] = "encoding";
    const char *end = declaration.text + declaration.length;
    const char *at = memmem(declaration.text, declaration.length, word, sizeof word - 1);
    struct slice name = {NULL, 0};
    if (!at) return name;
    at += sizeof word - 1;
    while (at < end && byte_is_blank(*at)) at++;
    if (at == end || *at++ != '=') return name;
    while (at < end && byte_is_blank(*at)) at++;
    if (at == end || (*at != '"' && *at != '\'')) return name;
    char quote = *at++;
    name.text = at;
    while (at < end && is_name_byte(*at)) at++;
    if (at < end && *at == quote) name.length = (size_t)(at - name.text);
    return name;
}

static bool set_conversion(struct encoding *encoding, const char *name, struct error *error) {
    if (strcasecmp(name, "UTF-8") == 0 || strcasecmp(name, "UTF8") == 0) return true;
    encoding->conversion = iconv_open("UTF-8", name);
    if (encoding->conversion != NO_CONVERSION) return true;
    return error_set_input(error, "unknown encoding at line 1 ('%s')", name);
}

bool encoding_open(struct encoding *encoding, struct byte_reader from, struct error *error) {
    static const char start[] = "<?xml";
    enum { DECLARATION_MAXIMUM = 4096 };
    encoding->from = from;
    encoding->conversion = NO_CONVERSION;
    encoding->is_over = encoding->is_broken = false;
    encoding->used = encoding->length = 0;
    while (encoding->length < sizeof start - 1 && refill(encoding, error)) continue;
    for (size_t i = 0; i < sizeof openings / sizeof *openings && !error->text; i++) {
        size_t length = openings[i].length;
        if (encoding->length < length || memcmp(encoding->bytes, openings[i].bytes, length) != 0) continue;
        encoding->used = openings[i].mark;
        return set_conversion(encoding, openings[i].name, error);
    }
    if (encoding->length < sizeof start || memcmp(encoding->bytes, start, sizeof start - 1) != 0) return !error->text;
    const char *end; /* of the declaration: nothing in it may be a `>`, and expat tells what else is wrong with it */
    while (!(end = memchr(encoding->bytes, '>', encoding->length)) && encoding->length < DECLARATION_MAXIMUM)
        if (!refill(encoding, error)) return !error->text;
    if (!end || end - encoding->bytes > DECLARATION_MAXIMUM) return true;
    struct slice declared = declared_name((struct slice){encoding->bytes, (size_t)(end - encoding->bytes)});
    if (declared.length == 0) return true;
    char name[64];
    if (declared.length >= sizeof name) return error_set_input(error, "unknown encoding at line 1");
    memcpy(name, declared.text, declared.length);
    name[declared.length] = '\0';
    if (strncasecmp(name, "UTF-16", 6) == 0 || strncasecmp(name, "UTF-32", 6) == 0 || strcasestr(name, "UCS"))
        return error_set_input(error, "encoding specified in XML declaration is incorrect at line 1");
    return set_conversion(encoding, name, error);
}

/* As much as fits; the last bytes may wait for the rest of their character. */
static size_t convert(struct encoding *encoding, char *text, size_t room) {
    char *from = encoding->bytes + encoding->used, *to = text;
    size_t left = encoding->length - encoding->used, free_bytes = room - 1; /* one is kept for 0xFF */
    size_t status = iconv(encoding->conversion, &from, &left, &to, &free_bytes);
    bool is_incomplete = status == (size_t)-1 && errno == EINVAL;
    bool is_invalid = status == (size_t)-1 && errno == EILSEQ;
    encoding->used = encoding->length - left;
    if (is_invalid || (is_incomplete && encoding->is_over)) {
        *to++ = (char)0xFF;
        encoding->is_broken = true;
    }
    return (size_t)(to - text);
}

ptrdiff_t encoding_read(struct encoding *encoding, char *text, size_t room, struct error *error) {
    if (encoding->conversion == NO_CONVERSION) {
        size_t left = encoding->length - encoding->used;
        if (left == 0) return encoding->is_over ? 0 : bytes_read(encoding->from, text, room, error);
        if (left > room) left = room;
        memcpy(text, encoding->bytes + encoding->used, left);
        encoding->used += left;
        return (ptrdiff_t)left;
    }
    while (!encoding->is_broken) {
        if (encoding->used < encoding->length) {
            size_t length = convert(encoding, text, room);
            if (length > 0) return (ptrdiff_t)length;
        }
        bool was_over = encoding->is_over;
        if (!refill(encoding, error)) {
            if (error->text) return -1;
            if (was_over || encoding->used == encoding->length) return 0;
        }
    }
    return 0;
}

void encoding_close(struct encoding *encoding) {
    if (encoding->conversion != NO_CONVERSION) iconv_close(encoding->conversion);
    encoding->conversion = NO_CONVERSION;
}
