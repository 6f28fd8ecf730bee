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
uint64_t row_spool_count(const struct row_spool *spool);
const struct column_facts *row_spool_facts(const struct row_spool *spool);
/* The rows again, from the first; the caller closes the source before the spool. Ends the writing. */
struct row_source *row_spool_read(struct row_spool *spool, struct error *error);
void row_spool_close(struct row_spool *spool);

#endif
