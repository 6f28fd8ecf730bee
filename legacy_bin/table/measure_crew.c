/* measure_crew.c - a job's rows become their numbers, which are then added in order. */
#include "table/measure_crew.h"

#include "votable/row_crew.h"

static void read_rows(void *context, struct row_job *job, unsigned worker) {
    struct measure_crew *crew = context;
    (void)worker;
    job->made.length = 0;
    char *room = buffer_reserve(&job->made, measures_numbers(crew->measures, &job->rows) * sizeof(double));
    if (room)
        measures_read(crew->measures, &job->rows, (double *)room); /* a buffer's start is aligned for all */
    else
        error_set_memory(&job->error);
}

static bool add_rows(void *context, struct row_job *job, struct error *error) {
    struct measure_crew *crew = context;
    return job->error.text || measures_add_read(crew->measures, &job->rows, (const double *)job->made.bytes, error);
}

static void begin(struct measure_crew *crew) {
    static const struct row_crew_class class = {.make = read_rows, .take = add_rows};
    crew->cell_count = 0;
    crew->threads = row_crew_threads(crew->threads);
    if (crew->threads > 1) crew->crew = row_crew_open(&class, crew, crew->threads, crew->table->field_count);
}

bool measure_crew_add(struct measure_crew *crew, const struct vot_row *row, struct error *error) {
    crew->rows++;
    crew->cell_count += row->count;
    if (!crew->crew && crew->cell_count >= ROW_CREW_CELLS) begin(crew);
    enum row_crew_status status = crew->crew ? row_crew_add(crew->crew, row, crew->rows, error) : ROW_CREW_TOO_LARGE;
    if (status == ROW_CREW_TOO_LARGE) return measures_add(crew->measures, row, error);
    if (status == ROW_CREW_FAILED) measure_crew_close(crew);
    return status == ROW_CREW_ADDED;
}

bool measure_crew_finish(struct measure_crew *crew, struct error *error) {
    bool done = !crew->crew || row_crew_finish(crew->crew, error);
    measure_crew_close(crew);
    return done;
}

void measure_crew_close(struct measure_crew *crew) {
    row_crew_close(crew->crew);
    crew->crew = NULL;
}
