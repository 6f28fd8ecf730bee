/* cell_text.c - cells of the binary serialisations as the text TABLEDATA would have. */
#include "base/bigendian.h"
#include "votable/cell.h"
#include "votable/unicode.h"

static const struct slice nothing = {NULL, 0};

/* An array of strings (`8x3`) keeps all of them, NULs as blanks; one string ends at its first NUL. */
static bool is_string_array(const struct vot_field *field) {
    struct slice arraysize = field->node ? vot_attribute(field->node, "arraysize") : nothing;
    return arraysize.text && memchr(arraysize.text, 'x', arraysize.length);
}

static struct slice char_text(const struct vot_field *field, struct slice text, struct buffer *room) {
    size_t length = strnlen(text.text, text.length);
    if (length < text.length && is_string_array(field)) {
        struct buffer copy = {0};
        if (!buffer_append_slice(&copy, text)) return nothing;
        for (size_t i = 0; i < copy.length; i++)
            if (copy.bytes[i] == '\0') copy.bytes[i] = ' ';
        while (copy.length && copy.bytes[copy.length - 1] == ' ') copy.length--;
        bool is_done = utf8_append_clean(room, buffer_slice(&copy)) && buffer_reserve(room, 1);
        buffer_free(&copy);
        return is_done ? buffer_slice(room) : nothing;
    }
    text.length = length;
    if (utf8_valid_length(text) == text.length) return text;
    return utf8_append_clean(room, text) ? buffer_slice(room) : nothing;
}

static struct slice bit_text(const struct vot_field *field, const struct vot_cell *cell, struct buffer *room) {
    /* some writers put a single bit elsewhere than at the left */
    if (!field->has_arraysize && cell->length == 1) return cell->bytes[0] ? SLICE("1") : SLICE("0");
    if (cell->length > SIZE_MAX / 8) return nothing;
    size_t bits = cell->length * 8 - cell->spare_bits;
    char *out = buffer_reserve(room, bits);
    if (!out) return nothing;
    for (size_t i = 0; i < bits; i++) out[i] = (cell->bytes[i / 8] >> (7 - i % 8) & 1) ? '1' : '0';
    room->length = bits;
    return buffer_slice(room);
}

static struct slice boolean_item(char byte, bool is_array) {
    switch (byte) {
    case 'T':
    case 't':
    case '1': return SLICE("true");
    case 'F':
    case 'f':
    case '0': return SLICE("false");
    default: return is_array ? SLICE("?") : SLICE("");
    }
}

/* One number (`size` bytes, half a complex) at `out`; returns its length. */
static size_t write_item(enum vot_type type, const char *bytes, char *out) {
    switch (type) {
    case VOT_TYPE_FLOAT:
    case VOT_TYPE_FLOAT_COMPLEX: return number_write_float(out, bigendian_float(bytes));
    case VOT_TYPE_DOUBLE:
    case VOT_TYPE_DOUBLE_COMPLEX: return number_write_double(out, bigendian_double(bytes));
    default: return number_write_integer(out, vot_item_integer(type, bytes));
    }
}

struct slice vot_cell_text(const struct vot_field *field, const struct vot_cell *cell, struct buffer *room) {
    if (cell->form != VOT_BYTES && cell->form != VOT_NULL && cell->bytes)
        return (struct slice){cell->bytes, cell->length};
    room->length = 0;
    if (cell->form != VOT_BYTES || cell->length == 0) return SLICE("");
    struct slice bytes = {cell->bytes, cell->length};
    size_t size = vot_type_size(field->type);
    switch (field->type) {
    case VOT_TYPE_CHAR: return char_text(field, bytes, room);
    case VOT_TYPE_UNICODE:
        return utf8_append_utf16(room, bytes) && buffer_reserve(room, 1) ? buffer_slice(room) : nothing;
    case VOT_TYPE_BIT: return bit_text(field, cell, room);
    case VOT_TYPE_BOOLEAN:
        for (size_t i = 0; i < bytes.length; i++) {
            if (i && !buffer_append_byte(room, ' ')) return nothing;
            struct slice item = boolean_item(bytes.text[i], field->has_arraysize || bytes.length > 1);
            if (!buffer_append_slice(room, item)) return nothing;
        }
        return room->length ? buffer_slice(room) : SLICE("");
    case VOT_TYPE_FLOAT_COMPLEX:
    case VOT_TYPE_DOUBLE_COMPLEX: size /= 2; break;
    default: break;
    }
    for (size_t i = 0; i + size <= bytes.length; i += size) {
        char *out = buffer_reserve(room, NUMBER_ROOM + 1);
        if (!out) return nothing;
        char *start = out;
        if (i) *out++ = ' ';
        out += write_item(field->type, bytes.text + i, out);
        room->length += (size_t)(out - start);
    }
    return buffer_slice(room);
}
