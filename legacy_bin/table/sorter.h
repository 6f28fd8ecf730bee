/* sorter.h - any number of rows put in order: in memory while they fit into it, else as sorted runs in a temporary
 * file without name, which are merged.
 *
 *     struct column_order column = {.field = …, .column = …};         (or an order of your own, sort.h)
 *     struct sorter *sorter = sorter_open(columns, column_order(&column), SIZE_MAX, memory, &error);
 *     sorter_add(sorter, &row, &error)                                 for each row
 *     while ((status = sorter_next(sorter, &row, &error)) == ROWS_ROW) …
 *     sorter_close(sorter);
 *
 * Both ways give the same order: stable, rows without value last. A join sorts both its inputs by what must be equal
 * and walks along the two; where only equality counts, the order's one word may be a hash. One owner. */
#ifndef TABLE_SORTER_H
#define TABLE_SORTER_H

#include "table/sort.h"
#include "votable/rows.h"

struct sorter;

/* Rows have `columns` cells; only the first `top` in order are wanted (SIZE_MAX: all). At most `memory` bytes are used
 * for rows and what sorting them needs, and SORTER_BESIDE for the way to and from the file. NULL with error set. */
struct sorter *sorter_open(size_t columns, struct sort_order order, size_t top, size_t memory, struct error *error);
enum { SORTER_BESIDE = 4 << 20 };
bool sorter_add(struct sorter *sorter, const struct vot_row *row, struct error *error);
/* How many were added. */
uint64_t sorter_count(const struct sorter *sorter);
/* The next row in order, valid until the next call; ROWS_END behind the last. The first call ends the adding. */
enum rows_status sorter_next(struct sorter *sorter, struct vot_row *row, struct error *error);
void sorter_close(struct sorter *sorter);

#endif
