/* json.c - the first table as one JSON object (RFC 8259): what is known of it and its fields, rows as lists, one a
 * line, and at last PARAMs and INFOs, which may come behind the rows. */
#include <stdlib.h>

#include "table/first.h"
#include "table/json_cell.h"
#include "table/metadata.h"
#include "votable/sink.h"

struct json {
    struct sink sink;
    struct first_output first;
    struct output *lines; /* where the table goes */
    struct json_cells cells;
    struct arena arena; /* of a TABLE without DATA */
    struct buffer line;
    struct members members; /* of the object */
    uint64_t row;
    bool is_complete;
};

static bool start(struct sink *sink, const struct vot_node *node, struct error *error) {
    return first_output_only(&((struct json *)sink)->first, node, error);
}

static bool shows(const struct sink *sink, const struct vot_table *table) {
    (void)sink;
    return first_table_is(table->node);
}

static bool write_line(struct json *json, bool is_whole, struct error *error) {
    output_write_slice(json->lines, buffer_slice(&json->line));
    json->line.length = 0;
    return is_whole || error_set_memory(error);
}

static bool append_field(struct buffer *line, const struct vot_node *field) {
    struct members members = {.out = line};
    bool is_done = buffer_append_byte(line, '{');
    members_attributes(&members, field, NULL);
    members_description(&members, field);
    members_values(&members, field);
    return is_done && !members.has_failed && buffer_append_byte(line, '}');
}

/* All up to the first row. `table` NULL: there is none. */
static bool write_head(struct json *json, const struct vot_table *table, struct error *error) {
    static const char *const left_out[] = {"nrows", NULL};
    struct buffer *line = &json->line;
    struct members *members = &json->members;
    size_t count = table ? table->field_count : 0;
    json->row = 0;
    *members = (struct members){.out = line, .between = ",\n "};
    bool is_done = buffer_append_byte(line, '{');
    if (table) {
        members_attributes(members, table->node, left_out);
        members_description(members, table->node);
        members_elements(members, "coosys", table->node, VOT_COOSYS);
        members_elements(members, "timesys", table->node, VOT_TIMESYS);
    }
    members_add(members, "fields");
    is_done = is_done && buffer_append_byte(line, '[');
    for (size_t i = 0; i < count && is_done; i++)
        is_done = buffer_append_string(line, i ? ",\n  " : "\n  ") && append_field(line, table->fields[i].node);
    is_done = is_done && buffer_append_string(line, count ? "\n ]" : "]");
    members_add(members, "rows");
    is_done = is_done && !members->has_failed && buffer_append_byte(line, '[');
    return write_line(json, is_done, error);
}

static bool rows(struct sink *sink, const struct vot_table *table, struct error *error) {
    struct json *json = (struct json *)sink;
    json->lines = first_output_rows(&json->first, table, sink->output, error);
    return json->lines && json_cells_begin(&json->cells, table->fields, table->field_count, error) &&
           write_head(json, table, error);
}

static bool row(struct sink *sink, const struct vot_table *table, const struct vot_row *row, struct error *error) {
    struct json *json = (struct json *)sink;
    struct buffer *line = &json->line;
    (void)table;
    bool is_done = buffer_append_string(line, json->row++ ? ",\n  [" : "\n  [");
    for (size_t i = 0; i < row->count; i++) {
        if (i && is_done) is_done = buffer_append_string(line, ", ");
        if (!json_cells_append(&json->cells, i, &row->cells[i], line, error))
            return error_prefix(error, "row %llu: ", (unsigned long long)json->row);
    }
    return write_line(json, is_done && buffer_append_byte(line, ']'), error);
}

static bool rows_end(struct sink *sink, const struct vot_table *table, struct error *error) {
    struct json *json = (struct json *)sink;
    (void)table, (void)error;
    output_write_string(json->lines, json->row ? "\n ]" : "]");
    return true;
}

/* What may come behind the rows; `node` is the TABLE, or the RESOURCE that has none. */
static bool write_tail(struct json *json, const struct vot_node *node, struct error *error) {
    members_elements(&json->members, "params", node, VOT_PARAM);
    members_elements(&json->members, "infos", node, VOT_INFO);
    bool is_done = !json->members.has_failed && buffer_append_string(&json->line, "}\n");
    json->is_complete = true;
    return write_line(json, is_done, error);
}

/* An object without rows: of a TABLE without DATA, a RESOURCE without TABLE, or nothing (`node` NULL). */
static bool write_empty(struct json *json, const struct vot_node *node, struct error *error) {
    struct vot_table *table = NULL;
    json->lines = json->sink.output;
    if (node && node->element == VOT_TABLE) {
        table = vot_table_parse(node, VOT_OTHER, &json->arena, error);
        if (!table) return error->text ? false : error_set_memory(error);
    }
    return write_head(json, table, error) && rows_end(&json->sink, NULL, error) && write_tail(json, node, error);
}

/* The only RESOURCE is over, and what its document says may soon be gone. */
static bool finish(struct sink *sink, const struct vot_node *node, struct error *error) {
    struct json *json = (struct json *)sink;
    if (node->element != VOT_RESOURCE || !node->parent || node->parent->parent) return true;
    const struct vot_node *table = vot_first_table(node->parent);
    return json->first.is_begun ? write_tail(json, table, error) : write_empty(json, table ? table : node, error);
}

static bool end(struct sink *sink, struct error *error) {
    struct json *json = (struct json *)sink;
    return (json->is_complete || write_empty(json, NULL, error)) && first_output_end(&json->first, sink->output, error);
}

static void close_json(struct sink *sink) {
    struct json *json = (struct json *)sink;
    first_output_close(&json->first);
    json_cells_free(&json->cells);
    arena_free(&json->arena);
    buffer_free(&json->line);
    free(json);
}

static const struct sink_class class = {
    .start = start,
    .finish = finish,
    .rows = rows,
    .row = row,
    .rows_end = rows_end,
    .end = end,
    .shows = shows,
    .close = close_json,
};

struct sink *json_sink_open(struct sink_settings settings, struct output *output, struct error *error) {
    return sink_new(sizeof(struct json), &class, settings, output, error);
}
