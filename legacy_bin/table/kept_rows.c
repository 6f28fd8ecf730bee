/* kept_rows.c - a row is its length, a head for each cell, and the bytes of the cells. */
#include "table/kept_rows.h"

#include <stdlib.h>

#include "io/spool.h"
#include "votable/window.h"

struct head {
    size_t length;
    enum vot_form form;
    unsigned char spare_bits;
};

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
    if (!kept) {
        error_set_memory(error);
        return NULL;
    }
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
    struct buffer *row = &kept->row;
    size_t total = kept->columns * sizeof(struct head);
    for (size_t i = 0; i < kept->columns; i++) total += cells[i].length;
    row->length = 0;
    bool done = buffer_append(row, &total, sizeof total);
    for (size_t i = 0; done && i < kept->columns; i++) {
        struct head head;
        memset(&head, 0, sizeof head);
        head.length = cells[i].length;
        head.form = cells[i].form;
        head.spare_bits = cells[i].spare_bits;
        done = buffer_append(row, &head, sizeof head);
    }
    for (size_t i = 0; done && i < kept->columns; i++)
        done = cells[i].length == 0 || buffer_append(row, cells[i].bytes, cells[i].length);
    return done ? spool_write(kept->spool, row->bytes, row->length, error) : error_set_memory(error);
}

bool kept_rows_next(struct kept_rows *kept, struct vot_row *row, struct error *error) {
    struct window *window = &kept->window;
    size_t total = 0;
    window->start += kept->shown;
    kept->shown = 0;
    if (!window_fill(window, sizeof total, error)) return false;
    if (window_length(window) >= sizeof total) memcpy(&total, window_bytes(window), sizeof total);
    if (!window_fill(window, sizeof total + total, error)) return false;
    if (window_length(window) < sizeof total + total || total < kept->columns * sizeof(struct head))
        return error_set(error, "a temporary file lost rows");
    kept->shown = sizeof total + total;
    const char *heads = window_bytes(window) + sizeof total, *bytes = heads + kept->columns * sizeof(struct head);
    for (size_t i = 0; i < kept->columns; i++) {
        struct head head;
        memcpy(&head, heads + i * sizeof head, sizeof head);
        kept->cells[i] = (struct vot_cell){bytes, head.length, head.form, head.spare_bits};
        bytes += head.length;
    }
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
