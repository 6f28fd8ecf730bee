/* sink.c - the names of the output formats, and a document's events handed to the writer of one. */
#include "votable/sink.h"

#include <stdlib.h>

#include "votable/row_crew.h"
#include "votable/sink_crew.h"

static const struct {
    const char *name;
    enum format format;
    const char *extension;
    bool is_old; /* of the original: may be abbreviated */
} names[] = {
    {"vot", FORMAT_VOTABLE, "xml", true},    {"asv", FORMAT_ASV, "txt", true},
    {"bsv", FORMAT_BSV, "txt", true},        {"csv", FORMAT_CSV, "csv", true},
    {"tsv", FORMAT_TSV, "tsv", true},        {"html", FORMAT_HTML, "html", true},
    {"shtml", FORMAT_SHTML, "html", true},   {"fits", FORMAT_FITS, "fits", true},
    {"ascii", FORMAT_ASV, "txt", true},      {"xml", FORMAT_VOTABLE, "xml", true},
    {"raw", FORMAT_VOTABLE, "xml", true},    {"votb", FORMAT_BINARY, "xml", false},
    {"votb2", FORMAT_BINARY2, "xml", false}, {"votfits", FORMAT_VOTFITS, "xml", false},
    {"ecsv", FORMAT_ECSV, "ecsv", false},    {"json", FORMAT_JSON, "json", false},
    {"jsonl", FORMAT_JSONL, "jsonl", false},
};
enum { NAME_COUNT = sizeof names / sizeof names[0] };

enum format format_parse(const char *name) {
    size_t length = strlen(name);
    enum format found = FORMAT_INVALID;
    if (length == 0) return FORMAT_INVALID;
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (strcmp(names[i].name, name) == 0) return names[i].format;
    for (size_t i = 0; i < NAME_COUNT; i++) {
        if (!names[i].is_old || strncmp(names[i].name, name, length) != 0) continue;
        if (found != FORMAT_INVALID && found != names[i].format) return FORMAT_INVALID;
        found = names[i].format;
    }
    return found;
}

const char *format_name(enum format format) {
    if (format == FORMAT_AS_IS || format == FORMAT_EXCHANGE) format = FORMAT_VOTABLE;
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (names[i].format == format) return names[i].name;
    return "invalid";
}

const char *format_extension(enum format format) {
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (names[i].format == format) return names[i].extension;
    return "xml";
}

bool format_is_single(enum format format) {
    switch (format) {
    case FORMAT_ASV:
    case FORMAT_BSV:
    case FORMAT_CSV:
    case FORMAT_TSV:
    case FORMAT_ECSV:
    case FORMAT_JSON:
    case FORMAT_JSONL: return true;
    default: return false;
    }
}

bool format_is_votable(enum format format) {
    return format <= FORMAT_EXCHANGE;
}

bool format_has_binary2(enum format format) {
    return format == FORMAT_BINARY2 || format == FORMAT_EXCHANGE;
}

struct sink *sink_open(struct sink_settings settings, struct output *output, struct error *error) {
    switch (settings.format) {
    case FORMAT_VOTABLE: return vot_sink_open(settings, output, error);
    case FORMAT_ASV:
    case FORMAT_BSV:
    case FORMAT_CSV:
    case FORMAT_TSV: return delimited_sink_open(settings, output, error);
    case FORMAT_HTML:
    case FORMAT_SHTML: return html_sink_open(settings, output, error);
    case FORMAT_BINARY:
    case FORMAT_BINARY2:
    case FORMAT_VOTFITS:
    case FORMAT_AS_IS:
    case FORMAT_EXCHANGE: return serialized_sink_open(settings, output, error);
    case FORMAT_FITS: return fits_sink_open(settings, output, error);
    case FORMAT_ECSV: return ecsv_sink_open(settings, output, error);
    case FORMAT_JSON: return json_sink_open(settings, output, error);
    case FORMAT_JSONL: return json_lines_sink_open(settings, output, error);
    default: error_set(error, "Error: format '%s' cannot be written", format_name(settings.format)); return NULL;
    }
}

