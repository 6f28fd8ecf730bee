/* cell.c - what a cell is worth: null or not, and its number. */
#include "votable/cell.h"

bool vot_field_null_integer(const struct vot_field *field, int64_t *value) {
    if (!field->null.text || !field->has_null_integer) return false;
    *value = field->null_integer;
    return true;
}

bool vot_field_null_bytes(const struct vot_field *field, char bytes[8]) {
    int64_t integer;
    double real;
    float single;
    switch (field->type) {
    case VOT_TYPE_FLOAT:
        if (number_read_float(field->null, &single) != NUMBER_WHOLE || single != single) return false;
        bigendian_put_float(bytes, single);
        return true;
    case VOT_TYPE_DOUBLE:
        if (number_read_double(field->null, &real) != NUMBER_WHOLE || real != real) return false;
        bigendian_put_double(bytes, real);
        return true;
    default:
        if (!vot_field_null_integer(field, &integer)) return false;
        bigendian_put(bytes, (uint64_t)integer, vot_type_size(field->type));
        return true;
    }
}

/* A scalar that equals VALUES null, whatever its spelling; NaN is a value even where it is said to be none. Of an array
 * of numbers single items may be null, never the cell. */
static bool is_stated_null(const struct vot_field *field, const struct vot_cell *cell) {
    double null, value;
    bool is_number = vot_type_is_number(field->type);
    bool is_real = is_number && number_read_double(field->null, &null) == NUMBER_WHOLE;
    if (is_number && (field->has_arraysize || (is_real && null != null))) return false;
    if (cell->form != VOT_BYTES) {
        if (slice_equal(slice_trim((struct slice){cell->bytes, cell->length}), slice_trim(field->null))) return true;
    } else if (cell->length != vot_type_size(field->type)) {
        return false;
    }
    if (vot_type_is_integer(field->type)) {
        int64_t null_integer, integer;
        if (!vot_field_null_integer(field, &null_integer)) return false;
        if (cell->form == VOT_BYTES) return vot_item_integer(field->type, cell->bytes) == null_integer;
        return number_read_integer((struct slice){cell->bytes, cell->length}, &integer) == NUMBER_WHOLE &&
               integer == null_integer;
    }
    return is_real && vot_cell_double(field, cell, &value) == NUMBER_WHOLE &&
           (value == null || (field->type == VOT_TYPE_FLOAT && value == (double)(float)null));
}

bool vot_cell_is_null(const struct vot_field *field, const struct vot_cell *cell) {
    if (cell->form == VOT_NULL || cell->length == 0) return true;
    if (cell->form == VOT_BYTES) {
        if (field->type == VOT_TYPE_CHAR) return cell->bytes[0] == '\0';
        if (field->type == VOT_TYPE_UNICODE) return cell->length < 2 || bigendian_16(cell->bytes) == 0;
        if (field->type == VOT_TYPE_BOOLEAN && cell->length == 1) return !memchr("TtFf10", cell->bytes[0], 6);
    }
    return field->null.text && is_stated_null(field, cell);
}

char vot_boolean_read(struct slice text) {
    if (text.length != 1)
        return slice_equal_nocase(text, SLICE("true")) ? 'T' : slice_equal_nocase(text, SLICE("false")) ? 'F' : 0;
    if (text.text[0] == '?') return '?';
    return memchr("Tt1", text.text[0], 3) ? 'T' : memchr("Ff0", text.text[0], 3) ? 'F' : 0;
}

bool vot_cell_boolean(const struct vot_field *field, const struct vot_cell *cell, bool *value) {
    if (field->type != VOT_TYPE_BOOLEAN || field->has_arraysize) return false;
    char read = vot_boolean_read(slice_trim((struct slice){cell->bytes, cell->length}));
    *value = read == 'T';
    return read == 'T' || read == 'F';
}

bool vot_cell_integer(const struct vot_field *field, const struct vot_cell *cell, int64_t *value) {
    if (!vot_type_is_integer(field->type) || field->has_arraysize || cell->form == VOT_NULL) return false;
    if (cell->form != VOT_BYTES)
        return number_read_integer((struct slice){cell->bytes, cell->length}, value) == NUMBER_WHOLE;
    if (cell->length != vot_type_size(field->type)) return false;
    *value = vot_item_integer(field->type, cell->bytes);
    return true;
}

/* A string's characters as a number, as if it were text. */
static enum number_match read_string(const struct vot_field *field, const struct vot_cell *cell, double *value) {
    struct slice text = {cell->bytes, strnlen(cell->bytes, cell->length)};
    char narrow[NUMBER_ROOM * 2];
    if (field->type == VOT_TYPE_UNICODE) {
        size_t length = 0;
        for (; length < cell->length / 2; length++) {
            uint16_t c = bigendian_16(cell->bytes + 2 * length);
            if (c == 0) break;
            if (length == sizeof narrow || c >= 0x80) return NUMBER_NONE;
            narrow[length] = (char)c;
        }
        text = (struct slice){narrow, length};
    }
    return number_read_double(text, value);
}

/* Not inlined, as the next: vot_cell_double() then needs no stack for the text of a real number, which most cells are.
 */
static __attribute__((noinline)) enum number_match read_bytes(const struct vot_field *field,
                                                              const struct vot_cell *cell, double *value) {
    size_t size = vot_type_size(field->type);
    if (cell->length < size) return NUMBER_NONE;
    switch (field->type) {
    case VOT_TYPE_BOOLEAN: return NUMBER_NONE;
    case VOT_TYPE_BIT: *value = field->has_arraysize ? (unsigned char)cell->bytes[0] >> 7 : cell->bytes[0] != 0; break;
    case VOT_TYPE_CHAR:
    case VOT_TYPE_UNICODE: return read_string(field, cell, value);
    case VOT_TYPE_FLOAT:
    case VOT_TYPE_FLOAT_COMPLEX: *value = bigendian_float(cell->bytes); break;
    case VOT_TYPE_DOUBLE:
    case VOT_TYPE_DOUBLE_COMPLEX: *value = bigendian_double(cell->bytes); break;
    default: *value = (double)vot_item_integer(field->type, cell->bytes);
    }
    bool is_scalar = field->type == VOT_TYPE_BIT ? cell->length == 1 && cell->spare_bits == 7
                                                 : vot_type_is_number(field->type) && cell->length == size;
    return is_scalar ? NUMBER_WHOLE : NUMBER_PART;
}

/* Of an integer field, where it may be anything. */
static __attribute__((noinline)) enum number_match read_integer_text(struct slice text, double *value) {
    int64_t integer;
    if (number_read_integer(text, &integer) != NUMBER_WHOLE) return number_read_double(text, value);
    *value = (double)integer;
    return NUMBER_WHOLE;
}

enum number_match vot_cell_double(const struct vot_field *field, const struct vot_cell *cell, double *value) {
    struct slice text = {cell->bytes, cell->length};
    if (cell->form == VOT_NULL || cell->length == 0) return NUMBER_NONE;
    if (cell->form == VOT_BYTES) return read_bytes(field, cell, value);
    return vot_type_is_integer(field->type) ? read_integer_text(text, value) : number_read_double(text, value);
}
