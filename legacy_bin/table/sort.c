/* sort.c - keys as 64-bit numbers in the order of the values, sorted by radix. A text's key is its first eight
 * bytes; where these are equal, the rows go on with the next eight. */
#include "table/sort.h"

#include <math.h>
#include <stdlib.h>

#include "table/radix.h"

enum {
    KEY_BYTES = sizeof(uint64_t),
    FEW = 24, /* so few are faster compared than counted */
};

struct sorter {
    const struct store *store;
    const struct vot_field *field;
    struct sort_order order;
    struct sorted_row *rows, *scratch;
    struct buffer room, other_room; /* texts of cells that came in binary */
    struct buffer work;             /* struct range: rows that are equal so far */
    bool is_out_of_memory;
};

struct range {
    size_t start, count, offset; /* texts are equal before `offset` */
};

static uint64_t key_of_integer(int64_t value) {
    return (uint64_t)value ^ (uint64_t)1 << 63;
}

static uint64_t key_of_double(double value) {
    uint64_t bits;
    value += 0.0; /* -0 is 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static unsigned char lower(unsigned char c) {
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static uint64_t key_of_text(struct slice text, size_t offset) {
    uint64_t key = 0;
    for (size_t i = offset; i < offset + KEY_BYTES; i++)
        key = key << 8 | (i < text.length ? lower((unsigned char)text.text[i]) : 0);
    return key;
}

static struct slice text_of(struct sorter *sorter, packed_row row, struct buffer *room) {
    struct vot_cell cell = store_cell(row, sorter->order.column);
    if (cell.form == VOT_TEXT || cell.form == VOT_CDATA) return (struct slice){cell.bytes, cell.length};
    struct slice text = vot_cell_text(sorter->field, &cell, room);
    if (!text.text) sorter->is_out_of_memory = true;
    return text;
}

/* The key of a row, or false: it has no value. *is_whole: an integer, and exact. */
static bool number_key(struct sorter *sorter, packed_row row, bool as_integer, uint64_t *key, bool *is_whole) {
    struct vot_cell cell = store_cell(row, sorter->order.column);
    if (vot_cell_is_null(sorter->field, &cell)) return false;
    int64_t integer;
    double real;
    if (as_integer && number_read_integer(text_of(sorter, row, &sorter->room), &integer) == NUMBER_WHOLE) {
        *key = key_of_integer(integer);
        return true;
    }
    *is_whole = false;
    if (vot_cell_double(sorter->field, &cell, &real) == NUMBER_NONE || isnan(real)) return false;
    *key = key_of_double(real);
    return true;
}

static bool text_key(struct sorter *sorter, packed_row row, uint64_t *key) {
    struct vot_cell cell = store_cell(row, sorter->order.column);
    if (vot_cell_is_null(sorter->field, &cell)) return false;
    struct slice text = text_of(sorter, row, &sorter->room);
    *key = key_of_text(text, 0);
    return text.length > 0;
}

/* Rows with values from the front, those without from the back, both in input order. Returns how many have one.
 * Integer columns have exact keys, unless a cell holds something else: then all are compared as doubles. */
static size_t assign_keys(struct sorter *sorter, bool as_integer, bool *is_whole) {
    size_t total = store_count(sorter->store), valued = 0, empty = 0;
    uint64_t flip = sorter->order.is_descending ? UINT64_MAX : 0;
    struct store_place place = {0};
    *is_whole = true;
    for (packed_row row; (row = store_next(sorter->store, &place));) {
        uint64_t key = 0;
        bool has_value =
            sorter->order.by_text ? text_key(sorter, row, &key) : number_key(sorter, row, as_integer, &key, is_whole);
        if (has_value)
            sorter->rows[valued++] = (struct sorted_row){key ^ flip, row};
        else
            sorter->rows[total - ++empty] = (struct sorted_row){0, row};
    }
    for (size_t low = valued, high = total; high - low > 1; low++) {
        struct sorted_row row = sorter->rows[low];
        sorter->rows[low] = sorter->rows[--high];
        sorter->rows[high] = row;
    }
    return valued;
}

/* Whether the text of `a` comes behind that of `b`; both are the same before `offset`. */
static bool is_behind(struct sorter *sorter, packed_row a, packed_row b, size_t offset) {
    struct slice x = text_of(sorter, a, &sorter->room), y = text_of(sorter, b, &sorter->other_room);
    size_t i = offset;
    while (i < x.length && i < y.length && lower((unsigned char)x.text[i]) == lower((unsigned char)y.text[i])) i++;
    int from_x = i < x.length ? lower((unsigned char)x.text[i]) : -1;
    int from_y = i < y.length ? lower((unsigned char)y.text[i]) : -1;
    return sorter->order.is_descending ? from_x < from_y : from_x > from_y;
}

static void sort_few(struct sorter *sorter, struct range range) {
    struct sorted_row *rows = sorter->rows + range.start;
    for (size_t i = 1; i < range.count; i++) {
        struct sorted_row row = rows[i];
        size_t j = i;
        for (; j > 0; j--) {
            if (rows[j - 1].key < row.key) break;
            if (rows[j - 1].key == row.key && !is_behind(sorter, rows[j - 1].row, row.row, range.offset)) break;
            rows[j] = rows[j - 1];
        }
        rows[j] = row;
    }
}

/* Runs of rows whose eight bytes are equal, but whose texts go on. */
static void note_runs(struct sorter *sorter, struct range range) {
    const struct sorted_row *rows = sorter->rows + range.start;
    uint64_t flip = sorter->order.is_descending ? UINT64_MAX : 0;
    for (size_t i = 0, end; i < range.count; i = end) {
        for (end = i + 1; end < range.count && rows[end].key == rows[i].key;) end++;
        if (end - i < 2 || ((rows[i].key ^ flip) & 0xff) == 0) continue;
        struct range run = {range.start + i, end - i, range.offset + KEY_BYTES};
        if (!buffer_append(&sorter->work, &run, sizeof run)) sorter->is_out_of_memory = true;
    }
}

static void sort_texts(struct sorter *sorter, size_t count) {
    uint64_t flip = sorter->order.is_descending ? UINT64_MAX : 0;
    struct range range = {0, count, 0};
    for (;;) {
        if (range.offset > 0)
            for (size_t i = range.start; i < range.start + range.count; i++)
                sorter->rows[i].key =
                    key_of_text(text_of(sorter, sorter->rows[i].row, &sorter->room), range.offset) ^ flip;
        if (range.count <= FEW) {
            sort_few(sorter, range);
        } else {
            radix_sort(sorter->rows + range.start, sorter->scratch, range.count);
            note_runs(sorter, range);
        }
        if (sorter->work.length == 0 || sorter->is_out_of_memory) return;
        sorter->work.length -= sizeof range;
        memcpy(&range, sorter->work.bytes + sorter->work.length, sizeof range);
    }
}

struct sorted_row *sort_rows(const struct store *store, const struct vot_field *field, struct sort_order order,
                             struct error *error) {
    size_t count = store_count(store);
    struct sorter sorter = {.store = store, .field = field, .order = order};
    sorter.rows = calloc(count + 1, sizeof *sorter.rows);
    sorter.scratch = calloc(count + 1, sizeof *sorter.scratch);
    if (sorter.rows && sorter.scratch) {
        bool is_whole, as_integer = vot_type_is_integer(field->type);
        size_t valued = assign_keys(&sorter, as_integer, &is_whole);
        if (as_integer && !is_whole) valued = assign_keys(&sorter, false, &is_whole);
        if (order.by_text)
            sort_texts(&sorter, valued);
        else
            radix_sort(sorter.rows, sorter.scratch, valued);
    } else {
        sorter.is_out_of_memory = true;
    }
    free(sorter.scratch);
    buffer_free(&sorter.room);
    buffer_free(&sorter.other_room);
    buffer_free(&sorter.work);
    if (!sorter.is_out_of_memory) return sorter.rows;
    free(sorter.rows);
    error_set_memory(error);
    return NULL;
}
