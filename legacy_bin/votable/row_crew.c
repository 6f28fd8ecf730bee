/* row_crew.c - jobs go round: filled by the caller's thread, done by any, taken by the caller's thread. */
#include "votable/row_crew.h"

#include <stdlib.h>

#include "base/crew.h"
#include "io/machine.h"

enum { MOST_THREADS = 8 }; /* more find nothing to do: one reads for all */

struct row_crew {
    const struct row_crew_class *class;
    void *context;
    size_t columns;
    struct crew *crew;
    struct row_job *jobs;
    size_t job_count;
    size_t used;             /* jobs that were given since all were taken */
    struct row_job *filling; /* NULL: the next row begins one */
};

static void do_job(void *context, void *job, unsigned worker) {
    struct row_crew *crew = context;
    crew->class->make(crew->context, job, worker);
}

unsigned row_crew_threads(unsigned wanted) {
    unsigned threads = wanted ? wanted : machine_cores();
    return threads < MOST_THREADS ? threads : MOST_THREADS;
}

struct row_crew *row_crew_open(const struct row_crew_class *class, void *context, unsigned threads, size_t columns) {
    struct row_crew *crew = calloc(1, sizeof *crew);
    if (!crew) return NULL;
    *crew = (struct row_crew){.class = class, .context = context, .columns = columns};
    crew->job_count = 2 * threads;
    crew->jobs = calloc(crew->job_count, sizeof *crew->jobs);
    if (crew->jobs) crew->crew = crew_open(threads, crew->job_count, do_job, crew);
    if (crew->crew) return crew;
    row_crew_close(crew);
    return NULL;
}

static bool take_job(struct row_crew *crew, struct row_job *job, struct error *error) {
    bool done = crew->class->take(crew->context, job, error);
    if (!done || !job->error.text) return done;
    *error = job->error;
    job->error = (struct error){0};
    return false;
}

/* An empty job: a new one, or the oldest, which is taken before. */
static bool begin_job(struct row_crew *crew, uint64_t first, struct error *error) {
    struct row_job *job;
    if (crew->used < crew->job_count) {
        job = &crew->jobs[crew->used++];
        if (!job->rows.bytes && !row_batch_open(&job->rows, crew->columns)) return error_set_memory(error);
    } else {
        job = crew_take(crew->crew);
        if (!take_job(crew, job, error)) return false;
    }
    row_batch_clear(&job->rows);
    job->first = first;
    crew->filling = job;
    return true;
}

/* The job that is being filled goes to the crew, which has room for all that there are. */
static void give_job(struct row_crew *crew) {
    if (crew->filling) crew_give(crew->crew, crew->filling);
    crew->filling = NULL;
}

enum row_crew_status row_crew_add(struct row_crew *crew, const struct vot_row *row, uint64_t number,
                                  struct error *error) {
    if (!crew->filling && !begin_job(crew, number, error)) return ROW_CREW_FAILED;
    if (!row_batch_add(&crew->filling->rows, row))
        return row_crew_finish(crew, error) ? ROW_CREW_TOO_LARGE : ROW_CREW_FAILED;
    if (row_batch_is_full(&crew->filling->rows)) give_job(crew);
    return ROW_CREW_ADDED;
}

bool row_crew_finish(struct row_crew *crew, struct error *error) {
    give_job(crew);
    for (struct row_job *job; (job = crew_take(crew->crew));)
        if (!take_job(crew, job, error)) return false;
    crew->used = 0;
    return true;
}

void row_crew_close(struct row_crew *crew) {
    if (!crew) return;
    crew_close(crew->crew);
    for (size_t i = 0; crew->jobs && i < crew->job_count; i++) {
        row_batch_close(&crew->jobs[i].rows);
        buffer_free(&crew->jobs[i].made);
        error_clear(&crew->jobs[i].error);
    }
    free(crew->jobs);
    free(crew);
}
