/* groups.h - the rows of a table by the text of one cell: groups in the order of their first rows, rows in theirs.
 * Rows are kept in temporary files; in memory are the texts, a few numbers for each, and some megabytes.
 * One owner: groups_open() … groups_close(). */
#ifndef TABLE_GROUPS_H
#define TABLE_GROUPS_H

#include "votable/window.h"

/* Where rows are kept in their groups; tables may share it. One owner: GROUP_FILE_EMPTY to begin with,
 * group_file_close() at the end, when all groups are closed. */
struct group_file {
    int file;             /* -1: not made */
    uint64_t used;        /* bytes */
    struct window window; /* of the group that is read, … */
    uint64_t at, end;     /* … of which these places are still to come */
};
#define GROUP_FILE_EMPTY ((struct group_file){.file = -1})
void group_file_close(struct group_file *file);

struct groups;

/* Of rows of `table`, by the text in `column` without outer blanks. NULL with error set. */
struct groups *groups_open(const struct vot_table *table, size_t column, struct group_file *file, struct error *error);
bool groups_add(struct groups *groups, const struct vot_row *row, struct error *error);
/* All rows were added. */
bool groups_finish(struct groups *groups, struct error *error);

size_t groups_count(const struct groups *groups);
struct slice groups_value(const struct groups *groups, size_t group);
uint64_t groups_rows(const struct groups *groups, size_t group);
/* Before the first row of a group is read. */
void groups_start(struct groups *groups, size_t group);
/* The next row of that group, into room for as many cells as the table has columns; valid until the next call. */
bool groups_next(struct groups *groups, struct vot_cell *cells, struct error *error);
void groups_close(struct groups *groups);

#endif
