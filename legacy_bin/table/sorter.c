/* sorter.c - rows are stored until the limit is reached, then sorted and added to the runs. */
#include "table/sorter.h"

#include <stdlib.h>

#include "table/runs.h"

struct sorter {
    size_t columns, top, memory;
    struct sort_order order;
    struct store *store;
    struct sorted_row *sorted; /* the store's rows, when nothing had to be written */
    struct runs *runs;         /* NULL: nothing had to */
    struct vot_cell *cells;    /* of the row given last */
    uint64_t added, given;
    bool is_sorted; /* the adding is over */
};

struct sorter *sorter_open(size_t columns, struct sort_order order, size_t top, size_t memory, struct error *error) {
    struct sorter *sorter = calloc(1, sizeof *sorter);
    if (!sorter) return error_null_memory(error);
    *sorter = (struct sorter){.columns = columns, .top = top, .memory = memory, .order = order};
    sorter->cells = calloc(columns + 1, sizeof *sorter->cells);
    sorter->store = store_open(columns, error);
    if (sorter->cells && sorter->store) return sorter;
    error_set_memory(error);
    sorter_close(sorter);
    return NULL;
}

/* What is stored becomes a run. */
static bool write_run(struct sorter *sorter, struct error *error) {
    size_t valued, count = store_count(sorter->store);
    if (!sorter->runs) sorter->runs = runs_open(sorter->columns, sorter->order, sorter->top, sorter->memory, error);
    if (!sorter->runs) return false;
    struct sorted_row *rows = sort_rows(sorter->store, sorter->order, &valued, error);
    bool done = rows && runs_add(sorter->runs, rows, count, valued, error);
    free(rows);
    store_close(sorter->store);
    sorter->store = NULL;
    return done;
}

bool sorter_add(struct sorter *sorter, const struct vot_row *row, struct error *error) {
    size_t used = store_size(sorter->store) + store_count(sorter->store) * 2 * sizeof(struct sorted_row);
    if (used >= sorter->memory && (!write_run(sorter, error) || !(sorter->store = store_open(sorter->columns, error))))
        return false;
    sorter->added++;
    return store_add(sorter->store, row, error);
}

uint64_t sorter_count(const struct sorter *sorter) {
    return sorter->added;
}

static bool sort_all(struct sorter *sorter, struct error *error) {
    size_t valued;
    sorter->is_sorted = true;
    if (sorter->runs) return write_run(sorter, error);
    sorter->sorted = sort_rows(sorter->store, sorter->order, &valued, error);
    return sorter->sorted;
}

enum rows_status sorter_next(struct sorter *sorter, struct vot_row *row, struct error *error) {
    if (!sorter->is_sorted && !sort_all(sorter, error)) return ROWS_ERROR;
    if (sorter->given == sorter->added || sorter->given == sorter->top) return ROWS_END;
    packed_row packed;
    if (!sorter->runs) {
        packed = sorter->sorted[sorter->given].row;
    } else {
        enum rows_status status = runs_next(sorter->runs, &packed, error);
        if (status != ROWS_ROW) return status;
    }
    sorter->given++;
    packed_row_read(packed, sorter->cells, sorter->columns);
    *row = (struct vot_row){sorter->cells, sorter->columns};
    return ROWS_ROW;
}

void sorter_close(struct sorter *sorter) {
    if (!sorter) return;
    free(sorter->sorted);
    store_close(sorter->store);
    runs_close(sorter->runs);
    free(sorter->cells);
    free(sorter);
}
