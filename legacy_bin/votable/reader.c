/* reader.c - expat's callbacks turned into events, one at a time: expat is paused at each.
 * Three things may be open: metadata (tree.h), a TABLEDATA (lane.h, tabledata.h), a STREAM (stream.h, rows.h). */
#include "votable/reader.h"

#include <errno.h>
#include <stdlib.h>

#include "io/reference.h"
#include "io/source.h"
#include "votable/lane.h"
#include "votable/rows.h"
#include "votable/stream.h"
#include "votable/tabledata.h"
#include "votable/tree.h"
#include "votable/xml.h"

enum { DEPTH_MAXIMUM = 256, QUEUE_ROOM = 8 };

_Static_assert((int)XML_SLACK >= (int)LANE_SLACK, "the lane reads the window");

struct queued {
    enum vot_event event;
    const struct vot_node *node;
};

struct vot_reader {
    struct source *source; /* NULL: somebody else's bytes are read */
    char *argument;        /* as given, what references are relative to; NULL: standard input */
    struct xml xml;
    struct tree tree;
    unsigned depth;                  /* of elements */
    struct queued queue[QUEUE_ROOM]; /* events not yet told: a few, as expat is paused at each */
    unsigned queued, told;
    bool is_failed;
    struct error failure; /* not told yet: there are events that came before it */
    bool no_lane;

    const struct vot_node *node; /* of the last event */
    struct vot_table *table;     /* the last that had rows */
    struct vot_row row;
    bool in_rows;               /* between the start and the end of `table`'s data */
    bool is_lane_open;          /* the lane may read on where the window starts */
    unsigned rows_depth;        /* elements open inside TABLEDATA, BINARY, … */
    struct tabledata tabledata; /* either this */
    struct stream *stream;      /* … or this, */
    struct row_source *rows;    /* NULL until its first row was asked for */
    bool rows_over;
    bool leaps; /* over a stream that is not open yet */
};

static void emit(struct vot_reader *reader, enum vot_event event, const struct vot_node *node) {
    if (reader->xml.is_stopped) return; /* the end of an empty element still comes */
    if (reader->queued == QUEUE_ROOM) { /* cannot be: expat was paused */
        xml_refuse(&reader->xml, "too many events at once");
        return;
    }
    reader->queue[reader->queued++] = (struct queued){event, node};
    xml_pause(&reader->xml);
}

static void refuse_for_memory(struct vot_reader *reader) {
    error_set_memory(reader->xml.error);
    xml_stop(&reader->xml);
}

/* What an arena or a buffer had no room for (errno): either its maximum or the memory is at its end. */
static void refuse_metadata(struct vot_reader *reader) {
    if (errno == ENOMEM)
        refuse_for_memory(reader);
    else
        xml_refuse(&reader->xml, "more metadata than fit in %zu MB of memory", ARENA_MAXIMUM >> 20);
}

static void refuse_row(struct vot_reader *reader) {
    if (errno == ENOMEM)
        refuse_for_memory(reader);
    else
        xml_refuse(&reader->xml, "a row longer than %zu MB", TABLEDATA_ROW_MAXIMUM >> 20);
}

/* The character data so far, told as a node of its own. */
static bool flush_text(struct vot_reader *reader) {
    struct vot_node *text;
    if (!tree_take_text(&reader->tree, xml_line(&reader->xml), &text)) {
        refuse_metadata(reader);
        return false;
    }
    if (text) emit(reader, VOT_TEXT_RUN, text);
    return true;
}

static void close_rows(struct vot_reader *reader) {
    if (reader->rows) reader->rows->class->close(reader->rows);
    reader->rows = NULL;
    if (reader->stream) stream_close(reader->stream);
    free(reader->stream);
    reader->stream = NULL;
    reader->is_lane_open = false;
}

static void open_rows(struct vot_reader *reader, struct vot_node *data) {
    if (vot_has_rows(data->parent->parent)) {
        xml_refuse(&reader->xml, "a second set of rows in one TABLE");
        return;
    }
    data->table = vot_table_parse(data->parent->parent, data->element, &reader->tree.arena, reader->xml.error);
    reader->table = data->table;
    if (!reader->table) {
        if (reader->xml.error->text)
            xml_stop(&reader->xml);
        else
            refuse_metadata(reader);
        return;
    }
    reader->in_rows = true;
    reader->rows_over = false;
    reader->rows_depth = 0;
    bool ok;
    if (data->element == VOT_TABLEDATA) {
        tabledata_close(&reader->tabledata);
        ok = tabledata_open(&reader->tabledata, reader->table->field_count);
        reader->is_lane_open = !reader->no_lane && xml_is_at_end_of_fed(&reader->xml);
    } else {
        reader->stream = calloc(1, sizeof *reader->stream);
        ok = reader->stream != NULL;
        if (ok) reader->stream->xml = &reader->xml;
    }
    if (ok)
        emit(reader, VOT_ROWS, data);
    else
        refuse_for_memory(reader);
}

