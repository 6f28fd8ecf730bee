/* ecsv.c - the first table as ECSV 1.0 (Astropy Proposal for Enhancement 6), cells between commas: numbers as in
 * TABLEDATA, arrays as JSON, no value as an empty cell, an empty string as "". A reader that cannot tell these two
 * apart takes both for no value (astropy does); so a column of strings that has both has its mask in a further column,
 * as astropy's own writer does it. That can only be where rows come with a mask (BINARY2): those wait in a spool until
 * it is known which columns need one. */
#include <stdlib.h>

#include "base/json.h"
#include "table/first.h"
#include "table/json_cell.h"
#include "table/labels.h"
#include "table/metadata.h"
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

static const char *type_name(enum vot_type type) {
    switch (type) {
    case VOT_TYPE_BOOLEAN:
    case VOT_TYPE_BIT: return "bool";
    case VOT_TYPE_BYTE: return "uint8";
    case VOT_TYPE_SHORT: return "int16";
    case VOT_TYPE_INT: return "int32";
    case VOT_TYPE_LONG: return "int64";
    case VOT_TYPE_FLOAT:
    case VOT_TYPE_FLOAT_COMPLEX: return "float32";
    case VOT_TYPE_DOUBLE:
    case VOT_TYPE_DOUBLE_COMPLEX: return "float64";
    default: return "string";
    }
}

/* How many lists are in each other in a cell; of arrays of characters the first dimension is no list. */
static size_t count_lists(const struct vot_field *field, size_t dimensions[VOT_DIMENSIONS], size_t *first) {
    size_t count = vot_field_dimensions(field, dimensions);
    bool is_text = field->type == VOT_TYPE_CHAR || field->type == VOT_TYPE_UNICODE;
    *first = is_text && count ? 1 : 0;
    return count - *first;
}

static bool is_complex(const struct vot_field *field) {
    return field->type == VOT_TYPE_FLOAT_COMPLEX || field->type == VOT_TYPE_DOUBLE_COMPLEX;
}

/* `float64`; of lists `string, subtype: "float64[2,3]"`, the innermost last. Only that one may be of any length, else
 * they are `json`. A complex number is a list of two. */
static bool append_type(struct buffer *out, const struct vot_field *field) {
    size_t dimensions[VOT_DIMENSIONS], first, lists = count_lists(field, dimensions, &first);
    if (lists == 0 && !is_complex(field)) return buffer_append_string(out, type_name(field->type));
    if (field->is_variable && (lists > 1 || is_complex(field)))
        return buffer_append_string(out, "string, \"subtype\": json");
    bool is_done = buffer_append_format(out, "string, \"subtype\": \"%s[", type_name(field->type));
    for (size_t i = first + lists; i > first && is_done; i--) {
        if (i < first + lists) is_done = buffer_append_byte(out, ',');
        is_done = is_done && (field->is_variable ? buffer_append_string(out, "null")
                                                 : buffer_append_format(out, "%zu", dimensions[i - 1]));
    }
    if (is_complex(field) && is_done) is_done = buffer_append_string(out, lists ? ",2" : "2");
    return is_done && buffer_append_string(out, "]\"");
}

/* What of a FIELD has no place of its own, where astropy's conversion of VOTables has it. */
static bool append_column_meta(struct buffer *line, const struct vot_field *field) {
    static const char *const left_out[] = {"name", "unit", "datatype", "arraysize", NULL};
    size_t length = line->length;
    bool is_done = buffer_append_string(line, ", \"meta\": {");
    struct members members = {.out = line};
    members_attributes(&members, field->node, left_out);
    members_values(&members, field->node);
    if (field->type == VOT_TYPE_CHAR || field->type == VOT_TYPE_UNICODE) {
        members_text(&members, "_votable_string_dtype", slice_of(vot_type_name(field->type)));
        if (field->is_variable) members_text(&members, "_votable_arraysize", vot_attribute(field->node, "arraysize"));
    }
    if (!members.has_any) line->length = length;
    return is_done && !members.has_failed && (!members.has_any || buffer_append_byte(line, '}'));
}

static bool append_column(struct buffer *line, struct slice name, const struct vot_field *field) {
    struct slice unit = vot_attribute(field->node, "unit");
    struct members members = {.out = line};
    bool is_done = buffer_append_string(line, "# - {");
    members_text(&members, "name", name);
    if (unit.length) members_text(&members, "unit", unit);
    members_add(&members, "datatype");
    is_done = is_done && append_type(line, field);
    members_description(&members, field->node);
    return is_done && !members.has_failed && append_column_meta(line, field) && buffer_append_string(line, "}\n");
}

/* Which columns have their masks where; astropy puts them together again. */
static bool append_masks(struct ecsv *ecsv, const struct vot_table *table, struct members *meta) {
    static const char *const parts[] = {"\"__class__\": \"astropy.table.column.MaskedColumn\", \"data\": ",
                                        "!astropy.table.SerializedColumn {\"name\": ", "}, \"mask\": ",
                                        "!astropy.table.SerializedColumn {\"name\": ", "}}"};
    struct buffer *line = &ecsv->line;
    struct members masked = {.out = line, .between = ",\n#     "};
    bool is_done = true;
    for (size_t i = 0; i < table->field_count && is_done; i++) {
        if (!ecsv->masks[i].text) continue;
        if (!masked.has_any) {
            members_add(meta, "__serialized_columns__");
            is_done = buffer_append_byte(line, '{');
        }
        members_key(&masked, ecsv->labels.names[i]);
        is_done = is_done && buffer_append_byte(line, '{') && buffer_append_string(line, parts[0]) &&
                  buffer_append_string(line, parts[1]) && json_append_string(line, ecsv->labels.names[i]) &&
                  buffer_append_string(line, parts[2]) && buffer_append_string(line, parts[3]) &&
                  json_append_string(line, ecsv->masks[i]) && buffer_append_string(line, parts[4]);
    }
    return is_done && !masked.has_failed && (!masked.has_any || buffer_append_byte(line, '}'));
}

