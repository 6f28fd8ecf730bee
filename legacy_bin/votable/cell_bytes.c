/* cell_bytes.c - cells as the big-endian items of the binary serialisations, checked against their field. */
#include <math.h>
#include <stdio.h>

#include "base/bigendian.h"
#include "votable/cell.h"
#include "votable/unicode.h"

enum { SHOWN = 60 }; /* bytes of a value quoted in a message */

static struct slice field_name(const struct vot_field *field) {
    struct slice name = vot_attribute(field->node, "name");
    if (name.length == 0) name = vot_attribute(field->node, "ID");
    return name.length ? name : SLICE("(without name)");
}

/* "field 'ra': 'abc' is not …"; `accepted` ends the sentence. */
static bool set_value_error(struct error *error, const struct vot_field *field, struct slice value,
                            const char *accepted) {
    struct slice name = field_name(field);
    bool is_long = value.length > SHOWN;
    size_t shown = is_long ? SHOWN : value.length;
    while (is_long && shown && ((unsigned char)value.text[shown] & 0xc0) == 0x80) shown--;
    return error_set_input(error, "field '%.*s': '%.*s%s' is not %s", (int)name.length, name.text, (int)shown,
                           value.text, is_long ? "…" : "", accepted);
}

static bool set_size_error(struct error *error, const struct vot_field *field, struct slice value, uint64_t found) {
    struct slice name = field_name(field);
    const char *unit = field->type == VOT_TYPE_CHAR      ? "bytes"
                       : field->type == VOT_TYPE_UNICODE ? "UTF-16 units"
                                                         : "items";
    int shown = (int)(value.length > SHOWN ? SHOWN : value.length);
    return error_set_input(error, "field '%.*s': '%.*s' has %llu %s where the %s says %zu", (int)name.length, name.text,
                           shown, value.text, (unsigned long long)found, unit,
                           field->has_arraysize ? "arraysize" : "missing arraysize", field->items);
}

static bool set_integer_error(struct error *error, const struct vot_field *field, struct slice value) {
    char accepted[120];
    snprintf(accepted, sizeof accepted, "%s %s: a whole number from %lld to %lld, decimal or 0x hexadecimal",
             field->type == VOT_TYPE_BYTE || field->type == VOT_TYPE_INT ? "an" : "a", vot_type_name(field->type),
             (long long)vot_type_minimum(field->type), (long long)vot_type_maximum(field->type));
    return set_value_error(error, field, value, accepted);
}

static bool read_integer(const struct vot_field *field, struct slice item, int64_t *value) {
    enum number_match match = number_read_integer(item, value);
    double real;
    if (match == NUMBER_PART && number_read_double(item, &real) == NUMBER_WHOLE && fabs(real) < 0x1p53 &&
        real == floor(real)) { /* 4.0, 1e3 */
        *value = (int64_t)real;
        match = NUMBER_WHOLE;
    }
    return match == NUMBER_WHOLE && vot_type_holds(field->type, *value);
}

/* One item's text (of a complex: half) at `out`. */
static bool put_item(const struct vot_field *field, struct slice item, char *out, struct error *error) {
    int64_t integer;
    float single;
    double real;
    switch (field->type) {
    case VOT_TYPE_BOOLEAN:
        *out = vot_boolean_read(item);
        return *out || set_value_error(error, field, item, "a boolean: true, false, T, F, t, f, 1, 0 or ?");
    case VOT_TYPE_FLOAT:
    case VOT_TYPE_FLOAT_COMPLEX:
        if (number_read_float(item, &single) != NUMBER_WHOLE)
            return set_value_error(error, field, item, "a number (float)");
        bigendian_put_float(out, single);
        return true;
    case VOT_TYPE_DOUBLE:
    case VOT_TYPE_DOUBLE_COMPLEX:
        if (number_read_double(item, &real) != NUMBER_WHOLE)
            return set_value_error(error, field, item, "a number (double)");
        bigendian_put_double(out, real);
        return true;
    default:
        if (!read_integer(field, item, &integer)) return set_integer_error(error, field, item);
        bigendian_put(out, (uint64_t)integer, vot_type_size(field->type));
        return true;
    }
}

static bool is_complex(const struct vot_field *field) {
    return field->type == VOT_TYPE_FLOAT_COMPLEX || field->type == VOT_TYPE_DOUBLE_COMPLEX;
}

/* Blank-separated items. */
static bool append_items(const struct vot_field *field, struct slice text, struct buffer *room, struct error *error) {
    size_t size = vot_type_size(field->type) / (is_complex(field) ? 2 : 1);
    size_t count = 0;
    const char *in = text.text, *end = text.text + text.length;
    for (; in < end; count++) {
        const char *item = in;
        while (in < end && !byte_is_blank(*in)) in++;
        char *out = buffer_reserve(room, 8);
        if (!out) return error_set_memory(error);
        if (!put_item(field, (struct slice){item, (size_t)(in - item)}, out, error)) return false;
        room->length += size;
        while (in < end && byte_is_blank(*in)) in++;
    }
    if (is_complex(field)) {
        if (count % 2) return set_value_error(error, field, text, "complex: pairs of real and imaginary part");
        count /= 2;
    }
    return field->is_variable || count == field->items || set_size_error(error, field, text, count);
}