static void start_metadata(struct vot_reader *reader, const char *name, const char *const *attributes) {
    struct tree *tree = &reader->tree;
    if (!flush_text(reader)) return;
    struct vot_node *node = tree_open(tree, name, attributes, xml_line(&reader->xml));
    if (!node)
        refuse_metadata(reader);
    else if (!node->parent && node->element != VOT_VOTABLE)
        xml_stop(&reader->xml); /* "Error opening" says it all */
    else if (node->element >= VOT_TABLEDATA && node->element <= VOT_FITS)
        open_rows(reader, node);
    else
        emit(reader, VOT_START, node);
}

static void start_in_rows(struct vot_reader *reader, const char *name, const char *const *attributes) {
    struct slice local_name = vot_local_name(slice_of(name));
    const char *accepted = NULL;
    if (!reader->stream) {
        accepted = tabledata_start(&reader->tabledata, local_name);
    } else if (reader->rows_depth > 0) {
        accepted = "character data";
    } else if (!slice_equal_nocase(local_name, SLICE("STREAM")) || reader->stream->is_begun) {
        accepted = "one STREAM";
    } else if (stream_begin(reader->stream, reader->tree.current, attributes, &reader->tree.arena)) {
        xml_pause(&reader->xml);
    }
    reader->rows_depth++;
    if (accepted)
        xml_refuse(&reader->xml, "element %s in %s, where %s is expected", name,
                   vot_element_name(reader->table->serialization), accepted);
}

static void on_start(void *user_data, const XML_Char *name, const XML_Char **attributes) {
    struct vot_reader *reader = user_data;
    const char *const *const_attributes = (const char *const *)attributes;
    if (++reader->depth > DEPTH_MAXIMUM)
        xml_refuse(&reader->xml, "elements nested deeper than %d", (int)DEPTH_MAXIMUM);
    else if (reader->in_rows)
        start_in_rows(reader, name, const_attributes);
    else
        start_metadata(reader, name, const_attributes);
}

static void finish_rows(struct vot_reader *reader) {
    const struct vot_node *data = tree_close(&reader->tree);
    reader->in_rows = false;
    reader->is_lane_open = false;
    if (reader->stream && !reader->stream->is_begun)
        xml_refuse(&reader->xml, "%s without STREAM", vot_element_name(data->element));
    else
        emit(reader, VOT_ROWS_END, data);
}

static void end_in_rows(struct vot_reader *reader) {
    bool ok = true;
    if (reader->rows_depth-- == 0) {
        finish_rows(reader);
    } else if (reader->stream) {
        stream_end(reader->stream);
        xml_pause(&reader->xml);
    } else if (tabledata_end(&reader->tabledata, &ok) && ok) {
        reader->is_lane_open = !reader->no_lane && xml_is_at_end_of_fed(&reader->xml);
        emit(reader, VOT_ROW, reader->tree.current);
    } else if (!ok) {
        refuse_row(reader);
    }
}

static void on_end(void *user_data, const XML_Char *name) {
    struct vot_reader *reader = user_data;
    (void)name;
    reader->depth--;
    if (reader->in_rows)
        end_in_rows(reader);
    else if (flush_text(reader))
        emit(reader, VOT_FINISH, tree_close(&reader->tree));
}

static void on_text(void *user_data, const XML_Char *bytes, int length) {
    struct vot_reader *reader = user_data;
    struct slice text = {bytes, (size_t)length};
    if (!reader->in_rows) {
        if (!tree_add_text(&reader->tree, text)) refuse_metadata(reader);
    } else if (reader->stream) {
        if (reader->rows_depth > 0 && !stream_text(reader->stream, text)) refuse_for_memory(reader);
    } else if (!tabledata_text(&reader->tabledata, text)) {
        refuse_row(reader);
    }
}

