/* fits.c - rows of a FITS binary table (VOTable 1.5 section 5.2, FITS 4.0 section 7.3).
 * Columns that hold just what their FIELD declares are shown as they lie there; others (scaled, another width of
 * number, unicodeChar) as text. A table with a heap goes to spools first, since its cells lie anywhere. */
#include <stdlib.h>

#include "base/bigendian.h"
#include "io/spool.h"
#include "votable/fits_header.h"

enum { WIDTHLESS_ROWS = 1 << 20 };

struct conversion {
    bool is_text;         /* not the FIELD's own items: shown as text */
    enum vot_type stored; /* what the items are in FITS */
    size_t size;          /* of an item, 0 for bits */
    struct buffer items;  /* from the heap */
    struct buffer text;
};

struct fits_rows {
    struct row_source source;
    const struct vot_table *table;
    struct byte_reader bytes;
    struct window window;
    struct fits_header header;
    struct conversion *conversions;
    struct vot_cell *cells;
    struct spool *rows_spool, *heap_spool; /* tables with a heap only */
    uint64_t shown;
};

static enum vot_type stored_type(char code) {
    static const char codes[] = "LXBIJKAEDCM";
    static const enum vot_type types[] = {VOT_TYPE_BOOLEAN,       VOT_TYPE_BIT,           VOT_TYPE_BYTE,
                                          VOT_TYPE_SHORT,         VOT_TYPE_INT,           VOT_TYPE_LONG,
                                          VOT_TYPE_CHAR,          VOT_TYPE_FLOAT,         VOT_TYPE_DOUBLE,
                                          VOT_TYPE_FLOAT_COMPLEX, VOT_TYPE_DOUBLE_COMPLEX};
    return types[strchr(codes, code) - codes];
}

static bool is_scaled(const struct fits_column *column) {
    return (column->scale != 1 || column->zero != 0) && vot_type_is_number(stored_type(column->code));
}

/* How a column serves its FIELD, or why it does not. */
static bool match_column(struct fits_rows *rows, size_t index, struct error *error) {
    const struct vot_field *field = &rows->table->fields[index];
    const struct fits_column *column = &rows->header.columns[index];
    struct conversion *conversion = &rows->conversions[index];
    conversion->stored = stored_type(column->code);
    conversion->size = fits_item_size(column->code);
    conversion->is_text = conversion->stored != field->type || is_scaled(column);
    bool is_kind = conversion->stored == field->type ||
                   (vot_type_is_string(conversion->stored) && vot_type_is_string(field->type)) ||
                   (vot_type_is_number(conversion->stored) && vot_type_is_number(field->type));
    bool is_count = vot_type_is_string(field->type) || field->is_variable || column->heap ||
                    column->repeat == field->items || column->repeat == 0;
    if (is_kind && is_count) return true;
    char room[32];
    struct slice name = vot_field_label(field, index, room);
    return error_set_input(error, "FITS column %zu is %zu%c, which FIELD '%.*s' (%s, %s%zu) does not fit", index + 1,
                           column->repeat, column->code, (int)name.length, name.text, vot_type_name(field->type),
                           field->is_variable ? "any number of " : "items: ", field->items);
}

static bool append_number(struct conversion *conversion, const struct vot_field *field,
                          const struct fits_column *column, const char *item) {
    char *out = buffer_reserve(&conversion->text, NUMBER_ROOM + 1);
    if (!out) return false;
    char *start = out;
    if (conversion->text.length) *out++ = ' ';
    bool is_integer = vot_type_is_integer(conversion->stored);
    int64_t integer = is_integer ? vot_item_integer(conversion->stored, item) : 0;
    int64_t shifted;
    if (is_integer && column->scale == 1 && column->zero == 0x1p63) { /* unsigned 64 bits: above the sign bit */
        uint64_t value = (uint64_t)integer ^ (uint64_t)1 << 63;
        if (value >= (uint64_t)INT64_MAX) {
            out += number_write_integer(out, (int64_t)(value / 10));
            value %= 10;
        }
        out += number_write_integer(out, (int64_t)value);
    } else if (is_integer && column->scale == 1 && column->zero > -0x1p62 && column->zero < 0x1p62 &&
               column->zero == (double)(int64_t)column->zero &&
               !__builtin_add_overflow(integer, (int64_t)column->zero, &shifted)) {
        out += number_write_integer(out, shifted);
    } else if (conversion->stored == VOT_TYPE_FLOAT && !is_scaled(column)) {
        out += number_write_float(out, bigendian_float(item));
    } else {
        double value = is_integer                             ? (double)integer
                       : conversion->stored == VOT_TYPE_FLOAT ? (double)bigendian_float(item)
                                                              : bigendian_double(item);
        value = column->zero + column->scale * value;
        out += field->type == VOT_TYPE_FLOAT ? number_write_float(out, (float)value) : number_write_double(out, value);
    }
    conversion->text.length += (size_t)(out - start);
    return true;
}

