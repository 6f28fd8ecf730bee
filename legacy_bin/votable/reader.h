/* reader.h - a VOTable read in one pass, as events.
 *
 *     struct vot_reader *reader = vot_open(argument, &error);
 *     while ((event = vot_next(reader)) > VOT_END) …
 *     if (event == VOT_ERROR) …error…
 *     vot_close(reader);
 *
 * Memory is bounded: metadata is kept (the tree, document.h), rows pass by.
 * VOTable 1.0 to 1.5; XML is expat's affair, rows that are plain are scanned by lane.h. */
#ifndef VOTABLE_READER_H
#define VOTABLE_READER_H

#include "io/bytes.h"
#include "votable/cell.h"

struct vot_reader;

enum vot_event {
    VOT_ERROR = -1,
    VOT_END = 0,
    VOT_START,    /* an element opened (vot_node); its attributes are known, its children are not */
    VOT_TEXT_RUN, /* character data between elements that is not only blanks (vot_node: its text node) */
    VOT_FINISH,   /* an element closed (vot_node) */
    VOT_ROWS,     /* rows begin (vot_node: the TABLEDATA … FITS node, vot_current_table): every FIELD is known.
                     Stands for the element and all inside it: no START or FINISH comes for TABLEDATA, TR, STREAM */
    VOT_ROW,      /* one row (vot_current_row) */
    VOT_ROWS_END, /* the rows are over (vot_node as for VOT_ROWS); vot_current_table()->rows is final */
};

/* NULL with error set. The two lines of an input error are printed by cli/message.h. */
struct vot_reader *vot_open(const char *argument, struct error *error);
/* The same for a document whose bytes somebody else has opened as `argument`. */
struct vot_reader *vot_open_bytes(struct byte_reader bytes, const char *argument, struct error *error);
/* After VOT_ERROR or VOT_END it returns the same again. */
enum vot_event vot_next(struct vot_reader *reader, struct error *error);
void vot_close(struct vot_reader *reader);

/* For the last event. */
const struct vot_node *vot_node(const struct vot_reader *reader);
const struct vot_table *vot_current_table(const struct vot_reader *reader);
const struct vot_row *vot_current_row(const struct vot_reader *reader);

/* After VOT_ROWS, instead of reading them: pass over the rows, checked as strictly but faster, up to and
 * including VOT_ROWS_END, which is returned (or VOT_ERROR). */
enum vot_event vot_skip_rows(struct vot_reader *reader, struct error *error);
/* The same at the pace of memory, for who reads the document again: rows are hardly looked at and not counted, lines
 * behind them are wrong. A document that is in order has the same events around them, or is refused, which is why
 * a refusal may be wrong, too; in one that is not in order what is wrong with the rows may not be found. */
enum vot_event vot_leap_rows(struct vot_reader *reader, struct error *error);

/* The whole tree so far (VOTABLE), NULL before its start tag. */
const struct vot_node *vot_root(const struct vot_reader *reader);
/* What to call the input: the argument, or `stdin`. */
const char *vot_input_name(const struct vot_reader *reader);
/* Where things that live as long as the reader can be kept. */
struct arena *vot_arena(struct vot_reader *reader);

/* For tests only: the environment variable VOT_NO_LANE makes expat read every row (the oracle). */

#endif
