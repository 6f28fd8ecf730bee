/* runs.h - sorted rows in a temporary file: written one run after the other, then merged into one order.
 * Stable: of equal rows those of the earlier run come first. One owner: runs_open() … runs_close(). */
#ifndef TABLE_RUNS_H
#define TABLE_RUNS_H

#include "table/sort.h"
#include "votable/rows.h"

struct runs;

/* As sorter_open() (sorter.h) has them. NULL with error set. */
struct runs *runs_open(size_t columns, struct sort_order order, size_t top, size_t memory, struct error *error);
/* A run of `count` rows in order, of which the first `valued` have a value. */
bool runs_add(struct runs *runs, const struct sorted_row *rows, size_t count, size_t valued, struct error *error);
/* The next of all rows in order, valid until the next call. The first call ends the adding. */
enum rows_status runs_next(struct runs *runs, packed_row *row, struct error *error);
void runs_close(struct runs *runs);

#endif
