/* join.c - see join.h. */
#include "table/join.h"

#include <stdlib.h>

enum { AHEAD = 8, LINE = 64, LINES = 4 };

bool join_open(struct join *join, const char *first, const char *second, struct error *error) {
    const char *arguments[2] = {first, second};
    join->spool = spool_open(error);
    if (!join->spool) return false;
    for (size_t i = 0; i < 2; i++) {
        join->inputs[i].again = (struct again){.argument = arguments[i], .spool = join->spool};
        join->reading = &join->inputs[i];
        if (!join_input_read(&join->inputs[i], error)) return false;
    }
    join->reading = NULL;
    return join_choose_columns(&join->request, join->inputs, &join->columns, error) &&
           join_table_make(&join->joined, &join->request, join->inputs, &join->columns, error);
}

/* What goes on while the rows are written. */
struct writing {
    struct join *join;
    struct sink *sink;
    struct error *error;
    struct vot_cell *second; /* of table 2 */
};

static bool write_row(const struct writing *writing, const struct vot_cell *first, const struct vot_cell *second,
                      const struct match *match) {
    struct join_table *joined = &writing->join->joined;
    struct vot_row row;
    return join_table_row(joined, first, second, match, &row, writing->error) &&
           sink_row(writing->sink, joined->table, &row, writing->error);
}

/* The row of a match that comes soon is somewhere in memory. */
static void prepare(const struct join *join) {
    const struct matches *found = &join->found;
    if (found->at + AHEAD >= found->end) return;
    packed_row row = join->rows2[found->shown[found->at + AHEAD].row2];
    for (size_t line = 0; line < LINES; line++) __builtin_prefetch(row + line * LINE);
}

static bool write_matches(const struct writing *writing, struct join_rows *rows) {
    struct join *join = writing->join;
    bool keeps = join->request.kind == JOIN_LEFT || join->request.kind == JOIN_FULL;
    size_t columns2 = join->inputs[1].table->field_count;
    const struct match *match = matches_next(&join->found, writing->error);
    for (const struct vot_row *row; !output_failed(writing->sink->output);) {
        join->reading = rows->input;
        row = join_rows_next(rows, writing->error);
        join->reading = NULL;
        if (!row) break;
        uint64_t number = rows->number - 1;
        bool is_alone = !match || match->row1 != number;
        if (is_alone && keeps && !write_row(writing, row->cells, NULL, &(struct match){.row1 = number})) return false;
        for (; match && match->row1 == number; match = matches_next(&join->found, writing->error)) {
            prepare(join);
            packed_row_read(join->rows2[match->row2], writing->second, columns2);
            if (!write_row(writing, row->cells, writing->second, match)) return false;
        }
    }
    return !writing->error->text;
}

static bool write_others(const struct writing *writing) {
    struct join *join = writing->join;
    size_t columns = join->inputs[1].table->field_count;
    for (uint64_t row = 0; row < join->inputs[1].rows && !output_failed(writing->sink->output); row++) {
        if (join->has_match[row / 8] >> row % 8 & 1) continue;
        packed_row_read(join->rows2[row], writing->second, columns);
        if (!write_row(writing, NULL, writing->second, &(struct match){.row2 = row})) return false;
    }
    return true;
}

static bool write_rows(void *context, struct sink *sink, const struct vot_table *table, struct error *error) {
    struct join *join = context;
    struct writing writing = {join, sink, error,
                              calloc(join->inputs[1].table->field_count + 1, sizeof(struct vot_cell))};
    struct join_rows rows = {0};
    bool keeps = join->request.kind == JOIN_RIGHT || join->request.kind == JOIN_FULL;
    if (!writing.second) return error_set_memory(error);
    join->reading = &join->inputs[0];
    bool done = join_rows_open(&rows, &join->inputs[0], error);
    if (done) join->reading = NULL;
    done = done && sink_rows(sink, table, error) && write_matches(&writing, &rows) &&
           (!keeps || write_others(&writing)) && sink_rows_end(sink, table, error);
    join_rows_close(&rows);
    free(writing.second);
    return done;
}

bool join_write(struct join *join, struct sink *sink, struct error *error) {
    return join_table_write(&join->joined, sink, write_rows, join, error);
}

void join_close(struct join *join) {
    join_table_free(&join->joined);
    store_close(join->store);
    free(join->rows2);
    free(join->has_match);
    matches_close(&join->found);
    column_choice_free(&join->request.choice);
    for (size_t i = 0; i < 2; i++) join_input_close(&join->inputs[i]);
    spool_close(join->spool);
}
