/* ecsv.c - the first table as ECSV 1.0 (Astropy Proposal for Enhancement 6), cells between commas: numbers as in
 * TABLEDATA, arrays as JSON, no value as an empty cell, an empty string as "". A reader that cannot tell these two
 * apart takes both for no value (astropy does); so a column of strings that has both has its mask in a further column,
 * as astropy's own writer does it. That can only be where rows come with a mask (BINARY2): those wait in a spool until
 * it is known which columns need one. */
#include <stdlib.h>

#include "table/ecsv_head.h"
#include "table/first.h"
#include "table/json_cell.h"
#include "table/labels.h"
#include "votable/row_spool.h"
#include "votable/sink.h"

struct ecsv {
    struct sink sink;
    struct first_output first;
    struct output *lines; /* where the table goes */
    struct json_cells cells;
    struct labels labels;
    struct slice *masks; /* the name of each column's mask; text NULL: it has none */
    struct arena arena;  /* of a TABLE without DATA */
    struct row_spool *spool;
    struct buffer line, value;
    uint64_t row;
};

static bool start(struct sink *sink, const struct vot_node *node, struct error *error) {
    return first_output_only(&((struct ecsv *)sink)->first, node, error);
}

static bool shows(const struct sink *sink, const struct vot_table *table) {
    (void)sink;
    return first_table_is(table->node);
}

static bool write_line(struct ecsv *ecsv, bool is_whole, struct error *error) {
    if (!is_whole) return error_set_memory(error);
    output_write_slice(ecsv->lines, buffer_slice(&ecsv->line));
    ecsv->line.length = 0;
    return true;
}

static bool write_head(struct ecsv *ecsv, const struct vot_table *table, struct error *error) {
    struct ecsv_head head = {table, ecsv->labels.names, ecsv->masks};
    return write_line(ecsv, ecsv_append_head(&ecsv->line, &head), error);
}

/* Strings that came with a mask: only when all have come is it known whether one needs it. */
static bool must_wait(const struct ecsv *ecsv, const struct vot_table *table) {
    bool has_string = false;
    for (size_t i = 0; i < table->field_count; i++) has_string |= json_cells_is_string(&ecsv->cells, i);
    return has_string && table->serialization == VOT_BINARY2;
}

static bool begin(struct ecsv *ecsv, const struct vot_table *table, struct error *error) {
    free(ecsv->masks);
    ecsv->masks = calloc(table->field_count + 1, sizeof *ecsv->masks);
    if (!ecsv->masks) return error_set_memory(error);
    ecsv->row = 0;
    ecsv->cells.has_bare_words = true;
    return labels_make(&ecsv->labels, table, error) &&
           json_cells_begin(&ecsv->cells, table->fields, table->field_count, error);
}

static bool rows(struct sink *sink, const struct vot_table *table, struct error *error) {
    struct ecsv *ecsv = (struct ecsv *)sink;
    ecsv->lines = first_output_rows(&ecsv->first, table, sink->output, error);
    if (!ecsv->lines || !begin(ecsv, table, error)) return false;
    if (!must_wait(ecsv, table)) return write_head(ecsv, table, error);
    ecsv->spool = row_spool_open(table, STRINGS_OF_ANY_LENGTH, error);
    return ecsv->spool;
}

static bool append_cell(struct ecsv *ecsv, size_t index, const struct vot_field *field, const struct vot_cell *cell,
                        struct error *error) {
    struct buffer *line = &ecsv->line, *value = &ecsv->value;
    if (json_cells_is_string(&ecsv->cells, index)) {
        struct slice text = json_cells_string(&ecsv->cells, index, cell, error);
        if (!text.text) return !error->text;
        return ecsv_append_cell(line, text) || error_set_memory(error);
    }
    value->length = 0;
    if (!json_cells_append(&ecsv->cells, index, cell, value, error)) return false;
    struct slice text = buffer_slice(value);
    if (slice_equal(text, SLICE("null"))) return true;
    bool is_boolean = !field->has_arraysize && (field->type == VOT_TYPE_BOOLEAN || field->type == VOT_TYPE_BIT);
    if (is_boolean) text = text.text[0] == 't' ? SLICE("True") : SLICE("False");
    return ecsv_append_cell(line, text) || error_set_memory(error);
}

