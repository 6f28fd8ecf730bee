/* row_spool.h - the rows of a table kept (as BINARY2) until what must be said before them is known. */
#ifndef VOTABLE_ROW_SPOOL_H
#define VOTABLE_ROW_SPOOL_H

#include "votable/row_encoder.h"
#include "votable/rows.h"

struct row_spool;

/* The table's metadata is borrowed until row_spool_close(). With `is_wide` strings may be longer than their FIELD
 * says. */
struct row_spool *row_spool_open(const struct vot_table *table, bool is_wide, struct error *error);
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
void row_spool_close(struct row_spool *spool);

#endif
