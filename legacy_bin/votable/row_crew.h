/* row_crew.h - the rows of a large table taken by several threads, a batch at a time; what comes of the batches is
 * taken in their order by the thread that adds the rows. */
#ifndef VOTABLE_ROW_CREW_H
#define VOTABLE_ROW_CREW_H

#include "votable/row_batch.h"

/* A table with fewer cells is done sooner than threads are made. */
enum { ROW_CREW_CELLS = 1 << 17 };

struct row_crew;

struct row_job {
    struct row_batch rows;
    uint64_t first;     /* number of the first row */
    struct buffer made; /* what comes of the rows */
    struct error error; /* why no more comes of them */
};

struct row_crew_class {
    /* Something is made of a job's rows, by a worker from 0 to row_crew_threads() - 1; none does two at a time. */
    void (*make)(void *context, struct row_job *job, unsigned worker);
    /* What was made of the next rows, up to job->error, which is told then. */
    bool (*take)(void *context, struct row_job *job, struct error *error);
};

/* How many there would be of `wanted` threads (0: one for each processor). */
unsigned row_crew_threads(unsigned wanted);
/* Rows of so many cells for row_crew_threads() threads. NULL: not enough memory for more than one. */
struct row_crew *row_crew_open(const struct row_crew_class *class, void *context, unsigned threads, size_t columns);
enum row_crew_status {
    ROW_CREW_FAILED = -1, /* error set, that of a row before; nothing more can be added */
    ROW_CREW_TOO_LARGE,   /* the row is left to the caller; all before it are taken */
    ROW_CREW_ADDED,
};
enum row_crew_status row_crew_add(struct row_crew *crew, const struct vot_row *row, uint64_t number,
                                  struct error *error);
/* All rows are made and taken. */
bool row_crew_finish(struct row_crew *crew, struct error *error);
/* Rows that are not yet taken are given up. */
void row_crew_close(struct row_crew *crew);

#endif
