/* delimited.c - the first table as lines of cells: asv, bsv, csv, tsv. */
#include <stdlib.h>

#include "base/block.h"
#include "table/first.h"
#include "votable/sink.h"

struct delimited {
    struct sink sink;
    char delimiter;
    struct first_output first;
    struct output *lines; /* where the table goes */
    struct sink_room room;
};

static char delimiter_of(enum format format) {
    switch (format) {
    case FORMAT_BSV: return '|';
    case FORMAT_CSV: return ',';
    case FORMAT_TSV: return '\t';
    default: return ' ';
    }
}

static bool is_special(char c, char delimiter) {
    return c == delimiter || c == '"' || c == '\n' || c == '\r';
}

/* Any text; between quotes where it holds something special, quotes doubled. */
static void write_text(struct output *output, struct slice text, char delimiter) {
    size_t at = 0;
    while (at < text.length && !is_special(text.text[at], delimiter)) at++;
    if (at == text.length && (text.length > 0 || delimiter != ' ')) {
        output_write_slice(output, text);
        return;
    }
    output_write(output, "\"", 1);
    for (const char *quote; (quote = memchr(text.text, '"', text.length));) {
        size_t part = (size_t)(quote - text.text) + 1;
        output_write(output, text.text, part);
        output_write(output, "\"", 1);
        text.text += part;
        text.length -= part;
    }
    output_write_slice(output, text);
    output_write(output, "\"", 1);
}

/* The same for a cell as the reader gives it, with readable bytes behind it: copied while it is looked at. */
static inline void write_cell(struct output *output, struct slice text, char delimiter) {
    if (text.length > OUTPUT_ROOM - 2 * BLOCK_SIZE) {
        write_text(output, text, delimiter);
        return;
    }
    char *to = output_reserve(output, text.length + 2 * BLOCK_SIZE);
    block seen = {0};
    for (size_t at = 0; at < text.length; at += BLOCK_SIZE) {
        block bytes = block_load(text.text + at);
        block_store(to + at, bytes);
        bytes = block_equal(bytes, block_of((unsigned char)delimiter)) | block_equal(bytes, block_of('"')) |
                block_equal(bytes, block_of('\n')) | block_equal(bytes, block_of('\r'));
        if (text.length - at < BLOCK_SIZE) bytes &= block_first(text.length - at);
        seen |= bytes;
    }
    if (block_any(seen) || (text.length == 0 && delimiter == ' '))
        write_text(output, text, delimiter);
    else
        output_advance(output, text.length);
}

static bool start(struct sink *sink, const struct vot_node *node, struct error *error) {
    return first_output_only(&((struct delimited *)sink)->first, node, error);
}

static bool shows(const struct sink *sink, const struct vot_table *table) {
    (void)sink;
    return first_table_is(table->node);
}

static bool rows(struct sink *sink, const struct vot_table *table, struct error *error) {
    struct delimited *delimited = (struct delimited *)sink;
    delimited->lines = first_output_rows(&delimited->first, table, sink->output, error);
    if (!delimited->lines) return false;
    if (sink->settings.no_header) return true;
    output_write(delimited->lines, "# ", 2);
    for (size_t i = 0; i < table->field_count; i++) {
        char room[32];
        if (i > 0) output_write(delimited->lines, &delimited->delimiter, 1);
        write_text(delimited->lines, vot_field_label(&table->fields[i], i, room), delimited->delimiter);
    }
    output_write(delimited->lines, "\n", 1);
    return true;
}

static bool make(const struct sink *sink, struct sink_room *room, const struct vot_table *table,
                 const struct vot_row *row, uint64_t number, struct output *output, struct error *error) {
    const struct vot_field *field = table->fields;
    const struct vot_cell *cell = row->cells, *end = cell + row->count;
    char delimiter = ((const struct delimited *)sink)->delimiter;
    (void)number;
    for (; cell < end; cell++, field++) {
        if (vot_cell_is_item(field, cell)) { /* nothing in it is special */
            char *at = output_reserve(output, NUMBER_ROOM + 1);
            at += vot_item_text(field->type, cell->bytes, at);
            *at = delimiter;
            output->at = at + 1;
            continue;
        }
        struct slice text = {cell->bytes, cell->length};
        if (cell->form != VOT_TEXT && cell->form != VOT_CDATA) {
            text = vot_cell_text(field, cell, &room->text);
            if (!text.text) return error_set_memory(error);
        }
        write_cell(output, text, delimiter);
        output_reserve(output, 1);
        *output->at++ = delimiter;
    }
    if (row->count == 0)
        output_write(output, "\n", 1);
    else
        output->at[-1] = '\n'; /* not a delimiter */
    return true;
}

static bool row(struct sink *sink, const struct vot_table *table, const struct vot_row *row, struct error *error) {
    struct delimited *delimited = (struct delimited *)sink;
    return make(sink, &delimited->room, table, row, 0, delimited->lines, error);
}

static bool put(struct sink *sink, struct slice bytes, uint64_t rows, struct error *error) {
    (void)rows, (void)error;
    output_write_slice(((struct delimited *)sink)->lines, bytes);
    return true;
}

static const struct sink_maker *maker(const struct sink *sink) {
    static const struct sink_maker lines = {.is_for_binary = true, .make = make, .put = put};
    (void)sink;
    return &lines;
}

static bool end(struct sink *sink, struct error *error) {
    return first_output_end(&((struct delimited *)sink)->first, sink->output, error);
}

static void close_delimited(struct sink *sink) {
    struct delimited *delimited = (struct delimited *)sink;
    first_output_close(&delimited->first);
    buffer_free(&delimited->room.text);
    free(delimited);
}

static const struct sink_class class = {
    .start = start,
    .rows = rows,
    .row = row,
    .end = end,
    .shows = shows,
    .close = close_delimited,
    .maker = maker,
};

struct sink *delimited_sink_open(struct sink_settings settings, struct output *output, struct error *error) {
    struct delimited *delimited = sink_new(sizeof *delimited, &class, settings, output, error);
    if (!delimited) return NULL;
    delimited->delimiter = delimiter_of(settings.format);
    return &delimited->sink;
}