static bool append_meta(struct ecsv *ecsv, const struct vot_table *table) {
    static const char *const left_out[] = {"nrows", NULL};
    struct buffer *line = &ecsv->line;
    size_t length = line->length;
    struct members meta = {.out = line, .between = ",\n#   "};
    bool is_done = buffer_append_string(line, "# meta: {");
    members_attributes(&meta, table->node, left_out);
    members_description(&meta, table->node);
    members_elements(&meta, "coosys", table->node, VOT_COOSYS);
    members_elements(&meta, "timesys", table->node, VOT_TIMESYS);
    members_elements(&meta, "params", table->node, VOT_PARAM);
    members_elements(&meta, "infos", table->node, VOT_INFO);
    is_done = is_done && append_masks(ecsv, table, &meta);
    if (!meta.has_any) line->length = length;
    return is_done && !meta.has_failed && (!meta.has_any || buffer_append_string(line, "}\n"));
}

/* A cell of CSV, between quotes where it holds something special, or where readers would take blanks off it, or the
 * line for a comment. */
static bool append_csv(struct buffer *line, struct slice text) {
    bool is_special = text.length == 0 || byte_is_blank(text.text[0]) || text.text[0] == '#' ||
                      byte_is_blank(text.text[text.length - 1]);
    for (size_t i = 0; i < text.length && !is_special; i++)
        is_special = text.text[i] == ',' || text.text[i] == '"' || text.text[i] == '\n' || text.text[i] == '\r';
    if (!is_special) return buffer_append_slice(line, text);
    bool is_done = buffer_append_byte(line, '"');
    for (const char *quote; is_done && text.length && (quote = memchr(text.text, '"', text.length));) {
        size_t part = (size_t)(quote - text.text) + 1;
        is_done = buffer_append(line, text.text, part) && buffer_append_byte(line, '"');
        text.text += part;
        text.length -= part;
    }
    return is_done && buffer_append_slice(line, text) && buffer_append_byte(line, '"');
}

static bool write_line(struct ecsv *ecsv, bool is_whole, struct error *error) {
    if (!is_whole) return error_set_memory(error);
    output_write_slice(ecsv->lines, buffer_slice(&ecsv->line));
    ecsv->line.length = 0;
    return true;
}

static bool write_head(struct ecsv *ecsv, const struct vot_table *table, struct error *error) {
    struct buffer *line = &ecsv->line;
    bool is_done = buffer_append_string(line, "# %ECSV 1.0\n# ---\n# delimiter: \",\"\n# datatype:");
    is_done = is_done && buffer_append_string(line, table->field_count ? "\n" : " []\n");
    for (size_t i = 0; i < table->field_count && is_done; i++)
        is_done = append_column(line, ecsv->labels.names[i], &table->fields[i]);
    for (size_t i = 0; i < table->field_count && is_done; i++)
        if (ecsv->masks[i].text)
            is_done = buffer_append_string(line, "# - {\"name\": ") && json_append_string(line, ecsv->masks[i]) &&
                      buffer_append_string(line, ", \"datatype\": bool}\n");
    is_done = is_done && append_meta(ecsv, table) && buffer_append_string(line, "# schema: astropy-2.0\n");
    for (size_t i = 0; i < table->field_count && is_done; i++)
        is_done = (i == 0 || buffer_append_byte(line, ',')) && append_csv(line, ecsv->labels.names[i]);
    for (size_t i = 0; i < table->field_count && is_done; i++)
        if (ecsv->masks[i].text) is_done = buffer_append_byte(line, ',') && append_csv(line, ecsv->masks[i]);
    return write_line(ecsv, is_done && buffer_append_byte(line, '\n'), error);
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
    ecsv->spool = row_spool_open(table, true, error);
    return ecsv->spool;
}

static bool append_cell(struct ecsv *ecsv, size_t index, const struct vot_field *field, const struct vot_cell *cell,
                        struct error *error) {
    struct buffer *line = &ecsv->line, *value = &ecsv->value;
    if (json_cells_is_string(&ecsv->cells, index)) {
        struct slice text = json_cells_string(&ecsv->cells, index, cell, error);
        if (!text.text) return !error->text;
        return append_csv(line, text) || error_set_memory(error);
    }
    value->length = 0;
    if (!json_cells_append(&ecsv->cells, index, cell, value, error)) return false;
    struct slice text = buffer_slice(value);
    if (slice_equal(text, SLICE("null"))) return true;
    bool is_boolean = !field->has_arraysize && (field->type == VOT_TYPE_BOOLEAN || field->type == VOT_TYPE_BIT);
    if (is_boolean) text = text.text[0] == 't' ? SLICE("True") : SLICE("False");
    return append_csv(line, text) || error_set_memory(error);
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
    struct ecsv *ecsv = calloc(1, sizeof *ecsv);
    if (!ecsv) {
        error_set_memory(error);
        return NULL;
    }
    ecsv->sink = (struct sink){&class, output, settings};
    return &ecsv->sink;
}
