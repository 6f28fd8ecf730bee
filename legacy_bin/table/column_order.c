/* column_order.c - a number's word is in the order of the values; a text's words are eight bytes each. */
#include "table/column_order.h"

#include <math.h>

#include "table/radix.h"

enum { WORD_BYTES = sizeof(uint64_t) };

static unsigned char lower(unsigned char c) {
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static uint64_t word_of_text(struct slice text, size_t offset) {
    uint64_t word = 0;
    for (size_t i = offset; i < offset + WORD_BYTES; i++)
        word = word << 8 | (i < text.length ? lower((unsigned char)text.text[i]) : 0);
    return word;
}

static bool is_text(const struct vot_cell *cell) {
    return cell->form == VOT_TEXT || cell->form == VOT_CDATA;
}

static enum sort_word text_word(struct column_order *column, const struct vot_cell *cell, size_t level,
                                uint64_t *word) {
    struct slice text = {cell->bytes, cell->length};
    if (!is_text(cell)) text = vot_cell_text(column->field, cell, &column->room);
    if (!text.text) return SORT_FAILED;
    if (text.length == 0) return SORT_NO_VALUE;
    *word = word_of_text(text, level * WORD_BYTES);
    return *word & 0xff ? SORT_MORE : SORT_LAST; /* texts hold no NUL */
}

/* The largest integer that is not above the value. */
static int64_t floor_of(double value) {
    const double limit = 9223372036854775808.0;
    return value >= limit ? INT64_MAX : value < -limit ? INT64_MIN : (int64_t)floor(value);
}

/* Integers are compared exactly. Where other numbers stand among them, first by the integer below, then as doubles. */
static enum sort_word number_word(struct column_order *column, const struct vot_cell *cell, size_t level,
                                  uint64_t *word) {
    bool as_integer = level == 0 && vot_type_is_integer(column->field->type);
    int64_t integer;
    double real;
    if (as_integer) {
        if (cell->form == VOT_BYTES && cell->length == vot_type_size(column->field->type)) {
            *word = word_of_integer(vot_item_integer(column->field->type, cell->bytes));
            return column->is_mixed ? SORT_MORE : SORT_LAST;
        }
        if (is_text(cell) && number_read_integer((struct slice){cell->bytes, cell->length}, &integer) == NUMBER_WHOLE) {
            *word = word_of_integer(integer);
            return column->is_mixed ? SORT_MORE : SORT_LAST;
        }
    }
    if (vot_cell_double(column->field, cell, &real) == NUMBER_NONE || isnan(real)) return SORT_NO_VALUE;
    if (as_integer) column->is_mixed = true;
    *word = as_integer ? word_of_integer(floor_of(real)) : word_of_double(real);
    return as_integer ? SORT_MORE : SORT_LAST;
}

static enum sort_word word_of(void *context, packed_row row, size_t level, uint64_t *word) {
    struct column_order *column = context;
    struct vot_cell cell = store_cell(row, column->column);
    if (level == 0 && vot_cell_is_null(column->field, &cell)) return SORT_NO_VALUE;
    enum sort_word status =
        column->by_text ? text_word(column, &cell, level, word) : number_word(column, &cell, level, word);
    if (column->is_descending) *word = ~*word;
    return status;
}

struct sort_order column_order(struct column_order *column) {
    return (struct sort_order){word_of, column};
}

void column_order_free(struct column_order *column) {
    buffer_free(&column->room);
}
