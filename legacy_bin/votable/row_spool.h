/* row_spool.h - the rows of a table kept (as BINARY2) until what must be said before them is known. */
#ifndef VOTABLE_ROW_SPOOL_H
#define VOTABLE_ROW_SPOOL_H

#include "votable/row_encoder.h"
#include "votable/rows.h"

struct row_spool;

enum spooled_strings {
    STRINGS_AS_DECLARED,   /* by their FIELDs: longer ones are an error */
    STRINGS_OF_ANY_LENGTH, /* as if all had the arraysize `*` */
    STRINGS_AS_TEXT,       /* the same, and in UTF-8 as vot_cell_text() has them, unicodeChar too */
};

/* The table's metadata is borrowed until row_spool_close(). */
struct row_spool *row_spool_open(const struct vot_table *table, enum spooled_strings strings, struct error *error);
bool row_spool_write(struct row_spool *spool, const struct vot_row *row, struct error *error);
/* The same by several threads: each has an encoder of its own, whose column facts come to the spool at the end; the
 * bytes of `rows` rows are put in their order. */
bool row_spool_open_encoder(const struct row_spool *spool, struct row_encoder *encoder, struct error *error);
void row_spool_close_encoder(struct row_spool *spool, struct row_encoder *encoder);
bool row_spool_put(struct row_spool *spool, struct slice bytes, uint64_t rows, struct error *error);
uint64_t row_spool_count(const struct row_spool *spool);
const struct column_facts *row_spool_facts(const struct row_spool *spool);
/* The rows again, from the first; the caller closes the source before the spool. Ends the writing. */
struct row_source *row_spool_read(struct row_spool *spool, struct error *error);
/* The same as the bytes of BINARY2. */
struct byte_reader row_spool_bytes(struct row_spool *spool);
void row_spool_close(struct row_spool *spool);

#endif