/* Trailing blanks are none of a FITS string (section 4.2.1), nor is anything from a NUL on; in an array of strings
 * (arraysize with an x) each has its width. */
static size_t string_length(const struct vot_field *field, const char *bytes, size_t length) {
    if (!vot_field_has_dimensions(field)) length = strnlen(bytes, length);
    while (length && (bytes[length - 1] == ' ' || bytes[length - 1] == '\0')) length--;
    return length;
}

static bool is_all_null(const struct fits_column *column, const struct conversion *conversion, const char *bytes,
                        size_t items) {
    if (!column->has_null || !vot_type_is_integer(conversion->stored) || items == 0) return false;
    for (size_t i = 0; i < items; i++)
        if (vot_item_integer(conversion->stored, bytes + i * conversion->size) != column->null) return false;
    return true;
}

static bool is_filling(const struct fits_column *column, const struct conversion *conversion, const char *item) {
    return conversion->stored == VOT_TYPE_BOOLEAN ? *item == '\0' : is_all_null(column, conversion, item, 1);
}

/* A cell from its `items` items at `bytes`. */
static bool set_cell(struct fits_rows *rows, size_t index, const char *bytes, size_t items, struct error *error) {
    const struct vot_field *field = &rows->table->fields[index];
    const struct fits_column *column = &rows->header.columns[index];
    struct conversion *conversion = &rows->conversions[index];
    struct vot_cell *cell = &rows->cells[index];
    *cell = (struct vot_cell){.bytes = bytes, .form = VOT_BYTES};
    if (conversion->stored == VOT_TYPE_BIT) {
        cell->length = (items + 7) / 8;
        cell->spare_bits = (unsigned char)((8 - items % 8) % 8);
        return true;
    }
    if (conversion->stored == VOT_TYPE_CHAR) {
        cell->length = string_length(field, bytes, items);
        if (conversion->is_text) { /* unicodeChar: as UTF-8 text, made valid */
            static const struct vot_field characters = {.type = VOT_TYPE_CHAR, .is_variable = true};
            struct slice text = vot_cell_text(&characters, cell, &conversion->text);
            if (!text.text) return error_set_memory(error);
            *cell = (struct vot_cell){.bytes = text.text, .length = text.length, .form = VOT_TEXT};
        }
        return true;
    }
    if (!field->is_variable && is_all_null(column, conversion, bytes, items)) {
        cell->form = VOT_NULL;
        return true;
    }
    /* a shorter array was filled up */
    while (field->is_variable && items && is_filling(column, conversion, bytes + (items - 1) * conversion->size))
        items--;
    if (!conversion->is_text) {
        cell->length = items * conversion->size;
        return true;
    }
    conversion->text.length = 0;
    for (size_t i = 0; i < items; i++)
        if (!append_number(conversion, field, column, bytes + i * conversion->size)) return error_set_memory(error);
    cell->form = VOT_TEXT;
    cell->bytes = conversion->text.length ? conversion->text.bytes : "";
    cell->length = conversion->text.length;
    return true;
}

