/* json_lines.c - the first table as JSON Lines: an object a row, its members named by the columns. */
#include <stdlib.h>

#include "base/json.h"
#include "table/first.h"
#include "table/json_cell.h"
#include "table/labels.h"
#include "votable/sink.h"

struct json_lines {
    struct sink sink;
    struct first_output first;
    struct output *lines; /* where the table goes */
    struct json_cells cells;
    struct buffer keys; /* what stands before each cell: `{"ra": `, `, "dec": `, … */
    size_t *key_ends;   /* in `keys` */
    struct buffer line;
    uint64_t row;
};

static bool start(struct sink *sink, const struct vot_node *node, struct error *error) {
    return first_output_only(&((struct json_lines *)sink)->first, node, error);
}

static bool shows(const struct sink *sink, const struct vot_table *table) {
    (void)sink;
    return first_table_is(table->node);
}

static bool make_keys(struct json_lines *json, const struct vot_table *table, struct error *error) {
    struct labels labels = {0};
    free(json->key_ends);
    json->key_ends = calloc(table->field_count + 1, sizeof *json->key_ends);
    bool is_done = labels_make(&labels, table, error) && (json->key_ends || error_set_memory(error));
    json->keys.length = 0;
    for (size_t i = 0; i < table->field_count && is_done; i++) {
        is_done = (buffer_append_string(&json->keys, i ? ", " : "{") &&
                   json_append_string(&json->keys, labels.names[i]) && buffer_append_string(&json->keys, ": ")) ||
                  error_set_memory(error);
        json->key_ends[i] = json->keys.length;
    }
    labels_free(&labels);
    return is_done;
}

static bool rows(struct sink *sink, const struct vot_table *table, struct error *error) {
    struct json_lines *json = (struct json_lines *)sink;
    json->lines = first_output_rows(&json->first, table, sink->output, error);
    json->row = 0;
    return json->lines && json_cells_begin(&json->cells, table->fields, table->field_count, error) &&
           make_keys(json, table, error);
}

static bool row(struct sink *sink, const struct vot_table *table, const struct vot_row *row, struct error *error) {
    struct json_lines *json = (struct json_lines *)sink;
    struct buffer *line = &json->line;
    size_t key = 0;
    (void)table;
    line->length = 0;
    json->row++;
    bool is_done = row->count > 0 || buffer_append_byte(line, '{');
    for (size_t i = 0; i < row->count && is_done; i++) {
        is_done = buffer_append(line, json->keys.bytes + key, json->key_ends[i] - key);
        key = json->key_ends[i];
        if (!json_cells_append(&json->cells, i, &row->cells[i], line, error))
            return error_prefix(error, "row %llu: ", (unsigned long long)json->row);
    }
    if (!is_done || !buffer_append_string(line, "}\n")) return error_set_memory(error);
    output_write_slice(json->lines, buffer_slice(line));
    return true;
}

static bool end(struct sink *sink, struct error *error) {
    return first_output_end(&((struct json_lines *)sink)->first, sink->output, error);
}

static void close_json_lines(struct sink *sink) {
    struct json_lines *json = (struct json_lines *)sink;
    first_output_close(&json->first);
    json_cells_free(&json->cells);
    buffer_free(&json->keys);
    buffer_free(&json->line);
    free(json->key_ends);
    free(json);
}

static const struct sink_class class = {
    .start = start,
    .rows = rows,
    .row = row,
    .end = end,
    .shows = shows,
    .close = close_json_lines,
};

struct sink *json_lines_sink_open(struct sink_settings settings, struct output *output, struct error *error) {
    return sink_new(sizeof(struct json_lines), &class, settings, output, error);
}
