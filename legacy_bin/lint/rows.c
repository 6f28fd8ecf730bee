/* rows.c - the rows of a table as they come, each cell against its FIELD: by the lane where they are plain, through
 * expat where not, or decoded from a STREAM. */
#include <stdlib.h>

#include "lint/state.h"
#include "votable/lane.h"

static struct lint_frame *table_frame(struct lint *lint) {
    for (unsigned i = lint->depth; i-- > 0;)
        if (lint->frames[i].node && lint->frames[i].node->element == VOT_TABLE) return &lint->frames[i];
    return NULL;
}

static bool set_columns(struct lint *lint, const struct vot_node *table, size_t count) {
    struct lint_rows *rows = &lint->rows;
    struct vot_field *fields = arena_allocate(&lint->tree.arena, (count ? count : 1) * sizeof *fields);
    rows->columns = arena_allocate(&lint->tree.arena, (count ? count : 1) * sizeof *rows->columns);
    rows->places = arena_allocate(&lint->tree.arena, (count ? count : 1) * sizeof *rows->places);
    if (!fields || !rows->columns || !rows->places) return false;
    rows->table = (struct vot_table){table, fields, count, rows->data->element, 0};
    rows->is_understood = true;
    size_t index = 0;
    for (const struct vot_node *node = vot_child(table, VOT_FIELD); node;
         node = vot_sibling(node, VOT_FIELD), index++) {
        struct error error = {0};
        bool is_field = vot_field_parse(node, &fields[index], &error);
        if (!is_field && !error.text) return false;
        error_clear(&error); /* said when the FIELD was checked */
        rows->is_understood = rows->is_understood && is_field;
        lint_column_open(&rows->columns[index], is_field ? &fields[index] : NULL, lint->schema.version);
    }
    return true;
}

/* The TABLE whose FIELDs the rows have: its own, or those of the one it refers to. */
static const struct vot_node *structure_of(struct lint *lint, const struct vot_node *table) {
    if (vot_child(table, VOT_FIELD)) return table;
    struct slice ref = vot_attribute(table, "ref");
    const struct vot_node *other = ref.text ? references_find(&lint->references, ref) : NULL;
    return other && other->element == VOT_TABLE ? other : table;
}

static bool is_lane_at_row(const struct lint *lint) {
    return !lint->no_lane && xml_is_at_end_of_fed(&lint->xml);
}

void lint_rows_open(struct lint *lint, const struct vot_node *data) {
    struct lint_rows *rows = &lint->rows;
    const struct vot_node *table = structure_of(lint, data->parent->parent);
    rows->data = data;
    rows->is_over = false;
    rows->has_text = false;
    bool ok = set_columns(lint, table, vot_count_children(table, VOT_FIELD));
    if (ok && data->element == VOT_TABLEDATA) {
        tabledata_close(&rows->tabledata);
        ok = tabledata_open(&rows->tabledata, rows->table.field_count);
        rows->is_lane_open = is_lane_at_row(lint) && lint_top(lint)->prefix.length == 0;
    } else if (ok) {
        rows->stream = calloc(1, sizeof *rows->stream);
        ok = rows->stream != NULL;
        if (ok) rows->stream->xml = &lint->xml;
    }
    if (ok) return;
    lint->is_short = true;
    xml_stop(&lint->xml);
}

void lint_rows_close(struct lint *lint) {
    struct lint_rows *rows = &lint->rows;
    struct lint_frame *table = rows->data ? table_frame(lint) : NULL;
    bool is_counted = !rows->stream || (rows->is_over && rows->source);
    if (table && is_counted) {
        table->rows += rows->table.rows;
        table->has_rows = true;
    }
    if (rows->source) rows->source->class->close(rows->source);
    if (rows->stream) stream_close(rows->stream);
    free(rows->stream);
    rows->source = NULL;
    rows->stream = NULL;
    rows->data = NULL;
    rows->is_lane_open = false;
}

static void say_cell(struct lint *lint, size_t index, enum lint_rule rule, struct slice text, struct lint_place place) {
    struct lint_rows *rows = &lint->rows;
    const struct lint_column *column = &rows->columns[index];
    struct buffer explanation = {0};
    char room[32];
    struct slice name = vot_field_label(column->field, index, room);
    if (lint_cell_explain(column, rule, text, &explanation) && buffer_string(&explanation))
        report_say(&lint->report, rule, place, name, "row %llu, column %.*s: %s", (unsigned long long)rows->table.rows,
                   SHOWN(name), explanation.bytes);
    else
        lint->is_short = true;
    buffer_free(&explanation);
}

/* Where a byte of the lane's text is; goes forward only, so that a row is looked at once. */
struct cursor {
    const char *at;
    struct lint_place place;
};

enum { COLUMN_MAXIMUM = 4096 }; /* further behind the start of a line, nobody counts */