static bool append_bits(const struct vot_field *field, struct slice text, struct buffer *room,
                        unsigned char *spare_bits, struct error *error) {
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (byte_is_blank(text.text[i])) continue;
        if (text.text[i] != '0' && text.text[i] != '1')
            return set_value_error(error, field, text, "bits: 0 and 1, blanks between them");
        if (count % 8 == 0 && !buffer_append_byte(room, 0)) return error_set_memory(error);
        if (text.text[i] == '1') room->bytes[room->length - 1] |= (char)(0x80 >> count % 8);
        count++;
    }
    *spare_bits = (unsigned char)((8 - count % 8) % 8);
    return field->is_variable || count == field->items || set_size_error(error, field, text, count);
}

/* Bytes of a cell of a field with fixed size. */
static size_t fixed_size(const struct vot_field *field) {
    return field->type == VOT_TYPE_BIT ? (field->items + 7) / 8 : field->items * vot_type_size(field->type);
}

/* What stands for no value: all of a fixed-size field, nothing in a variable one. */
static bool append_nothing(const struct vot_field *field, struct buffer *room) {
    if (field->is_variable) return true;
    size_t length = fixed_size(field);
    char *out = buffer_reserve(room, length);
    if (!out) return false;
    memset(out, field->type == VOT_TYPE_BOOLEAN ? '?' : 0, length);
    room->length += length;
    if (field->type == VOT_TYPE_FLOAT || field->type == VOT_TYPE_FLOAT_COMPLEX)
        for (size_t i = 0; i + 4 <= length; i += 4) bigendian_put_float(out + i, NAN);
    if (field->type == VOT_TYPE_DOUBLE || field->type == VOT_TYPE_DOUBLE_COMPLEX)
        for (size_t i = 0; i + 8 <= length; i += 8) bigendian_put_double(out + i, NAN);
    return true;
}

/* A cell's items may be fewer than its fixed-size field has only when they are a string; of the strings in an array of
 * any length (`8x*`) the last one may be shorter. `shown` is for messages. */
static bool pad(const struct vot_field *field, struct slice shown, struct buffer *room, struct vot_cell *binary,
                struct error *error) {
    size_t length = fixed_size(field), size = vot_type_size(field->type);
    bool is_string = vot_type_is_string(field->type);
    if (field->is_variable) {
        if (!is_string || length == 0 || binary->length % length == 0) return true;
        length = binary->length - binary->length % length + length;
    }
    if (binary->length == length) return true;
    while (is_string && binary->length > length && binary->bytes[binary->length - 1] == '\0') binary->length--;
    if (binary->length == length) return true;
    if (!is_string || binary->length > length)
        return set_size_error(error, field, shown,
                              size ? binary->length / size : binary->length * 8 - binary->spare_bits);
    if (binary->bytes != room->bytes) {
        room->length = 0;
        if (!buffer_append(room, binary->bytes, binary->length)) return error_set_memory(error);
    }
    char *out = buffer_reserve(room, length - binary->length);
    if (!out) return error_set_memory(error);
    memset(out, 0, length - binary->length);
    room->length = length;
    binary->bytes = room->bytes;
    binary->length = length;
    return true;
}

static bool has_value(const struct vot_field *field, const struct vot_cell *cell) {
    if (cell->form == VOT_NULL) return false;
    bool may_be_stated = vot_type_is_number(field->type) && !field->has_arraysize && field->null.text;
    if (may_be_stated && vot_cell_is_null(field, cell)) return false;
    if (field->is_variable || vot_type_is_string(field->type)) return true;
    return cell->form == VOT_BYTES ? cell->length > 0
                                   : slice_trim((struct slice){cell->bytes, cell->length}).length > 0;
}

bool vot_cell_bytes(const struct vot_field *field, const struct vot_cell *cell, struct buffer *room,
                    struct vot_cell *binary, struct error *error) {
    struct slice own = {cell->bytes, cell->length};
    room->length = 0;
    *binary = (struct vot_cell){.form = VOT_BYTES, .bytes = own.text, .length = own.length};
    if (!has_value(field, cell)) {
        if (!append_nothing(field, room)) return error_set_memory(error);
        binary->form = VOT_NULL;
    } else if (cell->form == VOT_BYTES) {
        binary->spare_bits = cell->spare_bits;
        return pad(field, SLICE("(binary)"), room, binary, error);
    } else if (field->type == VOT_TYPE_CHAR) {
        return pad(field, own, room, binary, error);
    } else if (field->type == VOT_TYPE_UNICODE) {
        if (!utf16_append_utf8(room, own)) return error_set_memory(error);
        binary->bytes = room->bytes;
        binary->length = room->length;
        return pad(field, own, room, binary, error);
    } else if (field->type == VOT_TYPE_BIT) {
        if (!append_bits(field, slice_trim(own), room, &binary->spare_bits, error)) return false;
    } else if (!field->has_arraysize && !is_complex(field)) {
        char *out = buffer_reserve(room, 8);
        if (!out) return error_set_memory(error);
        if (!put_item(field, slice_trim(own), out, error)) return false;
        room->length = vot_type_size(field->type);
    } else if (!append_items(field, slice_trim(own), room, error)) {
        return false;
    }
    binary->bytes = room->bytes;
    binary->length = room->length;
    return true;
}
