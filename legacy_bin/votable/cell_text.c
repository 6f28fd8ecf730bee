/* cell_text.c - cells of the binary serialisations as the text TABLEDATA would have. */
#include "votable/cell.h"
#include "votable/unicode.h"

static const struct slice nothing = {NULL, 0};

/* What was written into a cell's room, with the slack that cells have. */
static struct slice written(struct buffer *room) {
    return buffer_reserve(room, VOT_CELL_SLACK) ? buffer_slice(room) : nothing;
}

/* A word of our own, with that slack. */
struct word {
    char text[8 + VOT_CELL_SLACK];
    size_t length;
};

static struct slice slice_of_word(const struct word *word) {
    return (struct slice){word->text, word->length};
}

/* An array of strings (`8x3`) keeps all of them, NULs as blanks; one string ends at its first NUL. */
static struct slice char_text(const struct vot_field *field, struct slice text, struct buffer *room) {
    size_t length = strnlen(text.text, text.length);
    if (length < text.length && vot_field_has_dimensions(field)) {
        struct buffer copy = {0};
        if (!buffer_append_slice(&copy, text)) return nothing;
        for (size_t i = 0; i < copy.length; i++)
            if (copy.bytes[i] == '\0') copy.bytes[i] = ' ';
        while (copy.length && copy.bytes[copy.length - 1] == ' ') copy.length--;
        bool is_done = utf8_append_clean(room, buffer_slice(&copy));
        buffer_free(&copy);
        return is_done ? written(room) : nothing;
    }
    text.length = length;
    if (utf8_valid_length(text) == text.length) return text;
    return utf8_append_clean(room, text) ? written(room) : nothing;
}

static struct slice bit_text(const struct vot_field *field, const struct vot_cell *cell, struct buffer *room) {
    /* some writers put a single bit elsewhere than at the left */
    static const struct word zero = {"0", 1}, one = {"1", 1};
    if (!field->has_arraysize && cell->length == 1) return slice_of_word(cell->bytes[0] ? &one : &zero);
    if (cell->length > SIZE_MAX / 8) return nothing;
    size_t bits = cell->length * 8 - cell->spare_bits;
    char *out = buffer_reserve(room, bits);
    if (!out) return nothing;
    for (size_t i = 0; i < bits; i++) out[i] = (cell->bytes[i / 8] >> (7 - i % 8) & 1) ? '1' : '0';
    room->length = bits;
    return written(room);
}

static struct slice boolean_item(char byte, bool is_array) {
    static const struct word yes = {"true", 4}, no = {"false", 5}, unknown = {"?", 1};
    switch (byte) {
    case 'T':
    case 't':
    case '1': return slice_of_word(&yes);
    case 'F':
    case 'f':
    case '0': return slice_of_word(&no);
    default: return is_array ? slice_of_word(&unknown) : SLICE("");
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
    case VOT_TYPE_UNICODE: return utf8_append_utf16(room, bytes) ? written(room) : nothing;
    case VOT_TYPE_BIT: return bit_text(field, cell, room);
    case VOT_TYPE_BOOLEAN:
        if (bytes.length == 1) return boolean_item(bytes.text[0], field->has_arraysize);
        for (size_t i = 0; i < bytes.length; i++) {
            if (i && !buffer_append_byte(room, ' ')) return nothing;
            struct slice item = boolean_item(bytes.text[i], true);
            if (!buffer_append_slice(room, item)) return nothing;
        }
        return written(room);
    case VOT_TYPE_FLOAT_COMPLEX:
    case VOT_TYPE_DOUBLE_COMPLEX: size /= 2; break;
    default: break;
    }
    for (size_t i = 0; i + size <= bytes.length; i += size) {
        char *out = buffer_reserve(room, 1 + NUMBER_ROOM + VOT_CELL_SLACK);
        if (!out) return nothing;
        if (i) *out++ = ' ', room->length++;
        room->length += vot_item_text(field->type, bytes.text + i, out);
    }
    return written(room);
}
