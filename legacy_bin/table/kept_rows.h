/* kept_rows.h - rows kept as they came, cell for cell, until what is said before them is known (`nrows`).
 * In memory while they are few, then in a temporary file. One owner: kept_rows_open() … kept_rows_close(). */
#ifndef TABLE_KEPT_ROWS_H
#define TABLE_KEPT_ROWS_H

#include "votable/cell.h"

struct kept_rows;

struct kept_rows *kept_rows_open(size_t columns, struct error *error); /* NULL with error set */
bool kept_rows_add(struct kept_rows *kept, const struct vot_cell *cells, struct error *error);
/* The next row, from the first; its cells are valid until the next call. Ends the adding; there are as many as were
 * added. false: error set. */
bool kept_rows_next(struct kept_rows *kept, struct vot_row *row, struct error *error);
void kept_rows_close(struct kept_rows *kept);

#endif
