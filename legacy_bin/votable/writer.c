/* writer.c - the VOTable writer: the tree as it came, rows as TABLEDATA. Streaming.
 * What is written reads back to the same bytes. VOTable 1.5; XML 1.0, fifth edition. */
#include <limits.h>
#include <stdlib.h>

#include "votable/escape.h"
#include "votable/root.h"
#include "votable/sink.h"

/* What an open element has in it so far; kept as a byte for each level. */
enum {
    HAS_ELEMENTS = 1, /* on lines of their own */
    HAS_TEXT = 2,     /* no line break may be put in any more */
};

struct writer {
    struct sink sink;
    struct buffer levels; /* one byte for each open element */
    /* What stands around the cells of a row; each with a block of slack. */
    struct buffer first, between, last, empty_row;
    bool takes_source;     /* … is nothing but tags as the reader's source of a row has them */
    struct sink_room room; /* text of a cell that came in binary */
};

static void break_line(const struct writer *writer, struct buffer *line, size_t depth) {
    if (writer->sink.settings.indent <= 0) return;
    buffer_append_byte(line, '\n');
    for (size_t i = 0; i < depth; i++) buffer_append_format(line, "%*s", writer->sink.settings.indent, "");
}

static void write_break(const struct writer *writer) {
    static const char blanks[] = "                                ";
    if (writer->sink.settings.indent <= 0) return;
    output_write(writer->sink.output, "\n", 1);
    size_t left = writer->levels.length * (size_t)writer->sink.settings.indent;
    for (size_t part; left > 0; left -= part) {
        part = left < sizeof blanks - 1 ? left : sizeof blanks - 1;
        output_write(writer->sink.output, blanks, part);
    }
}

/* What stands before a new element: its own line, unless there is text around it. */
static void begin_element(struct writer *writer) {
    if (writer->levels.length) {
        char *parent = &writer->levels.bytes[writer->levels.length - 1];
        if (*parent & HAS_TEXT) return;
        *parent |= HAS_ELEMENTS;
    }
    write_break(writer);
}

static bool push_level(struct writer *writer, struct error *error) {
    return buffer_append_byte(&writer->levels, 0) || error_set_memory(error);
}

static void pop_level(struct writer *writer) {
    char state = writer->levels.bytes[--writer->levels.length];
    if (state == HAS_ELEMENTS) write_break(writer);
}

static struct slice prefix_of(struct slice name) {
    struct slice local = vot_local_name(name);
    return (struct slice){name.text, name.length - local.length};
}

/* The standard spelling behind the prefix that the input has. */
static void write_name(struct output *output, const struct vot_node *node) {
    const char *standard = vot_element_name(node->element);
    if (!standard) {
        output_write_slice(output, node->name);
        return;
    }
    output_write_slice(output, prefix_of(node->name));
    output_write_string(output, standard);
}

