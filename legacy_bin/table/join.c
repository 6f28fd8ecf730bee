/* join.c - see join.h. */
#include "table/join.h"

#include "base/crew.h"
#include "io/machine.h"

enum { FEW = 1 << 14 }; /* rows that are read sooner than threads are made */

/* How the memory is shared out: table 2, what is read ahead of table 1, and matches that are sorted. */
static size_t part_of_memory(const struct join *join, size_t eighths) {
    return join->memory / 8 * eighths;
}

enum { FOR_TABLE = 5, FOR_AHEAD = 1, FOR_MATCHES = 2 };

static bool keeps_first(const struct join *join) {
    return join->request.kind == JOIN_LEFT || join->request.kind == JOIN_FULL;
}

static bool keeps_second(const struct join *join) {
    return join->request.kind == JOIN_RIGHT || join->request.kind == JOIN_FULL;
}

bool join_open(struct join *join, const char *first, const char *second, struct error *error) {
    const char *arguments[2] = {first, second};
    for (size_t i = 0; i < 2; i++) {
        join->reading = &join->inputs[i];
        if (!join_input_open(&join->inputs[i], arguments[i], error)) return false;
    }
    join->reading = NULL;
    return join_choose_columns(&join->request, join->inputs, &join->columns, error);
}

static bool read_chunk(struct join *join, struct error *error) {
    return join_chunk_read(&join->chunk, part_of_memory(join, FOR_TABLE), SIZE_MAX, error) &&
           join_chunk_finish(&join->chunk, error);
}

/* The one job of the crew. */
struct reading {
    struct join *join;
    struct error error;
    bool is_done;
};

static void do_reading(void *context, void *job, unsigned worker) {
    struct reading *reading = job;
    (void)context;
    (void)worker;
    reading->is_done = read_chunk(reading->join, &reading->error);
}

/* Table 2 by another thread, while this one reads in table 1 what is looked up then. */
static bool read_both(struct join *join, struct error *error) {
    struct reading reading = {.join = join};
    struct crew *crew = crew_open(2, 1, do_reading, NULL);
    if (!crew) return error_set_memory(error);
    crew_give(crew, &reading);
    bool done = join_ahead_read(&join->ahead, &join->chunk, part_of_memory(join, FOR_AHEAD), error);
    crew_take(crew);
    crew_close(crew);
    if (reading.is_done) {
        join->reading = &join->inputs[0];
        return done;
    }
    error_clear(error);
    *error = reading.error;
    return false;
}

/* Table 2, or its next piece; table 1 from its start. */
static bool load(struct join *join, struct error *error) {
    join->reading = &join->inputs[0];
    if (!join_input_start(&join->inputs[0], error)) return false;
    join->reading = &join->inputs[1];
    join_chunk_free(&join->chunk);
    if (!join_chunk_begin(&join->chunk, &join->request, &join->columns, join->inputs, error) ||
        !join_chunk_read(&join->chunk, part_of_memory(join, FOR_TABLE), FEW, error))
        return false;
    if (!join->chunk.is_over && join->threads == 0) join->threads = machine_cores();
    return join->chunk.is_over || join->threads < 2 ? read_chunk(join, error) : read_both(join, error);
}

static bool search(struct join *join, struct error *error) {
    join->reading = &join->inputs[0];
    return join_chunk_search(&join->chunk, &join->ahead, join_result_add, &join->result, error);
}

static bool find_matches(struct join *join, struct error *error) {
    join->reading = &join->inputs[1];
    if (!join_input_start(&join->inputs[1], error) || !load(join, error)) return false;
    join->is_whole = join->chunk.is_last;
    if (!join_result_open(&join->result, &join->request, &join->chunk, join->inputs[1].table->field_count,
                          !join->is_whole, part_of_memory(join, FOR_MATCHES), error) ||
        !search(join, error))
        return false;
    while (!join->chunk.is_last)
        if (!load(join, error) || !search(join, error)) return false;
    if (!join->is_whole) join_chunk_free(&join->chunk);
    join_ahead_free(&join->ahead);
    return join_result_finish(&join->result, join->inputs[1].rows, error);
}