static bool write_row(struct ecsv *ecsv, const struct vot_table *table, const struct vot_row *row,
                      struct error *error) {
    struct buffer *line = &ecsv->line;
    bool is_done = true;
    ecsv->row++;
    for (size_t i = 0; i < row->count && is_done; i++) {
        is_done = i == 0 || buffer_append_byte(line, ',');
        if (!append_cell(ecsv, i, &table->fields[i], &row->cells[i], error))
            return error_prefix(error, "row %llu: ", (unsigned long long)ecsv->row);
    }
    /* a line of nothing would be no row */
    if (row->count == 1 && line->length == 0) is_done = buffer_append_string(line, "\"\"");
    for (size_t i = 0; i < row->count && is_done; i++) {
        if (!ecsv->masks[i].text) continue;
        struct slice text = json_cells_string(&ecsv->cells, i, &row->cells[i], error);
        if (error->text) return false;
        is_done = buffer_append_string(line, text.text ? ",False" : ",True");
    }
    return write_line(ecsv, is_done && buffer_append_byte(line, '\n'), error);
}

static bool row(struct sink *sink, const struct vot_table *table, const struct vot_row *row, struct error *error) {
    struct ecsv *ecsv = (struct ecsv *)sink;
    return ecsv->spool ? row_spool_write(ecsv->spool, row, error) : write_row(ecsv, table, row, error);
}

/* A mask for each column of strings that has empty ones: without, they would be taken for no values. */
static bool make_masks(struct ecsv *ecsv, const struct vot_table *table, struct error *error) {
    const struct column_facts *facts = row_spool_facts(ecsv->spool);
    for (size_t i = 0; i < table->field_count; i++) {
        if (!json_cells_is_string(&ecsv->cells, i) || facts[i].shortest > 0) continue;
        struct buffer name = {0};
        bool is_done = buffer_append_slice(&name, ecsv->labels.names[i]) && buffer_append_string(&name, ".mask");
        ecsv->masks[i] = labels_add(&ecsv->labels, buffer_slice(&name), error);
        buffer_free(&name);
        if (!is_done || !ecsv->masks[i].text) return error_set_memory(error);
    }
    return true;
}

static bool write_spooled(struct ecsv *ecsv, const struct vot_table *table, struct error *error) {
    struct row_source *source = row_spool_read(ecsv->spool, error);
    if (!source) return false;
    struct vot_row row;
    enum rows_status status;
    while ((status = source->class->next(source, &row, error)) == ROWS_ROW)
        if (!write_row(ecsv, table, &row, error)) {
            status = ROWS_ERROR;
            break;
        }
    source->class->close(source);
    return status == ROWS_END;
}

static void close_spool(struct ecsv *ecsv) {
    if (ecsv->spool) row_spool_close(ecsv->spool);
    ecsv->spool = NULL;
}

static bool rows_end(struct sink *sink, const struct vot_table *table, struct error *error) {
    struct ecsv *ecsv = (struct ecsv *)sink;
    bool is_done = !ecsv->spool || (make_masks(ecsv, table, error) && write_head(ecsv, table, error) &&
                                    write_spooled(ecsv, table, error));
    close_spool(ecsv);
    return is_done;
}

/* The only RESOURCE is over: a TABLE without DATA is one without rows. */
static bool finish(struct sink *sink, const struct vot_node *node, struct error *error) {
    struct ecsv *ecsv = (struct ecsv *)sink;
    if (node->element != VOT_RESOURCE || !node->parent || node->parent->parent || ecsv->first.is_begun) return true;
    const struct vot_node *first = vot_first_table(node->parent);
    if (!first) return true;
    const struct vot_table *table = vot_table_parse(first, VOT_OTHER, &ecsv->arena, error);
    ecsv->lines = sink->output;
    if (!table) return error->text ? false : error_set_memory(error);
    return begin(ecsv, table, error) && write_head(ecsv, table, error);
}

static bool end(struct sink *sink, struct error *error) {
    return first_output_end(&((struct ecsv *)sink)->first, sink->output, error);
}

static void close_ecsv(struct sink *sink) {
    struct ecsv *ecsv = (struct ecsv *)sink;
    first_output_close(&ecsv->first);
    json_cells_free(&ecsv->cells);
    labels_free(&ecsv->labels);
    free(ecsv->masks);
    close_spool(ecsv);
    arena_free(&ecsv->arena);
    buffer_free(&ecsv->line);
    buffer_free(&ecsv->value);
    free(ecsv);
}

static const struct sink_class class = {
    .start = start,
    .finish = finish,
    .rows = rows,
    .row = row,
    .rows_end = rows_end,
    .end = end,
    .shows = shows,
    .close = close_ecsv,
};

struct sink *ecsv_sink_open(struct sink_settings settings, struct output *output, struct error *error) {
    return sink_new(sizeof(struct ecsv), &class, settings, output, error);
}