void *sink_new(size_t size, const struct sink_class *class, struct sink_settings settings, struct output *output,
               struct error *error) {
    struct sink *sink = calloc(1, size);
    if (!sink) return error_null_memory(error);
    *sink = (struct sink){class, output, settings};
    return sink;
}

void sink_close(struct sink *sink) {
    if (!sink) return;
    sink_crew_close(sink);
    sink->class->close(sink);
}

void sink_settle(struct sink *sink, struct error *error) {
    struct error earlier = {0};
    if (!sink || !error->text || sink_crew_finish(sink, &earlier)) return;
    error_clear(error);
    *error = earlier;
}

bool sink_start(struct sink *sink, const struct vot_node *node, struct error *error) {
    return !sink->class->start || sink->class->start(sink, node, error);
}

bool sink_text(struct sink *sink, const struct vot_node *node, struct error *error) {
    return !sink->class->text || sink->class->text(sink, node, error);
}

bool sink_finish(struct sink *sink, const struct vot_node *node, struct error *error) {
    return !sink->class->finish || sink->class->finish(sink, node, error);
}

bool sink_shows(const struct sink *sink, const struct vot_table *table) {
    return !sink->class->shows || sink->class->shows(sink, table);
}

bool sink_rows(struct sink *sink, const struct vot_table *table, struct error *error) {
    sink->rows = sink->cells = 0;
    return !sink->class->rows || sink->class->rows(sink, table, error);
}

bool sink_row(struct sink *sink, const struct vot_table *table, const struct vot_row *row, struct error *error) {
    sink->rows++;
    sink->cells += row->count;
    if (sink->crew || (sink->cells >= ROW_CREW_CELLS && sink_crew_begin(sink, table)))
        return sink_crew_row(sink, row, error);
    return sink->class->row(sink, table, row, error);
}

bool sink_rows_end(struct sink *sink, const struct vot_table *table, struct error *error) {
    return sink_crew_finish(sink, error) && (!sink->class->rows_end || sink->class->rows_end(sink, table, error));
}

bool sink_end(struct sink *sink, struct error *error) {
    return !sink->class->end || sink->class->end(sink, error);
}

bool sink_event(struct sink *sink, struct vot_reader *reader, enum vot_event event, struct error *error) {
    switch (event) {
    case VOT_ROW: return sink_row(sink, vot_current_table(reader), vot_current_row(reader), error);
    case VOT_START: return sink_start(sink, vot_node(reader), error);
    case VOT_TEXT_RUN: return sink_text(sink, vot_node(reader), error);
    case VOT_FINISH: return sink_finish(sink, vot_node(reader), error);
    case VOT_ROWS:
        if (!sink_shows(sink, vot_current_table(reader))) return vot_skip_rows(reader, error) == VOT_ROWS_END;
        return sink_rows(sink, vot_current_table(reader), error);
    case VOT_ROWS_END: return sink_rows_end(sink, vot_current_table(reader), error);
    case VOT_END: return sink_end(sink, error);
    case VOT_ERROR: return false;
    }
    return true;
}

bool sink_replay(struct sink *sink, const struct vot_node *node, sink_rows_of *rows, void *context,
                 struct error *error) {
    const struct vot_node *top = node;
    for (;;) {
        bool is_open = !node->table && node->element != VOT_TEXT_NODE;
        bool done = node->table ? !rows || rows(context, sink, node->table, error)
                    : is_open   ? sink_start(sink, node, error)
                                : sink_text(sink, node, error);
        if (!done) return false;
        if (is_open && node->first_child) {
            node = node->first_child;
            continue;
        }
        if (is_open && !sink_finish(sink, node, error)) return false;
        while (node != top && !node->next) {
            node = node->parent;
            if (!sink_finish(sink, node, error)) return false;
        }
        if (node == top) return true;
        node = node->next;
    }
}
