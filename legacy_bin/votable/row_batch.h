/* row_batch.h - rows copied, cells and all, to be looked at later and in another thread. */
#ifndef VOTABLE_ROW_BATCH_H
#define VOTABLE_ROW_BATCH_H

#include "votable/cell.h"

/* One owner: row_batch_open() … row_batch_close(). */
struct row_batch {
    size_t columns, rows;
    struct vot_cell *cells; /* of all rows */
    char *bytes;            /* of the cells, often with what stood between them */
    size_t used;            /* of the bytes */
};

bool row_batch_open(struct row_batch *batch, size_t columns);
void row_batch_clear(struct row_batch *batch);
/* No further row should be added. */
bool row_batch_is_full(const struct row_batch *batch);
/* To a batch that is not full. false: the row is larger than any that has a place in a batch. */
bool row_batch_add(struct row_batch *batch, const struct vot_row *row);
/* A row, from 0, with VOT_CELL_SLACK behind each cell. */
static inline struct vot_row row_batch_row(const struct row_batch *batch, size_t row) {
    return (struct vot_row){batch->cells + row * batch->columns, batch->columns};
}
void row_batch_close(struct row_batch *batch);

#endif