static void on_cdata(struct vot_reader *reader, bool begins) {
    if (!reader->in_rows) {
        flush_text(reader);
        reader->tree.is_cdata = begins;
    } else if (!reader->stream) {
        tabledata_cdata(&reader->tabledata, begins);
    }
}

static void on_cdata_start(void *user_data) {
    on_cdata(user_data, true);
}

static void on_cdata_end(void *user_data) {
    on_cdata(user_data, false);
}

/* A general entity whose declaration could only stand in a DTD that is not fetched: its text would be lost. */
static void on_skipped_entity(void *user_data, const XML_Char *name, int is_parameter_entity) {
    struct vot_reader *reader = user_data;
    if (!is_parameter_entity) xml_refuse(&reader->xml, "undefined entity (&%s;)", name);
}

static ptrdiff_t read_source(void *source, void *bytes, size_t room, struct error *error) {
    return source_read(source, bytes, room, error);
}

static bool open_source(struct vot_reader *reader, const char *argument, struct byte_reader *from,
                        struct error *error) {
    reader->source = source_open(argument, SOURCE_DOCUMENT, NULL, error);
    *from = (struct byte_reader){read_source, reader->source};
    return reader->source;
}

static bool open_reader(struct vot_reader *reader, struct byte_reader from, const char *argument, struct error *error) {
    if (argument && !(reader->argument = strdup(argument))) return error_set_memory(error);
    if (!from.read && !open_source(reader, argument, &from, error)) return false;
    reader->no_lane = getenv("VOT_NO_LANE") != NULL;
    if (!xml_open(&reader->xml, from, reader->no_lane, reader, error)) return false;
    XML_Parser parser = reader->xml.parser;
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetCdataSectionHandler(parser, on_cdata_start, on_cdata_end);
    XML_SetSkippedEntityHandler(parser, on_skipped_entity);
    return true;
}

struct vot_reader *vot_open_bytes(struct byte_reader bytes, const char *argument, struct error *error) {
    struct vot_reader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        error_set_memory(error);
    } else if (!open_reader(reader, bytes, argument, error)) {
        vot_close(reader);
        reader = NULL;
    }
    return reader;
}

struct vot_reader *vot_open(const char *argument, struct error *error) {
    return vot_open_bytes((struct byte_reader){0}, argument, error);
}

void vot_close(struct vot_reader *reader) {
    if (!reader) return;
    close_rows(reader);
    tabledata_close(&reader->tabledata);
    xml_close(&reader->xml);
    tree_free(&reader->tree);
    source_close(reader->source);
    error_clear(&reader->failure);
    free(reader->argument);
    free(reader);
}

static bool is_lane_ready(const struct vot_reader *reader) {
    return reader->is_lane_open && reader->told == reader->queued;
}

/* How the rows of a table are passed. */
enum way {
    ONE_BY_ONE, /* into the cells */
    SKIPPED,
    LEAPED_OVER,
};

/* Runs the lane from the window's start: one row, or all it can pass over.
 * More text is had where it ends inside a row. LANE_MORE: the row must go to expat (or error set). */
static enum lane_status run_lane(struct vot_reader *reader, enum way way, struct error *error) {
    struct xml *xml = &reader->xml;
    struct tabledata *tabledata = &reader->tabledata;
    for (;;) {
        char *start = xml->window + xml->start;
        struct lane lane = {start, xml->window + xml->end, 0};
        enum lane_status status = way == ONE_BY_ONE ? lane_row(&lane, tabledata->cells, tabledata->field_count)
                                  : way == SKIPPED  ? lane_skip(&lane, &reader->table->rows)
                                                    : lane_leap(&lane);
        reader->row.source = lane.source;
        xml_skip(xml, (size_t)(lane.at - start), lane.lines);
        if (status != LANE_MORE || !xml_fill(xml, error)) return status;
    }
}

/* BINARY, BINARY2, FITS: opens what decodes them. */
static bool open_row_source(struct vot_reader *reader, struct error *error) {
    if (!stream_open(reader->stream, reader->argument, error)) return false;
    reader->rows = rows_open(reader->table, reader->node, stream_reader(reader->stream), error);
    return reader->rows != NULL;
}