static bool start(struct sink *sink, const struct vot_node *node, struct error *error) {
    struct writer *writer = (struct writer *)sink;
    struct output *output = sink->output;
    bool is_root = writer->levels.length == 0;
    if (is_root) output_write_slice(output, SLICE("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    begin_element(writer);
    output_write(output, "<", 1);
    write_name(output, node);
    if (is_root)
        root_write_attributes(output, node, format_has_binary2(sink->settings.format));
    else
        for (size_t i = 0; i < node->attribute_count; i++)
            escape_attribute(output, vot_attribute_name(node, i), node->attributes[i].value);
    output_write(output, ">", 1);
    return push_level(writer, error);
}

static bool text(struct sink *sink, const struct vot_node *node, struct error *error) {
    struct writer *writer = (struct writer *)sink;
    (void)error;
    if (writer->levels.length) writer->levels.bytes[writer->levels.length - 1] |= HAS_TEXT;
    if (node->is_cdata)
        escape_cdata(sink->output, node->text);
    else
        escape_text(sink->output, node->text);
    return true;
}

static bool finish(struct sink *sink, const struct vot_node *node, struct error *error) {
    struct writer *writer = (struct writer *)sink;
    (void)error;
    pop_level(writer);
    output_write(sink->output, "</", 2);
    write_name(sink->output, node);
    output_write(sink->output, ">", 1);
    if (writer->levels.length == 0) output_write_string(sink->output, sink->settings.indent > 0 ? "\n\n" : "\n");
    return true;
}

/* The pieces of a row: `first` cell `between` cell … `last`. */
static bool prepare_row(struct writer *writer, struct slice prefix, struct error *error) {
    size_t depth = writer->levels.length;
    struct buffer *pieces[] = {&writer->first, &writer->between, &writer->last, &writer->empty_row};
    for (size_t i = 0; i < 4; i++) pieces[i]->length = 0;
    int length = (int)prefix.length;
    break_line(writer, &writer->first, depth);
    buffer_append_format(&writer->first, "<%.*sTR>", length, prefix.text);
    buffer_append_slice(&writer->empty_row, buffer_slice(&writer->first));
    buffer_append_format(&writer->empty_row, "</%.*sTR>", length, prefix.text);
    break_line(writer, &writer->first, depth + 1);
    buffer_append_format(&writer->first, "<%.*sTD>", length, prefix.text);
    buffer_append_format(&writer->between, "</%.*sTD>", length, prefix.text);
    break_line(writer, &writer->between, depth + 1);
    buffer_append_format(&writer->between, "<%.*sTD>", length, prefix.text);
    buffer_append_format(&writer->last, "</%.*sTD>", length, prefix.text);
    break_line(writer, &writer->last, depth);
    buffer_append_format(&writer->last, "</%.*sTR>", length, prefix.text);
    writer->takes_source = writer->sink.settings.indent <= 0 && length == 0;
    for (size_t i = 0; i < 4; i++)
        if (!buffer_reserve(pieces[i], BLOCK_SIZE) || pieces[i]->is_incomplete) return error_set_memory(error);
    return true;
}

static bool rows(struct sink *sink, const struct vot_table *table, struct error *error) {
    struct writer *writer = (struct writer *)sink;
    struct slice prefix = prefix_of(table->node->name);
    begin_element(writer);
    output_format(sink->output, "<%.*sTABLEDATA>", (int)prefix.length, prefix.text);
    return push_level(writer, error) && prepare_row(writer, prefix, error);
}

static inline void write_piece(struct output *output, const struct buffer *piece) {
    if (piece->length > OUTPUT_ROOM - BLOCK_SIZE) {
        output_write_slice(output, buffer_slice(piece));
        return;
    }
    block_copy(output_reserve(output, piece->length + BLOCK_SIZE), piece->bytes, piece->length);
    output_advance(output, piece->length);
}

/* The row as it came, unless a `>` stands in a text: it is written as a reference. */
static bool write_source(struct output *output, const struct vot_row *row) {
    struct slice source = row->source;
    if (source.length > OUTPUT_ROOM - BLOCK_SIZE) return false;
    char *to = output_reserve(output, source.length + BLOCK_SIZE);
    size_t tag_ends = 0;
    for (size_t at = 0; at < source.length;) {
        block counts = {0};
        for (unsigned blocks = 0; blocks < UCHAR_MAX && at < source.length; blocks++, at += BLOCK_SIZE) {
            block bytes = block_load(source.text + at), hits = block_equal(bytes, block_of('>'));
            block_store(to + at, bytes);
            if (source.length - at < BLOCK_SIZE) hits &= block_first(source.length - at);
            counts -= hits;
        }
        tag_ends += block_sum(counts);
    }
    if (tag_ends != 2 * (row->count + 1)) return false;
    output_advance(output, source.length);
    return true;
}

static bool make(const struct sink *sink, struct sink_room *room, const struct vot_table *table,
                 const struct vot_row *row, uint64_t number, struct output *output, struct error *error) {
    const struct writer *writer = (const struct writer *)sink;
    (void)number;
    if (row->source.text && writer->takes_source && write_source(output, row)) return true;
    if (row->count == 0) {
        write_piece(output, &writer->empty_row);
        return true;
    }
    for (size_t i = 0; i < row->count; i++) {
        const struct vot_cell *cell = &row->cells[i];
        write_piece(output, i == 0 ? &writer->first : &writer->between);
        if (cell->form == VOT_CDATA) {
            escape_cdata(output, (struct slice){cell->bytes, cell->length});
        } else if (cell->form == VOT_TEXT) {
            escape_cell(output, (struct slice){cell->bytes, cell->length});
        } else if (vot_cell_is_item(&table->fields[i], cell)) { /* nothing in it is to escape */
            char *out = output_reserve(output, NUMBER_ROOM);
            output_advance(output, vot_item_text(table->fields[i].type, cell->bytes, out));
        } else {
            struct slice text = vot_cell_text(&table->fields[i], cell, &room->text);
            if (!text.text) return error_set_memory(error);
            escape_cell(output, text);
        }
    }
    write_piece(output, &writer->last);
    return true;
}

static bool row(struct sink *sink, const struct vot_table *table, const struct vot_row *row, struct error *error) {
    struct writer *writer = (struct writer *)sink;
    writer->levels.bytes[writer->levels.length - 1] = HAS_ELEMENTS;
    return make(sink, &writer->room, table, row, 0, sink->output, error);
}

static bool put(struct sink *sink, struct slice bytes, uint64_t rows, struct error *error) {
    (void)rows, (void)error;
    output_write_slice(sink->output, bytes);
    return true;
}

static const struct sink_maker *maker(const struct sink *sink) {
    static const struct sink_maker text = {.is_for_binary = true, .make = make, .put = put};
    (void)sink;
    return &text;
}

static bool rows_end(struct sink *sink, const struct vot_table *table, struct error *error) {
    struct writer *writer = (struct writer *)sink;
    struct slice prefix = prefix_of(table->node->name);
    (void)error;
    pop_level(writer);
    output_format(sink->output, "</%.*sTABLEDATA>", (int)prefix.length, prefix.text);
    return true;
}

static void close_writer(struct sink *sink) {
    struct writer *writer = (struct writer *)sink;
    buffer_free(&writer->levels);
    buffer_free(&writer->first);
    buffer_free(&writer->between);
    buffer_free(&writer->last);
    buffer_free(&writer->empty_row);
    buffer_free(&writer->room.text);
    free(writer);
}

static const struct sink_class class = {
    .start = start,
    .text = text,
    .finish = finish,
    .rows = rows,
    .row = row,
    .rows_end = rows_end,
    .close = close_writer,
    .maker = maker,
};

struct sink *vot_sink_open(struct sink_settings settings, struct output *output, struct error *error) {
    return sink_new(sizeof(struct writer), &class, settings, output, error);
}
