/* sink.h - where a document's events go: one writer for each output format.
 * A tool takes events from a reader (or from the tree, when it has rearranged the rows) and hands them
 * on; it does not know the format. One owner: sink_open() … sink_close(). */
#ifndef VOTABLE_SINK_H
#define VOTABLE_SINK_H

#include "io/output.h"
#include "votable/reader.h"
#include "votable/row_encoder.h"

enum format {
    FORMAT_VOTABLE,  /* vot xml raw: TABLEDATA */
    FORMAT_BINARY,   /* votb */
    FORMAT_BINARY2,  /* votb2 */
    FORMAT_VOTFITS,  /* votfits: FITS serialisation, inline */
    FORMAT_AS_IS,    /* a VOTable, each table in the serialisation that it came in */
    FORMAT_EXCHANGE, /* a VOTable for a program: BINARY2, or TABLEDATA where a value does not fit its FIELD */
    FORMAT_ASV,
    FORMAT_BSV,
    FORMAT_CSV,
    FORMAT_TSV,
    FORMAT_HTML,
    FORMAT_SHTML,
    FORMAT_FITS,
    FORMAT_ECSV,
    FORMAT_JSON,
    FORMAT_JSONL,
    FORMAT_INVALID,
};

/* The 11 names of the original and their unambiguous prefixes; the later ones spelt out. */
enum format format_parse(const char *name);
const char *format_name(enum format format);      /* `csv`, `vot` (also of those without a name), … */
const char *format_extension(enum format format); /* of file names, without the dot */
bool format_is_single(enum format format); /* text that holds the first table of the only RESOURCE, nothing else */
bool format_is_votable(enum format format);
bool format_has_binary2(enum format format); /* its VOTables must be of a version that knows BINARY2 */

struct sink_settings {
    enum format format;
    int indent;             /* VOTable only: blanks per level, 0: one line */
    bool no_header;         /* delimited only */
    const char *input_name; /* HTML only: shown as the file's name */
    unsigned threads;       /* that may be at work at most; 0: one for each processor */
};

/* What each writer implements; each call returns false with error set. Optional ones may be NULL. */
struct sink;
struct sink_class {
    bool (*start)(struct sink *sink, const struct vot_node *node, struct error *error);
    bool (*text)(struct sink *sink, const struct vot_node *node, struct error *error);
    bool (*finish)(struct sink *sink, const struct vot_node *node, struct error *error);
    bool (*rows)(struct sink *sink, const struct vot_table *table, struct error *error);
    bool (*row)(struct sink *sink, const struct vot_table *table, const struct vot_row *row, struct error *error);
    bool (*rows_end)(struct sink *sink, const struct vot_table *table, struct error *error);
    bool (*end)(struct sink *sink, struct error *error);                   /* the document is over */
    bool (*shows)(const struct sink *sink, const struct vot_table *table); /* its rows; NULL: those of every table */
    void (*close)(struct sink *sink);                                      /* frees it */
    /* How the rows of this table can be made by several threads; NULL, or it returns NULL: only by `row`. */
    const struct sink_maker *(*maker)(const struct sink *sink);
};
struct sink {
    const struct sink_class *class;
    struct output *output; /* borrowed */
    struct sink_settings settings;
    struct sink_crew *crew; /* makes rows now; NULL: they go to `row` */
    uint64_t rows, cells;   /* so far, of the table whose rows come in */
};

/* What a thread has for itself; zero-initialised. */
struct sink_room {
    struct buffer text;
    struct row_encoder encoder;
};
/* The bytes of rows, made apart from each other and put into the output in the order of the rows. */
struct sink_maker {
    bool is_for_text, is_for_binary; /* cells that come so are worth more threads: they are converted, not copied */
    /* Before the first row; NULL: nothing to do. */
    bool (*open)(const struct sink *sink, struct sink_room *room, struct error *error);
    /* The row of this number, from 0, to `output` (not the sink's). In any thread: the sink is only read. */
    bool (*make)(const struct sink *sink, struct sink_room *room, const struct vot_table *table,
                 const struct vot_row *row, uint64_t number, struct output *output, struct error *error);
    /* The bytes of the next `rows` rows. */
    bool (*put)(struct sink *sink, struct slice bytes, uint64_t rows, struct error *error);
    /* Behind the last row; the room's buffers are freed afterwards. NULL: nothing to do. */
    void (*close)(struct sink *sink, struct sink_room *room);
};