/* The next row of a STREAM whose start tag was seen; `skips`: none, all are passed over. */
static enum rows_status next_decoded(struct vot_reader *reader, bool skips, struct error *error) {
    if (!reader->rows && reader->leaps) {
        reader->rows_over = true;
        return stream_leap(reader->stream, error) ? ROWS_END : ROWS_ERROR;
    }
    if (!reader->rows && !open_row_source(reader, error)) return ROWS_ERROR;
    struct row_source *rows = reader->rows;
    uint64_t *counter = &reader->table->rows;
    enum rows_status status;
    if (skips && rows->class->skip) {
        status = rows->class->skip(rows, counter, error);
    } else {
        while ((status = rows->class->next(rows, &reader->row, error)) == ROWS_ROW) {
            ++*counter;
            if (!skips) return status;
        }
    }
    if (status == ROWS_END) {
        reader->rows_over = true;
        if (!stream_drain(reader->stream, error)) return ROWS_ERROR;
    }
    return status;
}

static enum vot_event fail(struct vot_reader *reader, struct error *error) {
    reader->is_failed = true;
    if (reader->failure.text) {
        *error = reader->failure;
        reader->failure = (struct error){0};
    }
    error->is_input = true; /* also a read that failed: tools then name the input */
    return VOT_ERROR;
}

static enum vot_event tell(struct vot_reader *reader) {
    struct queued next = reader->queue[reader->told++];
    if (reader->told == reader->queued) reader->told = reader->queued = 0;
    reader->node = next.node;
    if (next.event == VOT_ROWS) reader->row = (struct vot_row){reader->tabledata.cells, reader->tabledata.field_count};
    if (next.event == VOT_ROW) {
        reader->table->rows++;
        reader->row.source = (struct slice){0};
    }
    if (next.event == VOT_ROWS_END) close_rows(reader);
    return next.event;
}

enum vot_event vot_next(struct vot_reader *reader, struct error *error) {
    for (;;) {
        if (reader->told < reader->queued) return tell(reader);
        if (reader->is_failed) return fail(reader, error);
        if (is_lane_ready(reader)) {
            enum lane_status status = run_lane(reader, ONE_BY_ONE, error);
            if (error->text) return fail(reader, error);
            if (status == LANE_ROW) {
                reader->table->rows++;
                return VOT_ROW;
            }
            reader->is_lane_open = false;
        } else if (reader->stream && reader->stream->is_begun && !reader->rows_over) {
            enum rows_status status = next_decoded(reader, false, error);
            if (status == ROWS_ERROR) return fail(reader, error);
            if (status == ROWS_ROW) return VOT_ROW;
        } else if (reader->xml.is_finished) {
            return VOT_END;
        } else if (!xml_pump(&reader->xml, error)) {
            if (reader->told == reader->queued) return fail(reader, error);
            reader->is_failed = true;
            reader->failure = *error;
            *error = (struct error){0};
        }
    }
}

static enum vot_event pass_rows(struct vot_reader *reader, enum way way, struct error *error) {
    for (;;) {
        if (!reader->is_failed && is_lane_ready(reader)) {
            run_lane(reader, way, error);
            if (error->text) return fail(reader, error);
            reader->is_lane_open = false;
        } else if (!reader->is_failed && reader->rows && !reader->rows_over) {
            if (next_decoded(reader, true, error) == ROWS_ERROR) return fail(reader, error);
        }
        enum vot_event event = vot_next(reader, error);
        if (event != VOT_ROW) return event;
    }
}

enum vot_event vot_skip_rows(struct vot_reader *reader, struct error *error) {
    return pass_rows(reader, SKIPPED, error);
}

enum vot_event vot_leap_rows(struct vot_reader *reader, struct error *error) {
    const struct vot_node *data = reader->node;
    bool is_known = data->element != VOT_TABLEDATA || slice_equal(data->name, SLICE("TABLEDATA")); /* to the lane */
    reader->leaps = true;
    enum vot_event event = pass_rows(reader, is_known ? LEAPED_OVER : SKIPPED, error);
    reader->leaps = false;
    return event;
}

const struct vot_node *vot_node(const struct vot_reader *reader) {
    return reader->node;
}

const struct vot_table *vot_current_table(const struct vot_reader *reader) {
    return reader->table;
}

const struct vot_row *vot_current_row(const struct vot_reader *reader) {
    return &reader->row;
}

const struct vot_node *vot_root(const struct vot_reader *reader) {
    return reader->tree.root;
}

const char *vot_input_name(const struct vot_reader *reader) {
    return reference_shown(reader->argument);
}

struct arena *vot_arena(struct vot_reader *reader) {
    return &reader->tree.arena;
}
