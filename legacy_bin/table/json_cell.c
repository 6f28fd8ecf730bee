/* json_cell.c - see json_cell.h. */
#include "table/json_cell.h"

#include <math.h>
#include <stdlib.h>

#include "base/bigendian.h"
#include "base/json.h"

struct json_column {
    const struct vot_field *field;
    bool is_string;               /* one text */
    struct vot_field item;        /* of characters with more dimensions: one string; else the field's type alone */
    size_t item_size;             /* bytes; of bits: characters 0 and 1 */
    size_t levels;                /* lists in the list */
    size_t level[VOT_DIMENSIONS]; /* items in each, the innermost first */
    int64_t null;
    bool has_null; /* integers: VALUES null */
};

static bool prepare(struct json_column *column, const struct vot_field *field, struct error *error) {
    size_t dimensions[VOT_DIMENSIONS], count = vot_field_dimensions(field, dimensions);
    if (count > VOT_DIMENSIONS) {
        struct slice name = vot_attribute(field->node, "name");
        return error_set_input(error, "field '%.*s': an array of %zu dimensions cannot be written, %d can",
                               (int)name.length, name.text, count, VOT_DIMENSIONS);
    }
    *column = (struct json_column){.field = field, .is_string = vot_type_is_string(field->type) && count <= 1};
    size_t first = vot_type_is_string(field->type) && count ? 1 : 0; /* the dimension that counts items */
    size_t characters = first ? dimensions[0] : 1, items = 1;
    column->item = (struct vot_field){.type = field->type, .items = characters};
    column->item_size = field->type == VOT_TYPE_BIT ? 1 : characters * vot_type_size(field->type);
    for (size_t i = first; i + 1 < count; i++) column->level[column->levels++] = items *= dimensions[i];
    column->has_null = vot_field_null_integer(field, &column->null);
    return true;
}

bool json_cells_begin(struct json_cells *cells, const struct vot_field *fields, size_t count, struct error *error) {
    free(cells->columns);
    cells->columns = calloc(count + 1, sizeof *cells->columns);
    if (!cells->columns) return error_set_memory(error);
    for (size_t i = 0; i < count; i++)
        if (!prepare(&cells->columns[i], &fields[i], error)) return false;
    return true;
}

void json_cells_free(struct json_cells *cells) {
    free(cells->columns);
    buffer_free(&cells->bytes);
    buffer_free(&cells->text);
}

static const char *pass_digits(const char *at, const char *end) {
    while (at < end && *at >= '0' && *at <= '9') at++;
    return at;
}

/* Text that is a number of JSON (section 6) as it stands, and certainly in the range of the type. */
static bool is_plain_number(enum vot_type type, struct slice text) {
    enum { LENGTH_MAXIMUM = 24 };
    static const unsigned char safe_digits[] = {
        [VOT_TYPE_BYTE] = 2, [VOT_TYPE_SHORT] = 4, [VOT_TYPE_INT] = 9, [VOT_TYPE_LONG] = 18};
    const char *at = text.text, *end = text.text + text.length;
    if (text.length > LENGTH_MAXIMUM) return false;
    if (at < end && *at == '-' && type != VOT_TYPE_BYTE) at++;
    const char *start = at;
    at = pass_digits(at, end);
    if (at == start || (*start == '0' && at - start > 1)) return false;
    if (vot_type_is_integer(type)) return at == end && at - start <= safe_digits[type];
    if (at < end && *at == '.') {
        start = ++at;
        at = pass_digits(at, end);
        if (at == start) return false;
    }
    if (at == end || (*at != 'e' && *at != 'E')) return at == end;
    at++;
    if (at < end && (*at == '-' || *at == '+')) at++;
    start = at;
    at = pass_digits(at, end);
    return at == end && at > start && at - start <= (type == VOT_TYPE_FLOAT ? 1 : 2);
}

