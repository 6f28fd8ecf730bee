/* expression_value.c - cells as values, values as numbers, text and cells. */
#include <math.h>

#include "table/expression_tree.h"

struct expression_value expression_real(double value) {
    if (isnan(value)) return VALUE_NOTHING;
    return (struct expression_value){.form = VALUE_REAL, .real = value};
}

struct expression_value expression_number_in(struct slice text) {
    int64_t integer;
    double real;
    if (number_read_integer(text, &integer) == NUMBER_WHOLE) return value_integer(integer);
    return number_read_double(text, &real) == NUMBER_WHOLE ? expression_real(real) : VALUE_NOTHING;
}

struct expression_value expression_boolean_in(struct slice text) {
    text = slice_trim(text);
    if (slice_equal_nocase(text, SLICE("true")) || slice_equal_nocase(text, SLICE("t")) ||
        slice_equal(text, SLICE("1")))
        return value_integer(1);
    if (slice_equal_nocase(text, SLICE("false")) || slice_equal_nocase(text, SLICE("f")) ||
        slice_equal(text, SLICE("0")))
        return value_integer(0);
    return VALUE_NOTHING;
}

int expression_order(const void *left, const void *right) {
    const struct expression_value *a = left, *b = right;
    if (a->form == VALUE_INTEGER) return (a->integer > b->integer) - (a->integer < b->integer);
    size_t length = a->text.length < b->text.length ? a->text.length : b->text.length;
    int order = length ? memcmp(a->text.text, b->text.text, length) : 0;
    return order ? order : (a->text.length > b->text.length) - (a->text.length < b->text.length);
}

/* Both serialisations of a float must give the same: text is read as float, too. */
static struct expression_value real_cell(const struct vot_field *field, const struct vot_cell *cell) {
    float single;
    double real;
    if (field->type == VOT_TYPE_FLOAT && cell->form != VOT_BYTES)
        return number_read_float((struct slice){cell->bytes, cell->length}, &single) == NUMBER_WHOLE
                   ? expression_real((double)single)
                   : VALUE_NOTHING;
    return vot_cell_double(field, cell, &real) == NUMBER_WHOLE ? expression_real(real) : VALUE_NOTHING;
}

static struct expression_value text_cell(struct evaluation *evaluation, struct node *node,
                                         const struct vot_cell *cell) {
    struct slice text = vot_cell_text(node->field, cell, &node->room);
    if (!text.text) evaluation->failure = "not enough memory";
    return text.text ? value_text(text) : VALUE_NOTHING;
}

struct expression_value expression_cell_value(struct evaluation *evaluation, struct node *node) {
    const struct vot_field *field = node->field;
    const struct vot_cell *cell = &evaluation->cells[node->column];
    if (cell->length == 0) return VALUE_NOTHING;
    if ((cell->form == VOT_BYTES || field->null.text) && vot_cell_is_null(field, cell)) return VALUE_NOTHING;
    switch (node->type) {
    case EXPRESSION_REAL: return real_cell(field, cell);
    case EXPRESSION_INTEGER:
        if (cell->form == VOT_BYTES && cell->length == vot_type_size(field->type))
            return value_integer(vot_item_integer(field->type, cell->bytes));
        return cell->form == VOT_BYTES ? VALUE_NOTHING
                                       : expression_number_in((struct slice){cell->bytes, cell->length});
    case EXPRESSION_BOOLEAN: return expression_boolean_in((struct slice){cell->bytes, cell->length});
    default: return text_cell(evaluation, node, cell);
    }
}

/* A float as the decimal number it is written as: 0.1, not 0.10000000149, which it is as a double. */
static struct expression_value as_written(struct expression_value value) {
    float single = value.form == VALUE_REAL ? (float)value.real : 0;
    char digits[NUMBER_ROOM];
    if (single == truncf(single) || !isfinite(single)) return value;
    struct slice text = {digits, number_write_float(digits, single)};
    number_read_double(text, &value.real);
    return value;
}

struct expression_value expression_number_of(struct evaluation *evaluation, struct node *node) {
    struct expression_value value = expression_value_of(evaluation, node);
    if (node->is_single) return as_written(value);
    return value.form == VALUE_TEXT ? expression_number_in(value.text) : value;
}

struct expression_value expression_text_of(struct evaluation *evaluation, struct node *node) {
    struct expression_value value = expression_value_of(evaluation, node);
    if (value.form == VALUE_TEXT || value.form == VALUE_NULL) return value;
    if (node->operation == OP_COLUMN) return text_cell(evaluation, node, &evaluation->cells[node->column]);
    if (node->type == EXPRESSION_BOOLEAN) return value_text(value.integer ? SLICE("true") : SLICE("false"));
    char *digits = buffer_reserve(&node->room, NUMBER_ROOM);
    if (!digits) {
        evaluation->failure = "not enough memory";
        return VALUE_NOTHING;
    }
    return value_text((struct slice){digits, value.form == VALUE_INTEGER ? number_write_integer(digits, value.integer)
                                                                         : number_write_double(digits, value.real)});
}

static bool text_as_cell(struct expression *expression, struct slice text, struct vot_cell *cell, struct error *error) {
    struct buffer *room = &expression->cell;
    room->length = 0;
    if (!buffer_append_slice(room, text) || !buffer_reserve(room, VOT_CELL_SLACK)) return error_set_memory(error);
    *cell = (struct vot_cell){room->bytes, room->length, VOT_TEXT};
    return true;
}

bool expression_cell(struct expression *expression, const struct expression_row *row, struct vot_cell *cell,
                     struct error *error) {
    static const char yes[8 + VOT_CELL_SLACK] = "true", no[8 + VOT_CELL_SLACK] = "false";
    struct expression_value value;
    if (!expression_evaluate(expression, row, &value, error)) return false;
    if (expression->root->is_single) value = as_written(value);
    *cell = (struct vot_cell){.bytes = no, .form = VOT_NULL};
    if (value.form == VALUE_NULL) return true;
    if (value.form == VALUE_TEXT) return text_as_cell(expression, value.text, cell, error);
    cell->form = VOT_TEXT;
    cell->bytes = expression->digits;
    switch (expression->root->type) {
    case EXPRESSION_BOOLEAN:
        cell->bytes = value.integer ? yes : no;
        cell->length = value.integer ? 4 : 5;
        break;
    case EXPRESSION_INTEGER:
        if (value.form == VALUE_INTEGER)
            cell->length = number_write_integer(expression->digits, value.integer);
        else
            cell->form = VOT_NULL; /* it left the range of the column's type */
        break;
    default: cell->length = number_write_double(expression->digits, value_real(value)); break;
    }
    return true;
}