static struct cursor cursor_at(const struct lint *lint, const char *at) {
    const char *first = lint->xml.window, *start = at;
    if (at - first > COLUMN_MAXIMUM) first = at - COLUMN_MAXIMUM;
    struct lint_place place = {xml_line(&lint->xml), 1};
    while (start > first && start[-1] != '\n' && start[-1] != '\r')
        place.column += ((unsigned char)*--start & 0xC0) != 0x80;
    if (start == first) place.column = 0; /* the line began before that */
    return (struct cursor){at, place};
}

static struct lint_place move_cursor(struct cursor *cursor, const char *byte) {
    for (; cursor->at < byte; cursor->at++) {
        char c = *cursor->at;
        if (c == '\n' || (c == '\r' && cursor->at[1] != '\n'))
            cursor->place = (struct lint_place){cursor->place.line + 1, 1};
        else if (cursor->place.column)
            cursor->place.column += ((unsigned char)c & 0xC0) != 0x80;
    }
    return cursor->place;
}

static void check_td_count(struct lint *lint, size_t count, struct lint_place place) {
    struct lint_rows *rows = &lint->rows;
    if (count == rows->table.field_count) return;
    report_say(&lint->report, RULE_TD_COUNT, place, SLICE(""),
               "row %llu has %zu TDs (%zu are accepted: the TABLE's FIELDs)", (unsigned long long)rows->table.rows,
               count, rows->table.field_count);
}

/* The lane's row, whose text starts at `start`. */
static void check_plain_row(struct lint *lint, const char *start, size_t count) {
    struct lint_rows *rows = &lint->rows;
    const struct vot_cell *cells = rows->tabledata.cells;
    struct cursor cursor = {NULL};
    rows->table.rows++;
    if (count != rows->table.field_count) {
        cursor = cursor_at(lint, start);
        check_td_count(lint, count, move_cursor(&cursor, start + strspn(start, " \t\r\n")));
        if (count > rows->table.field_count) count = rows->table.field_count;
    }
    for (size_t i = 0; i < count; i++) {
        if (!rows->columns[i].field) continue;
        struct slice text = {cells[i].bytes, cells[i].length};
        enum lint_rule rule = lint_cell_text(&rows->columns[i], text);
        if (__builtin_expect(rule == RULE_NONE, 1)) continue;
        if (!cursor.at) cursor = cursor_at(lint, start);
        say_cell(lint, i, rule, text, move_cursor(&cursor, cells[i].bytes - strlen("<TD>")));
    }
}

static bool read_lane(struct lint *lint, struct error *error) {
    struct xml *xml = &lint->xml;
    struct tabledata *tabledata = &lint->rows.tabledata;
    for (;;) {
        char *start = xml->window + xml->start;
        struct lane lane = {start, xml->window + xml->end, 0, 0};
        enum lane_status status = lane_row(&lane, tabledata->cells, tabledata->field_count);
        if (status == LANE_ROW) check_plain_row(lint, start, lane.columns);
        xml_skip(xml, (size_t)(lane.at - start), lane.lines);
        if (status == LANE_ROW || (status == LANE_MORE && xml_fill(xml, error))) continue;
        lint->unknown_line = xml_line(xml);
        lint->rows.is_lane_open = false;
        return !error->text && !lint->is_short;
    }
}

static bool start_stream(struct lint *lint, const char *const *attributes, struct lint_place place) {
    struct lint_rows *rows = &lint->rows;
    struct slice encoding = lint_attribute_value(attributes, "encoding");
    if (rows->stream->is_begun) return false;
    if (encoding.text && !lint_value_fits(VALUE_CHOICE, "gzip base64 dynamic none", encoding)) {
        rows->is_over = true; /* nobody can decode it; said with its attributes */
        return true;
    }
    if (!stream_begin(rows->stream, rows->data, attributes, &lint->tree.arena)) return false;
    rows->stream_at = place;
    xml_pause(&lint->xml);
    return true;
}

bool lint_rows_start(struct lint *lint, struct slice name, const char *const *attributes, struct lint_place place) {
    struct lint_rows *rows = &lint->rows;
    if (rows->stream) return slice_equal(name, SLICE("STREAM")) && start_stream(lint, attributes, place);
    if (tabledata_start(&rows->tabledata, name)) return false;
    bool is_known_cell = slice_equal(name, SLICE("TD")) && rows->tabledata.column < rows->table.field_count;
    if (is_known_cell) rows->places[rows->tabledata.column] = place;
    return true;
}

/* A row that expat read. */
static void check_row(struct lint *lint) {
    struct lint_rows *rows = &lint->rows;
    size_t count = rows->tabledata.column;
    rows->table.rows++;
    check_td_count(lint, count, lint_top(lint)->place);
    for (size_t i = 0; i < count && i < rows->table.field_count; i++) {
        if (!rows->columns[i].field) continue;
        struct slice text = {rows->tabledata.cells[i].bytes, rows->tabledata.cells[i].length};
        enum lint_rule rule = lint_cell_text(&rows->columns[i], text);
        if (rule != RULE_NONE) say_cell(lint, i, rule, text, rows->places[i]);
    }
}

