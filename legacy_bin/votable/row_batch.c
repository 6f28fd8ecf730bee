/* row_batch.c - cells that stand near each other are copied in one piece with what is between them. */
#include "votable/row_batch.h"

#include <stdlib.h>

enum {
    FULL_BYTES = 128 << 10,
    FULL_CELLS = 8 << 10,
    LARGEST_ROW = 128 << 10,
    ROOM = FULL_BYTES + LARGEST_ROW,
};

bool row_batch_open(struct row_batch *batch, size_t columns) {
    *batch = (struct row_batch){.columns = columns};
    batch->cells = calloc(FULL_CELLS + columns, sizeof *batch->cells);
    batch->bytes = malloc(ROOM + VOT_CELL_SLACK);
    return batch->cells && batch->bytes;
}

void row_batch_clear(struct row_batch *batch) {
    batch->rows = batch->used = 0;
}

bool row_batch_is_full(const struct row_batch *batch) {
    return batch->used >= FULL_BYTES || batch->rows * batch->columns >= FULL_CELLS || batch->rows >= FULL_CELLS;
}

/* A piece, behind what is used; false: there is no room. */
static bool copy_piece(struct row_batch *batch, size_t *used, uintptr_t start, uintptr_t end) {
    size_t length = end - start;
    if (length > ROOM - *used) return false;
    if (length > 0) memcpy(batch->bytes + *used, (const char *)start, length);
    *used += length;
    return true;
}

bool row_batch_add(struct row_batch *batch, const struct vot_row *row) {
    struct vot_cell *copy = batch->cells + batch->rows * batch->columns;
    const struct vot_cell *cell = row->cells, *last = cell + row->count;
    size_t used = batch->used;
    uintptr_t start = 0, end = 0;                     /* of the piece that is to be copied */
    uintptr_t shift = (uintptr_t)batch->bytes + used; /* from where it stands to where it goes */
    for (; cell < last; cell++, copy++) {
        uintptr_t bytes = (uintptr_t)cell->bytes;
        *copy = *cell;
        if (cell->length == 0) continue;
        if (bytes - end > VOT_CELL_SLACK) { /* more than may be read behind a cell, or the first one */
            if (!copy_piece(batch, &used, start, end)) return false;
            start = bytes;
            shift = (uintptr_t)batch->bytes + used - bytes;
        }
        end = bytes + cell->length;
        copy->bytes = (const char *)(bytes + shift);
    }
    if (!copy_piece(batch, &used, start, end)) return false;
    batch->used = used;
    batch->rows++;
    return true;
}

void row_batch_close(struct row_batch *batch) {
    free(batch->cells);
    free(batch->bytes);
    *batch = (struct row_batch){0};
}