/* The cell that a descriptor in the row points to. */
static bool set_heap_cell(struct fits_rows *rows, size_t index, const char *descriptor, struct error *error) {
    const struct fits_column *column = &rows->header.columns[index];
    struct conversion *conversion = &rows->conversions[index];
    bool is_wide = column->heap == 'Q';
    uint64_t items = is_wide ? bigendian_64(descriptor) : bigendian_32(descriptor);
    uint64_t offset = is_wide ? bigendian_64(descriptor + 8) : bigendian_32(descriptor + 4);
    uint64_t length, heap = spool_length(rows->heap_spool);
    if (conversion->size == 0) {
        length = items / 8 + (items % 8 != 0);
    } else if (__builtin_mul_overflow(items, (uint64_t)conversion->size, &length)) {
        length = UINT64_MAX;
    }
    if (length > WINDOW_MAXIMUM || length > heap || (length && offset > heap - length))
        return error_set_input(error, "row %llu: FITS column %zu points to %llu bytes at %llu of a heap of %llu bytes",
                               (unsigned long long)rows->shown + 1, index + 1, (unsigned long long)length,
                               (unsigned long long)offset, (unsigned long long)heap);
    conversion->items.length = 0;
    char *bytes = buffer_reserve(&conversion->items, (size_t)length + VOT_CELL_SLACK);
    if (!bytes) return error_set_memory(error);
    return (length == 0 || spool_read_at(rows->heap_spool, (size_t)offset, bytes, (size_t)length, error)) &&
           set_cell(rows, index, bytes, (size_t)items, error);
}

static bool set_end_error(const struct fits_rows *rows, struct error *error) {
    return error_set_input(error, "row %llu: the FITS data end before it is whole, NAXIS2 says %llu rows",
                           (unsigned long long)rows->shown + 1, (unsigned long long)rows->header.rows);
}

static enum rows_status fits_next(struct row_source *source, struct vot_row *row, struct error *error) {
    struct fits_rows *rows = (struct fits_rows *)source;
    struct window *window = &rows->window;
    size_t width = (size_t)rows->header.width;
    if (rows->shown) window->start += width;
    if (rows->shown == rows->header.rows) return ROWS_END;
    if (window_length(window) < width) {
        if (!window_fill(window, width, error)) return ROWS_ERROR;
        if (window_length(window) < width) return set_end_error(rows, error), ROWS_ERROR;
    }
    const char *bytes = window_bytes(window);
    for (size_t i = 0; i < rows->header.column_count; i++) {
        const struct fits_column *column = &rows->header.columns[i];
        if (column->width == 0) {
            bool is_empty = rows->table->fields[i].is_variable;
            rows->cells[i] = (struct vot_cell){.bytes = bytes, .form = is_empty ? VOT_BYTES : VOT_NULL};
        } else if (column->heap ? !set_heap_cell(rows, i, bytes + column->offset, error)
                                : !set_cell(rows, i, bytes + column->offset, column->repeat, error)) {
            return ROWS_ERROR;
        }
    }
    rows->shown++;
    *row = (struct vot_row){.cells = rows->cells, .count = rows->table->field_count};
    return ROWS_ROW;
}

static enum rows_status fits_skip(struct row_source *source, uint64_t *count, struct error *error) {
    struct fits_rows *rows = (struct fits_rows *)source;
    if (rows->heap_spool) {
        struct vot_row row;
        enum rows_status status;
        while ((status = fits_next(source, &row, error)) == ROWS_ROW) ++*count;
        return status;
    }
    uint64_t width = rows->header.width, left = rows->header.rows - rows->shown, passed = 0;
    if (rows->shown) rows->window.start += (size_t)width;
    if (!window_skip(&rows->window, left * width, &passed, error)) return ROWS_ERROR;
    if (passed < left * width) {
        rows->shown += passed / width;
        return set_end_error(rows, error), ROWS_ERROR;
    }
    rows->shown = 0; /* nothing is left to consume */
    rows->header.rows = 0;
    *count += left;
    return ROWS_END;
}

static void fits_close(struct row_source *source) {
    struct fits_rows *rows = (struct fits_rows *)source;
    for (size_t i = 0; rows->conversions && i < rows->table->field_count; i++) {
        buffer_free(&rows->conversions[i].items);
        buffer_free(&rows->conversions[i].text);
    }
    if (rows->rows_spool) spool_close(rows->rows_spool);
    if (rows->heap_spool) spool_close(rows->heap_spool);
    window_close(&rows->window);
    fits_header_free(&rows->header);
    free(rows->conversions);
    free(rows->cells);
    free(rows);
}

