/* escape.c - text as XML content. */
#include "votable/escape.h"

#include "base/utf8.h"

static const struct slice REPLACEMENT = {"\xef\xbf\xbd", 3};

/* What stands for the character at the start of `text` (*length bytes); text == NULL: itself. */
static struct slice stand_in(struct slice text, bool in_attribute, size_t *length) {
    unsigned char c = (unsigned char)text.text[0];
    *length = 1;
    switch (c) {
    case '&': return SLICE("&amp;");
    case '<': return SLICE("&lt;");
    case '>': return SLICE("&gt;");
    case '"': return in_attribute ? SLICE("&quot;") : (struct slice){0};
    case '\r': return SLICE("&#13;");
    case '\n': return in_attribute ? SLICE("&#10;") : (struct slice){0};
    case '\t': return in_attribute ? SLICE("&#9;") : (struct slice){0};
    default: break;
    }
    if (c < 0x20) return REPLACEMENT;
    if (c < 0x80) return (struct slice){0};
    uint32_t code;
    size_t read = utf8_read(text, &code);
    if (read == 0) return REPLACEMENT;
    *length = read;
    return code == 0xfffe || code == 0xffff ? REPLACEMENT : (struct slice){0};
}

static void escape(struct output *output, struct slice text, bool in_attribute) {
    size_t plain = 0, length;
    for (size_t at = 0; at < text.length; at += length) {
        struct slice other = stand_in((struct slice){text.text + at, text.length - at}, in_attribute, &length);
        if (!other.text) continue;
        output_write(output, text.text + plain, at - plain);
        output_write_slice(output, other);
        plain = at + length;
    }
    output_write(output, text.text + plain, text.length - plain);
}

void escape_text(struct output *output, struct slice text) {
    escape(output, text, false);
}

void escape_attribute(struct output *output, struct slice name, struct slice value) {
    output_write(output, " ", 1);
    output_write_slice(output, name);
    output_write(output, "=\"", 2);
    escape(output, value, true);
    output_write(output, "\"", 1);
}

/* A section can hold neither a carriage return nor what XML forbids. */
static bool fits_cdata(struct slice text) {
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.text[i];
        if (c < 0x20 && c != '\n' && c != '\t') return false;
    }
    return true;
}

void escape_cdata(struct output *output, struct slice text) {
    if (text.length == 0 || !fits_cdata(text)) {
        escape_text(output, text);
        return;
    }
    output_write_slice(output, SLICE("<![CDATA["));
    const char *end;
    while ((end = memmem(text.text, text.length, "]]>", 3))) {
        size_t part = (size_t)(end - text.text) + 2;
        output_write(output, text.text, part);
        output_write_slice(output, SLICE("]]><![CDATA["));
        text.text += part;
        text.length -= part;
    }
    output_write_slice(output, text);
    output_write_slice(output, SLICE("]]>"));
}