/* So many bytes more do not go into the row: too many, or no memory. */
static void refuse_row(struct lint *lint, size_t more) {
    if (lint->rows.tabledata.text.length + more > TABLEDATA_ROW_MAXIMUM) {
        xml_refuse(&lint->xml, "a row longer than %zu MB", TABLEDATA_ROW_MAXIMUM >> 20);
    } else {
        lint->is_short = true;
        xml_stop(&lint->xml);
    }
}

void lint_rows_end(struct lint *lint, struct slice name) {
    struct lint_rows *rows = &lint->rows;
    if (rows->stream) {
        if (!slice_equal(name, SLICE("STREAM"))) return;
        stream_end(rows->stream);
        xml_pause(&lint->xml);
        return;
    }
    bool ok;
    bool is_row = tabledata_end(&rows->tabledata, &ok);
    if (is_row && ok) check_row(lint);
    if (is_row) rows->is_lane_open = is_lane_at_row(lint) && lint->frames[lint->depth - 2].prefix.length == 0;
    if (!ok) refuse_row(lint, VOT_CELL_SLACK);
}

void lint_rows_text(struct lint *lint, struct slice text) {
    struct lint_rows *rows = &lint->rows;
    if (!rows->stream) {
        if (!tabledata_text(&rows->tabledata, text)) refuse_row(lint, text.length);
    } else if (rows->stream->href) {
        if (!rows->has_text && slice_trim(text).length > 0)
            report_say(&lint->report, RULE_STREAM, lint_here(lint), SLICE("href"),
                       "STREAM has both a href and text (one of them is accepted)");
        rows->has_text = rows->has_text || slice_trim(text).length > 0;
    } else if (!rows->is_over && !stream_text(rows->stream, text)) {
        lint->is_short = true;
        xml_stop(&lint->xml);
    }
}

void lint_rows_cdata(struct lint *lint, bool begins) {
    if (lint->rows.data && !lint->rows.stream) tabledata_cdata(&lint->rows.tabledata, begins);
}

bool lint_rows_are_ready(const struct lint *lint) {
    const struct lint_rows *rows = &lint->rows;
    return rows->is_lane_open || (rows->stream && rows->stream->is_begun && !rows->is_over);
}

static void check_decoded_row(struct lint *lint, const struct vot_row *row) {
    struct lint_rows *rows = &lint->rows;
    struct buffer room = {0};
    rows->table.rows++;
    for (size_t i = 0; i < row->count; i++) {
        enum lint_rule rule = lint_cell_bytes(&rows->columns[i], &row->cells[i]);
        if (rule == RULE_NONE) continue;
        struct slice text = vot_cell_text(rows->columns[i].field, &row->cells[i], &room);
        lint->is_short = lint->is_short || !text.text;
        say_cell(lint, i, rule, text, rows->stream_at);
    }
    buffer_free(&room);
}

/* The rest of the STREAM is left to expat, and not looked at. */
static void give_up_stream(struct lint *lint) {
    lint->rows.is_over = true;
    lint->rows.stream->is_raw = false;
    lint->unknown_line = xml_line(&lint->xml);
}

/* Decoding failed: a finding, unless it was the document's XML that ended, or the system. */
static bool explain_failure(struct lint *lint, enum lint_rule rule, struct error *error) {
    struct lint_rows *rows = &lint->rows;
    XML_ParsingStatus status;
    XML_GetParsingStatus(lint->xml.parser, &status);
    bool is_stopped = status.parsing == XML_FINISHED && !lint->xml.is_finished;
    if (is_stopped || (!error->is_input && rule != RULE_STREAM_REMOTE)) return false;
    report_say(&lint->report, rule, rows->stream_at, SLICE(""), "rows of %s: %s", vot_element_name(rows->data->element),
               error->text ? error->text : "cannot be read");
    error_clear(error);
    if (rows->source) rows->source->class->close(rows->source);
    rows->source = NULL; /* not counted */
    give_up_stream(lint);
    return true;
}

static bool open_decoder(struct lint *lint, struct error *error) {
    struct lint_rows *rows = &lint->rows;
    bool is_remote = rows->stream->href != NULL;
    if (!stream_open(rows->stream, lint->argument, error))
        return explain_failure(lint, is_remote ? RULE_STREAM_REMOTE : RULE_STREAM, error);
    rows->source = rows_open(&rows->table, rows->data, stream_reader(rows->stream), error);
    return rows->source || explain_failure(lint, RULE_STREAM, error);
}

static bool read_stream(struct lint *lint, struct error *error) {
    struct lint_rows *rows = &lint->rows;
    if (!rows->is_understood) {
        give_up_stream(lint);
        return true;
    }
    if (!open_decoder(lint, error)) return false;
    if (rows->is_over) return true;
    struct vot_row row;
    enum rows_status status;
    while ((status = rows->source->class->next(rows->source, &row, error)) == ROWS_ROW) check_decoded_row(lint, &row);
    if (status == ROWS_ERROR || !stream_drain(rows->stream, error)) return explain_failure(lint, RULE_STREAM, error);
    give_up_stream(lint);
    return true;
}

bool lint_rows_read(struct lint *lint, struct error *error) {
    return lint->rows.is_lane_open ? read_lane(lint, error) : read_stream(lint, error);
}