static bool append_real(const struct json_cells *cells, enum vot_type type, const char *bytes, struct buffer *out) {
    bool is_single = type == VOT_TYPE_FLOAT || type == VOT_TYPE_FLOAT_COMPLEX;
    double value = is_single ? (double)bigendian_float(bytes) : bigendian_double(bytes);
    if (!isfinite(value) && cells->has_bare_words)
        return buffer_append_string(out, isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    return is_single ? json_append_float(out, bigendian_float(bytes)) : json_append_double(out, value);
}

static bool append_complex(const struct json_cells *cells, enum vot_type type, const char *bytes, struct buffer *out) {
    return buffer_append_byte(out, '[') && append_real(cells, type, bytes, out) && buffer_append_byte(out, ',') &&
           append_real(cells, type, bytes + vot_type_size(type) / 2, out) && buffer_append_byte(out, ']');
}

static bool append_string(struct json_cells *cells, const struct json_column *column, const char *bytes,
                          struct buffer *out) {
    struct vot_cell cell = {.bytes = bytes, .length = column->item_size, .form = VOT_BYTES};
    struct slice text = vot_cell_text(&column->item, &cell, &cells->text);
    while (text.length && text.text[text.length - 1] == ' ') text.length--;
    return text.text && json_append_string(out, text);
}

static bool append_item(struct json_cells *cells, const struct json_column *column, const char *bytes,
                        struct buffer *out) {
    enum vot_type type = column->field->type;
    switch (type) {
    case VOT_TYPE_BIT:
    case VOT_TYPE_BOOLEAN:
        return buffer_append_string(out, memchr("1Tt", *bytes, 3)   ? "true"
                                         : memchr("0Ff", *bytes, 3) ? "false"
                                                                    : "null");
    case VOT_TYPE_CHAR:
    case VOT_TYPE_UNICODE: return append_string(cells, column, bytes, out);
    case VOT_TYPE_FLOAT:
    case VOT_TYPE_DOUBLE: return append_real(cells, type, bytes, out);
    case VOT_TYPE_FLOAT_COMPLEX:
    case VOT_TYPE_DOUBLE_COMPLEX: return append_complex(cells, type, bytes, out);
    default: break;
    }
    char digits[NUMBER_ROOM];
    int64_t value = vot_item_integer(type, bytes);
    if (column->has_null && value == column->null) return buffer_append_string(out, "null");
    return buffer_append(out, digits, number_write_integer(digits, value));
}

/* Lists open, or close, where an item begins or ends them. */
static bool append_brackets(const struct json_column *column, uint64_t place, char bracket, struct buffer *out) {
    for (size_t i = 0; i < column->levels; i++)
        if (place % column->level[i] == 0 && !buffer_append_byte(out, bracket)) return false;
    return true;
}

static bool append_list(struct json_cells *cells, const struct json_column *column, struct slice items,
                        struct buffer *out) {
    bool is_empty = column->item_size == 0 || (column->levels && column->level[column->levels - 1] == 0);
    uint64_t count = is_empty ? 0 : items.length / column->item_size;
    bool is_done = buffer_append_byte(out, '[');
    for (uint64_t i = 0; i < count && is_done; i++) {
        is_done = (i == 0 || buffer_append_byte(out, ',')) && append_brackets(column, i, '[', out) &&
                  append_item(cells, column, items.text + i * column->item_size, out) &&
                  append_brackets(column, i + 1, ']', out);
    }
    return is_done && buffer_append_byte(out, ']');
}

static bool append_value(struct json_cells *cells, const struct json_column *column, const struct vot_cell *cell,
                         struct buffer *out, struct error *error) {
    const struct vot_field *field = column->field;
    struct slice text = {cell->bytes, cell->length};
    struct vot_cell binary;
    if (!field->has_arraysize && field->null.text && vot_cell_is_null(field, cell))
        return buffer_append_string(out, "null");
    if (cell->form != VOT_BYTES && cell->form != VOT_NULL && !field->has_arraysize && vot_type_is_number(field->type)) {
        text = slice_trim(text);
        if (is_plain_number(field->type, text)) return buffer_append_slice(out, text);
    }
    if (!vot_cell_bytes(field, cell, &cells->bytes, &binary, error)) return false;
    if (binary.form == VOT_NULL) return buffer_append_string(out, "null");
    struct slice items = {binary.bytes, binary.length};
    if (field->type == VOT_TYPE_BIT) {
        items = vot_cell_text(field, &binary, &cells->text);
        if (!items.text) return false;
    }
    return field->has_arraysize ? append_list(cells, column, items, out) : append_item(cells, column, items.text, out);
}

bool json_cells_is_string(const struct json_cells *cells, size_t index) {
    return cells->columns[index].is_string;
}

struct slice json_cells_string(struct json_cells *cells, size_t index, const struct vot_cell *cell,
                               struct error *error) {
    const struct vot_field *field = cells->columns[index].field;
    struct slice none = {NULL, 0};
    if (cell->form == VOT_NULL) return none;
    struct slice text = vot_cell_text(field, cell, &cells->text);
    if (!text.text) {
        error_set_memory(error);
        return none;
    }
    return field->null.text && slice_equal(slice_trim(text), slice_trim(field->null)) ? none : text;
}

bool json_cells_append(struct json_cells *cells, size_t index, const struct vot_cell *cell, struct buffer *out,
                       struct error *error) {
    if (!cells->columns[index].is_string) {
        if (append_value(cells, &cells->columns[index], cell, out, error)) return true;
        return error->text ? false : error_set_memory(error);
    }
    struct slice text = json_cells_string(cells, index, cell, error);
    if (error->text) return false;
    return (text.text ? json_append_string(out, text) : buffer_append_string(out, "null")) || error_set_memory(error);
}
