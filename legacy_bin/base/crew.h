/* crew.h - jobs done by several threads at the same time, which come back in the order in which they were given.
 * The thread that gives them is one of the crew: while it waits for the oldest job, it does others.
 *
 *     struct crew *crew = crew_open(threads, room, work, context);
 *     if (crew_is_full(crew)) … = crew_take(crew);      the oldest job, done
 *     crew_give(crew, job);
 *     while ((job = crew_take(crew))) …                  the rest
 *     crew_close(crew);
 *
 * Signals are left to the thread that made the crew. One owner: crew_open() … crew_close(). */
#ifndef BASE_CREW_H
#define BASE_CREW_H

#include <stdbool.h>
#include <stddef.h>

struct crew;

/* Does one job. Workers are counted from 0, the thread that gives the jobs; none does two at a time. */
typedef void crew_work(void *context, void *job, unsigned worker);

/* A crew of `threads`, that of the caller included, or of fewer when the system gives no more; `room` jobs at most are
 * given and not taken. NULL: no memory. */
struct crew *crew_open(unsigned threads, size_t room, crew_work *work, void *context);
bool crew_is_full(const struct crew *crew);
/* Only when it is not full. */
void crew_give(struct crew *crew, void *job);
/* The oldest job that was given, when it is done; NULL: there is none. */
void *crew_take(struct crew *crew);
/* Jobs not begun are dropped, those at work are waited for. */
void crew_close(struct crew *crew);

#endif
