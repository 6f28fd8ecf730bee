/* groups.h - the rows of a table by the text of one cell: kept in memory as they came, groups in the order of their
 * first rows, rows in theirs. One owner: groups_open() … groups_close(). */
#ifndef TABLE_GROUPS_H
#define TABLE_GROUPS_H

#include "table/store.h"

struct groups;

/* Of rows of `table`, by the text in `column` without outer blanks. NULL with error set. */
struct groups *groups_open(const struct vot_table *table, size_t column, struct error *error);
bool groups_add(struct groups *groups, const struct vot_row *row, struct error *error);
/* All rows were added. */
bool groups_finish(struct groups *groups, struct error *error);

size_t groups_count(const struct groups *groups);
struct slice groups_value(const struct groups *groups, size_t group);
uint64_t groups_rows(const struct groups *groups, size_t group);
/* A row of a group, counted from 0, into room for as many cells as the table has columns. */
void groups_row(const struct groups *groups, size_t group, uint64_t row, struct vot_cell *cells);
void groups_close(struct groups *groups);

#endif
