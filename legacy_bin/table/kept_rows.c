/* kept_rows.c - a row is its length, and itself packed. */
#include "table/kept_rows.h"

#include <stdlib.h>

#include "io/spool.h"
#include "table/store.h"
#include "votable/window.h"

struct kept_rows {
    struct spool *spool;
    struct vot_cell *cells;
    size_t columns;
    struct buffer row;
    struct window window;
    size_t shown; /* bytes of the row that was given last */
};

struct kept_rows *kept_rows_open(size_t columns, struct error *error) {
    struct kept_rows *kept = calloc(1, sizeof *kept);
    if (!kept) return error_null_memory(error);
    kept->columns = columns;
    kept->cells = calloc(columns + 1, sizeof *kept->cells);
    kept->spool = spool_open(error);
    kept->window.source = spool_reader(kept->spool);
    if (kept->cells && kept->spool) return kept;
    error_set_memory(error);
    kept_rows_close(kept);
    return NULL;
}

bool kept_rows_add(struct kept_rows *kept, const struct vot_cell *cells, struct error *error) {
    struct vot_row row = {cells, kept->columns};
    char *packed = buffer_reserve(&kept->row, packed_row_room(&row));
    if (!packed) return error_set_memory(error);
    size_t length = packed_row_write((unsigned char *)packed, &row);
    return spool_write(kept->spool, &length, sizeof length, error) && spool_write(kept->spool, packed, length, error);
}

bool kept_rows_next(struct kept_rows *kept, struct vot_row *row, struct error *error) {
    struct window *window = &kept->window;
    size_t length = 0;
    window->start += kept->shown;
    kept->shown = 0;
    if (!window_fill(window, sizeof length, error)) return false;
    if (window_length(window) >= sizeof length) memcpy(&length, window_bytes(window), sizeof length);
    if (!window_fill(window, sizeof length + length, error)) return false;
    if (length == 0 || window_length(window) < sizeof length + length)
        return error_set(error, "a temporary file lost rows");
    kept->shown = sizeof length + length;
    packed_row_read((packed_row)window_bytes(window) + sizeof length, kept->cells, kept->columns);
    *row = (struct vot_row){kept->cells, kept->columns};
    return true;
}

void kept_rows_close(struct kept_rows *kept) {
    if (!kept) return;
    spool_close(kept->spool);
    buffer_free(&kept->row);
    window_close(&kept->window);
    free(kept->cells);
    free(kept);
}
