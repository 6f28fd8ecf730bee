/* binary.c - rows of the BINARY and BINARY2 serialisations (VOTable 1.5 sections 5.3 and 5.4): big-endian items,
 * a count of four bytes before those of a variable-length array; in BINARY2 a mask of null bits before each row. */
#include <stdlib.h>

#include "base/bigendian.h"
#include "votable/window.h"

struct column {
    size_t size;      /* bytes of each cell; variable: of each item */
    bool is_variable; /* a count of items comes first */
    bool is_bit;
    unsigned char spare_bits; /* fixed-size bits: not used in the last byte */
    bool has_null;            /* BINARY: a cell all of whose items are these bytes has no value */
    size_t item;              /* bytes of an item, when has_null */
    char null[8];
};

struct binary_rows {
    struct row_source source;
    const struct vot_table *table;
    struct window window;
    struct column *columns;
    struct vot_cell *cells;
    size_t mask;     /* bytes of null bits before each row */
    size_t smallest; /* bytes of a row whose variable arrays are empty */
    bool is_fixed;   /* every row has this size */
    size_t row_size; /* of the row shown, consumed by the next call */
    size_t short_at; /* the column that did not fit into what is there */
    uint64_t rows;   /* shown so far */
};

static bool set_column(struct binary_rows *rows, size_t index, struct error *error) {
    const struct vot_field *field = &rows->table->fields[index];
    struct column *column = &rows->columns[index];
    size_t size = vot_type_size(field->type);
    column->is_bit = field->type == VOT_TYPE_BIT;
    column->is_variable = field->is_variable;
    if (field->is_variable) {
        column->size = size;
    } else if (field->items > WINDOW_MAXIMUM) {
        char room[32];
        struct slice name = vot_field_label(field, index, room);
        return error_set_input(error, "field '%.*s': an arraysize of %zu is not accepted, at most %zu items are",
                               (int)name.length, name.text, field->items, WINDOW_MAXIMUM);
    } else {
        column->size = column->is_bit ? (field->items + 7) / 8 : field->items * size;
        column->spare_bits = column->is_bit ? (unsigned char)((8 - field->items % 8) % 8) : 0;
    }
    column->item = size;
    column->has_null = rows->table->serialization == VOT_BINARY && field->null.text && !field->is_variable &&
                       field->items > 0 && vot_field_null_bytes(field, column->null);
    rows->smallest += column->is_variable ? 4 : column->size;
    rows->is_fixed = rows->is_fixed && !column->is_variable;
    if (rows->smallest > WINDOW_MAXIMUM)
        return error_set_input(error, "rows of more than %zu MiB are not accepted", WINDOW_MAXIMUM >> 20);
    return true;
}

static bool is_null_items(const struct column *column, const char *bytes) {
    for (size_t i = 0; i < column->size; i += column->item)
        if (memcmp(bytes + i, column->null, column->item) != 0) return false;
    return true;
}

/* Points the cells at the row that starts at `bytes`, of which `length` are there; true: it is whole, *size are
 * its bytes. false: it needs at least *size, because of column short_at. */
static bool lay_out(struct binary_rows *rows, const char *bytes, size_t length, size_t *size) {
    const struct column *column = rows->columns;
    struct vot_cell *cell = rows->cells;
    const size_t mask = rows->mask, count = rows->table->field_count;
    size_t at = mask;
    unsigned nulls = 0; /* what is left of eight null bits, the next the highest */
    rows->short_at = 0;
    *size = rows->smallest;
    if (length < rows->smallest) return false;
    for (size_t i = 0; i < count; i++, column++, cell++, nulls <<= 1) {
        uint64_t cell_size = column->size;
        unsigned char spare_bits = column->spare_bits;
        if (i % 8 == 0 && mask) nulls = (unsigned char)bytes[i / 8];
        if (column->is_variable) {
            *size = at + 4;
            rows->short_at = i;
            if (length < *size) return false;
            uint32_t items = bigendian_32(bytes + at);
            cell_size = column->is_bit ? ((uint64_t)items + 7) / 8 : (uint64_t)items * column->size;
            spare_bits = column->is_bit ? (unsigned char)((8 - items % 8) % 8) : 0;
            at += 4;
        }
        if (cell_size > length - at) {
            rows->short_at = i;
            *size = cell_size > SIZE_MAX - at ? SIZE_MAX : at + (size_t)cell_size;
            return false;
        }
        bool is_null = nulls & 0x80 || (column->has_null && is_null_items(column, bytes + at));
        *cell = (struct vot_cell){bytes + at, (size_t)cell_size, VOT_BYTES, spare_bits};
        if (is_null) cell->length = 0, cell->form = VOT_NULL;
        at += (size_t)cell_size;
    }
    *size = at;
    return true;
}