struct sink *sink_open(struct sink_settings settings, struct output *output, struct error *error);
/* Hand on the reader's last event. VOT_END calls `end`; rows that are not shown are passed by vot_skip_rows(). */
bool sink_event(struct sink *sink, struct vot_reader *reader, enum vot_event event, struct error *error);
/* Before sink_close(): when something has failed, what was given before it is written; an error of these rows, which
 * came earlier, takes the place of that in `error`. Otherwise, and for NULL, nothing. */
void sink_settle(struct sink *sink, struct error *error);
void sink_close(struct sink *sink);

/* The same events one by one, for tools that replay the tree. */
bool sink_start(struct sink *sink, const struct vot_node *node, struct error *error);
bool sink_text(struct sink *sink, const struct vot_node *node, struct error *error);
bool sink_finish(struct sink *sink, const struct vot_node *node, struct error *error);
bool sink_shows(const struct sink *sink, const struct vot_table *table);
bool sink_rows(struct sink *sink, const struct vot_table *table, struct error *error);
bool sink_row(struct sink *sink, const struct vot_table *table, const struct vot_row *row, struct error *error);
bool sink_rows_end(struct sink *sink, const struct vot_table *table, struct error *error);
bool sink_end(struct sink *sink, struct error *error);

/* A node of a tree and all inside it. Where the tree has rows, `rows` is called to write them: sink_rows() …
 * sink_rows_end(), or nothing if they are not shown. NULL: there are none. */
typedef bool sink_rows_of(void *context, struct sink *sink, const struct vot_table *table, struct error *error);
bool sink_replay(struct sink *sink, const struct vot_node *node, sink_rows_of *rows, void *context,
                 struct error *error);

/* For the writers: `size` bytes, zero behind the struct sink that they begin with. NULL with error set: no memory. */
void *sink_new(size_t size, const struct sink_class *class, struct sink_settings settings, struct output *output,
               struct error *error);

/* The writers behind sink_open(). FORMAT_VOTABLE is written by votable/writer.c; with a format_has_binary2() in its
 * settings the same writer sees to it that the version is one that has BINARY2. */
struct sink *vot_sink_open(struct sink_settings settings, struct output *output, struct error *error);
struct sink *delimited_sink_open(struct sink_settings settings, struct output *output, struct error *error);
struct sink *html_sink_open(struct sink_settings settings, struct output *output, struct error *error);
struct sink *ecsv_sink_open(struct sink_settings settings, struct output *output, struct error *error);
struct sink *json_sink_open(struct sink_settings settings, struct output *output, struct error *error);
struct sink *json_lines_sink_open(struct sink_settings settings, struct output *output, struct error *error);

/* The writers of binary data behind sink_open(). The VOTable ones (FORMAT_BINARY, FORMAT_BINARY2, FORMAT_VOTFITS,
 * FORMAT_AS_IS, FORMAT_EXCHANGE) own a vot_sink_open() to which they pass all metadata events (never rows), so that the
 * XML is written in one place only; a TABLE's metadata may come late and with a VALUES null added. Into the STREAM
 * element that they start there they write to the output directly: `start` has written all of a start tag when it
 * returns. */
struct sink *serialized_sink_open(struct sink_settings settings, struct output *output, struct error *error);
/* FORMAT_FITS: a primary HDU and a BINTABLE for each TABLE with DATA. */
struct sink *fits_sink_open(struct sink_settings settings, struct output *output, struct error *error);

#endif
