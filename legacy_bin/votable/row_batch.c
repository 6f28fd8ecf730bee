/* row_batch.c - cells that stand near each other are copied in one piece with what is between them. A cell is told by
 * 64 bits: the place of its bytes, its form and spare bits, its length. */
#include "votable/row_batch.h"

#include <stdlib.h>

enum {
    FULL_BYTES = 128 << 10,
    FULL_CELLS = 16 << 10,
    LARGEST_ROW = 128 << 10,
    ROOM = FULL_BYTES + LARGEST_ROW,
    FORM_SHIFT = 32,
    SPARE_SHIFT = 35,
    LENGTH_SHIFT = 38,
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

bool row_batch_add(struct row_batch *batch, const struct vot_row *row) {
    uint64_t *told = batch->cells + batch->rows * batch->columns;
    char *to = batch->bytes + batch->used;
    uintptr_t start = 0, end = 0;      /* the piece that is to be copied next */
    uintptr_t shift = 0 - batch->used; /* from where it stands to where it goes */
    const struct vot_cell *cell = row->cells, *last = cell + row->count;
    for (; cell < last; cell++, told++) {
        uintptr_t bytes = (uintptr_t)cell->bytes;
        *told = (uint64_t)cell->form << FORM_SHIFT;
        if (cell->length == 0) continue;
        if (bytes - end > VOT_CELL_SLACK) { /* more than may be read behind a cell, or the first one */
            if (end) memcpy(to, (const char *)start, end - start);
            to += end - start;
            start = bytes;
            shift = bytes - (uintptr_t)(to - batch->bytes);
        }
        if (cell->length > ROOM || bytes - shift + cell->length > ROOM) return false;
        end = bytes + cell->length;
        *told |= (bytes - shift) | (uint64_t)cell->spare_bits << SPARE_SHIFT | (uint64_t)cell->length << LENGTH_SHIFT;
    }
    if (end) memcpy(to, (const char *)start, end - start);
    batch->used = (size_t)(to - batch->bytes) + (end - start);
    batch->rows++;
    return true;
}

void row_batch_read(const struct row_batch *batch, size_t row, struct vot_cell *cells) {
    const uint64_t *told = batch->cells + row * batch->columns;
    for (size_t i = 0; i < batch->columns; i++) {
        cells[i].bytes = batch->bytes + (uint32_t)told[i];
        cells[i].length = (size_t)(told[i] >> LENGTH_SHIFT);
        cells[i].form = (enum vot_form)(told[i] >> FORM_SHIFT & 7);
        cells[i].spare_bits = told[i] >> SPARE_SHIFT & 7;
    }
}

void row_batch_close(struct row_batch *batch) {
    free(batch->cells);
    free(batch->bytes);
    *batch = (struct row_batch){0};
}