/* "row 3: the stream ends …" */
static enum rows_status set_end_error(struct binary_rows *rows, size_t there, size_t needed, struct error *error) {
    char room[32];
    struct slice name = vot_field_label(&rows->table->fields[rows->short_at], rows->short_at, room);
    error_set_input(error, "row %llu: the stream ends inside field '%.*s': %zu bytes of the row are there, %zu needed",
                    (unsigned long long)rows->rows + 1, (int)name.length, name.text, there, needed);
    return ROWS_ERROR;
}

static enum rows_status end_without_columns(struct binary_rows *rows, struct error *error) {
    if (!window_fill(&rows->window, 1, error)) return ROWS_ERROR;
    if (window_length(&rows->window) == 0) return ROWS_END;
    error_set_input(error, "the stream holds data, but the TABLE has no FIELD with a size");
    return ROWS_ERROR;
}

static enum rows_status binary_next(struct row_source *source, struct vot_row *row, struct error *error) {
    struct binary_rows *rows = (struct binary_rows *)source;
    struct window *window = &rows->window;
    window->start += rows->row_size;
    rows->row_size = 0;
    if (rows->smallest == 0) return end_without_columns(rows, error);
    size_t size = rows->smallest;
    for (;;) {
        if (window_length(window) < size) {
            if (!window_fill(window, size, error)) return ROWS_ERROR;
            if (window_length(window) == 0) return ROWS_END;
        }
        if (lay_out(rows, window_bytes(window), window_length(window), &size)) break;
        if (window->is_over) return set_end_error(rows, window_length(window), size, error);
    }
    rows->row_size = size;
    rows->rows++;
    *row = (struct vot_row){.cells = rows->cells, .count = rows->table->field_count};
    return ROWS_ROW;
}

/* Passes over the whole rows that are there, and says how many. Only counts are looked at. */
static uint64_t skip_whole_rows(struct binary_rows *rows) {
    struct window *window = &rows->window;
    const char *bytes = window_bytes(window);
    size_t length = window_length(window), start = 0;
    uint64_t count = 0;
    for (;;) {
        size_t at = start, fixed = rows->mask;
        for (size_t i = 0; i < rows->table->field_count; i++) {
            const struct column *column = &rows->columns[i];
            if (!column->is_variable) {
                fixed += column->size;
                continue;
            }
            if (fixed + 4 > length - at) goto end;
            uint64_t items = bigendian_32(bytes + at + fixed);
            uint64_t size = column->is_bit ? (items + 7) / 8 : items * column->size;
            at += fixed + 4;
            fixed = 0;
            if (size > length - at) goto end;
            at += (size_t)size;
        }
        if (fixed > length - at) break;
        start = at + fixed;
        count++;
    }
end:
    window->start += start;
    return count;
}

static enum rows_status binary_skip(struct row_source *source, uint64_t *count, struct error *error) {
    struct binary_rows *rows = (struct binary_rows *)source;
    if (rows->is_fixed && rows->smallest) {
        uint64_t bytes;
        rows->window.start += rows->row_size;
        rows->row_size = 0;
        if (!window_skip(&rows->window, UINT64_MAX, &bytes, error)) return ROWS_ERROR;
        uint64_t whole = bytes / rows->smallest;
        *count += whole;
        rows->rows += whole;
        if (bytes % rows->smallest == 0) return ROWS_END;
        error_set_input(error, "row %llu: the stream ends inside the row: %llu bytes are there, %zu needed",
                        (unsigned long long)rows->rows + 1, (unsigned long long)(bytes % rows->smallest),
                        rows->smallest);
        return ROWS_ERROR;
    }
    struct vot_row row;
    enum rows_status status;
    while ((status = binary_next(source, &row, error)) == ROWS_ROW) { /* a row that was not whole before */
        rows->window.start += rows->row_size;
        rows->row_size = 0;
        uint64_t whole = skip_whole_rows(rows);
        rows->rows += whole;
        *count += 1 + whole;
    }
    return status;
}

static void binary_close(struct row_source *source) {
    struct binary_rows *rows = (struct binary_rows *)source;
    window_close(&rows->window);
    free(rows->columns);
    free(rows->cells);
    free(rows);
}

struct row_source *binary_rows_open(const struct vot_table *table, struct byte_reader bytes, struct error *error) {
    static const struct row_source_class class = {binary_next, binary_skip, binary_close};
    struct binary_rows *rows = calloc(1, sizeof *rows);
    if (!rows) return error_null_memory(error);
    rows->source.class = &class;
    rows->table = table;
    rows->window.source = bytes;
    rows->mask = table->serialization == VOT_BINARY2 ? (table->field_count + 7) / 8 : 0;
    rows->smallest = rows->mask;
    rows->is_fixed = true;
    rows->columns = calloc(table->field_count + 1, sizeof *rows->columns);
    rows->cells = calloc(table->field_count + 1, sizeof *rows->cells);
    bool is_ready = (rows->columns && rows->cells) || error_set_memory(error);
    for (size_t i = 0; is_ready && i < table->field_count; i++) is_ready = set_column(rows, i, error);
    if (!is_ready) {
        binary_close(&rows->source);
        return NULL;
    }
    return &rows->source;
}
