/* rows.h - how the rows of one table are produced: the reader asks, one source a serialisation answers.
 * Each source borrows the table and the bytes it pulls, and owns the row it shows. */
#ifndef VOTABLE_ROWS_H
#define VOTABLE_ROWS_H

#include "io/bytes.h"
#include "votable/cell.h"

enum rows_status {
    ROWS_ERROR = -1,
    ROWS_END = 0,
    ROWS_ROW = 1,
};

struct row_source;
struct row_source_class {
    enum rows_status (*next)(struct row_source *source, struct vot_row *row, struct error *error);
    /* Pass over all rows left, checked as strictly; their number is added to *rows. NULL: by next. */
    enum rows_status (*skip)(struct row_source *source, uint64_t *rows, struct error *error);
    void (*close)(struct row_source *source); /* frees it */
};
struct row_source {
    const struct row_source_class *class;
};

/* For BINARY, BINARY2 or FITS, whose element is `data`. NULL with error set. */
struct row_source *rows_open(const struct vot_table *table, const struct vot_node *data, struct byte_reader bytes,
                             struct error *error);

/* BINARY and BINARY2 (VOTable 1.5 sections 5.3 and 5.4), FITS (section 5.2; extnum: the extension, 0: the
 * first table extension). NULL with error set. */
struct row_source *binary_rows_open(const struct vot_table *table, struct byte_reader bytes, struct error *error);
struct row_source *fits_rows_open(const struct vot_table *table, struct byte_reader bytes, unsigned long extnum,
                                  struct error *error);

#endif