/* Read headers up to the wanted one. */
static bool find_table(struct fits_rows *rows, unsigned long extnum, struct error *error) {
    for (unsigned long number = 0;; number++) {
        bool is_end;
        fits_header_free(&rows->header);
        if (!fits_header_read(&rows->window, number, &rows->header, &is_end, error)) return false;
        if (is_end && extnum)
            return error_set_input(error, "the FITS data have %lu extensions, extnum says %lu", number - 1, extnum);
        if (is_end) return error_set_input(error, "the FITS data have no binary table extension");
        if (extnum ? number == extnum : rows->header.is_table) break;
        uint64_t padded = (rows->header.size + FITS_BLOCK - 1) / FITS_BLOCK * FITS_BLOCK, passed;
        if (!window_skip(&rows->window, padded, &passed, error)) return false;
        if (passed < rows->header.size)
            return error_set_input(error, "FITS HDU %lu: the data end after %llu of %llu bytes", number,
                                   (unsigned long long)passed, (unsigned long long)rows->header.size);
    }
    return rows->header.is_table || error_set_input(error, "FITS extension %lu is not a binary table", extnum);
}

/* `length` bytes of the window into a new spool; what is missing shows when its rows are read. */
static struct spool *spool_bytes(struct window *window, uint64_t length, struct error *error) {
    struct spool *spool = spool_open(error);
    while (spool && length) {
        bool is_done = window_fill(window, 1, error);
        size_t here = window_length(window);
        if (here > length) here = (size_t)length;
        if (is_done && here == 0) break;
        is_done = is_done && spool_write(spool, window_bytes(window), here, error);
        if (!is_done) {
            spool_close(spool);
            return NULL;
        }
        window->start += here;
        length -= here;
    }
    return spool;
}

static bool spool_heap(struct fits_rows *rows, struct error *error) {
    struct fits_header *header = &rows->header;
    bool has_heap = false;
    for (size_t i = 0; i < header->column_count; i++) has_heap = has_heap || header->columns[i].heap;
    if (!has_heap) return true;
    uint64_t table = header->width * header->rows, passed;
    rows->rows_spool = spool_bytes(&rows->window, table, error);
    if (!rows->rows_spool || !window_skip(&rows->window, header->heap - table, &passed, error)) return false;
    rows->heap_spool = spool_bytes(&rows->window, header->size - header->heap, error);
    if (!rows->heap_spool) return false;
    window_close(&rows->window);
    rows->window.source = spool_reader(rows->rows_spool);
    return true;
}

static bool open_table(struct fits_rows *rows, unsigned long extnum, struct error *error) {
    if (!find_table(rows, extnum, error)) return false;
    struct fits_header *header = &rows->header;
    if (header->column_count != rows->table->field_count)
        return error_set_input(error, "the FITS table has %zu columns, the TABLE %zu FIELDs", header->column_count,
                               rows->table->field_count);
    /* arrays that are all empty; a number that nothing in the file bears out is only believed when it is small */
    if (header->width == 0 && header->column_count && header->rows > WIDTHLESS_ROWS)
        return error_set_input(error, "the FITS table has %llu rows without any width",
                               (unsigned long long)header->rows);
    if (header->column_count == 0) header->rows = 0;
    rows->conversions = calloc(header->column_count + 1, sizeof *rows->conversions);
    rows->cells = calloc(header->column_count + 1, sizeof *rows->cells);
    if (!rows->conversions || !rows->cells) return error_set_memory(error);
    for (size_t i = 0; i < header->column_count; i++)
        if (!match_column(rows, i, error)) return false;
    return spool_heap(rows, error);
}

struct row_source *fits_rows_open(const struct vot_table *table, struct byte_reader bytes, unsigned long extnum,
                                  struct error *error) {
    static const struct row_source_class class = {fits_next, fits_skip, fits_close};
    struct fits_rows *rows = calloc(1, sizeof *rows);
    if (!rows) {
        error_set_memory(error);
        return NULL;
    }
    rows->source.class = &class;
    rows->table = table;
    rows->window.source = bytes;
    if (!open_table(rows, extnum, error)) {
        fits_close(&rows->source);
        return NULL;
    }
    return &rows->source;
}