bool join_match(struct join *join, struct error *error) {
    if (!find_matches(join, error)) return false;
    join->reading = NULL;
    const struct join_result *result = &join->result;
    join->rows = result->matches;
    if (keeps_first(join)) join->rows += join->inputs[0].rows - result->matched[0];
    if (keeps_second(join)) join->rows += join->inputs[1].rows - result->matched[1];
    return join_table_make(&join->joined, &join->request, join->inputs, &join->columns, error) &&
           join_table_set_rows(&join->joined, join->rows, error);
}

static bool write_row(struct join *join, struct sink *sink, const struct vot_cell *first, const struct vot_cell *second,
                      const struct match *match, struct error *error) {
    struct vot_row row;
    join->reading = NULL;
    return join_table_row(&join->joined, first, second, match, &row, error) &&
           sink_row(sink, join->joined.table, &row, error);
}

/* Of an input that is read again. NULL: there is no further one, nobody wants it, or error set. */
static const struct vot_row *next_row(struct join *join, size_t which, const struct sink *sink, struct error *error) {
    join->reading = &join->inputs[which];
    return output_failed(sink->output) ? NULL : join_input_next(&join->inputs[which], error);
}

/* The rows of table 1, each with its matches. */
static bool write_first(struct join *join, struct sink *sink, struct error *error) {
    const struct vot_cell *second;
    join->reading = &join->inputs[0];
    if (!join_input_start(&join->inputs[0], error)) return false;
    const struct match *match = join_result_next(&join->result, &second, error);
    for (const struct vot_row *row; !error->text && (row = next_row(join, 0, sink, error));) {
        uint64_t number = join->inputs[0].number - 1;
        struct match alone = {.row1 = number};
        bool is_alone = !match || match->row1 != number;
        if (is_alone && keeps_first(join) && !write_row(join, sink, row->cells, NULL, &alone, error)) return false;
        for (; match && match->row1 == number; match = join_result_next(&join->result, &second, error))
            if (!write_row(join, sink, row->cells, second, match, error)) return false;
    }
    return !error->text;
}

/* The rows of table 2 that have no match. */
static bool write_second(struct join *join, struct sink *sink, struct error *error) {
    struct vot_cell *cells = join->is_whole ? join->result.cells : NULL;
    for (uint64_t row = 0; cells && row < join->inputs[1].rows && !output_failed(sink->output); row++) {
        if (join_result_has(&join->result, row)) continue;
        packed_row_read(join->chunk.rows[row], cells, join->inputs[1].table->field_count);
        if (!write_row(join, sink, NULL, cells, &(struct match){.row2 = row}, error)) return false;
    }
    if (cells) return true;
    join->reading = &join->inputs[1];
    if (!join_input_start(&join->inputs[1], error)) return false;
    for (const struct vot_row *row; (row = next_row(join, 1, sink, error));) {
        struct match alone = {.row2 = join->inputs[1].number - 1};
        if (join_result_has(&join->result, alone.row2)) continue;
        if (!write_row(join, sink, NULL, row->cells, &alone, error)) return false;
    }
    return !error->text;
}

static bool write_rows(void *context, struct sink *sink, const struct vot_table *table, struct error *error) {
    struct join *join = context;
    return sink_rows(sink, table, error) && write_first(join, sink, error) &&
           (!keeps_second(join) || write_second(join, sink, error)) && sink_rows_end(sink, table, error);
}

bool join_write(struct join *join, struct sink *sink, struct error *error) {
    return join_table_write(&join->joined, sink, write_rows, join, error);
}

void join_close(struct join *join) {
    join_table_free(&join->joined);
    join_result_close(&join->result);
    join_chunk_free(&join->chunk);
    join_ahead_free(&join->ahead);
    column_choice_free(&join->request.choice);
    for (size_t i = 0; i < 2; i++) join_input_close(&join->inputs[i]);
}
