/* crew.c - a ring of jobs: taken, done or at work, waiting; each is begun in the order of the ring. */
#include "base/crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

struct slot {
    void *job;
    bool is_done;
};

struct member {
    struct crew *crew;
    pthread_t thread;
    unsigned worker;
};

struct crew {
    crew_work *work;
    void *context;
    struct member *members; /* but for worker 0 */
    unsigned member_count;
    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t is_given, is_done;
    struct slot *ring;
    size_t room;
    uint64_t given, begun, taken; /* counted from the start; a job's slot is its number modulo `room` */
    bool is_closing;
};

static struct slot *slot_of(struct crew *crew, uint64_t number) {
    return &crew->ring[number % crew->room];
}

/* The oldest job that waits; the lock is held before and after. */
static void do_next(struct crew *crew, unsigned worker) {
    struct slot *slot = slot_of(crew, crew->begun++);
    void *job = slot->job;
    pthread_mutex_unlock(&crew->lock);
    crew->work(crew->context, job, worker);
    pthread_mutex_lock(&crew->lock);
    slot->is_done = true;
    if (worker > 0) pthread_cond_signal(&crew->is_done);
}

static void *be_member(void *context) {
    struct member *member = context;
    struct crew *crew = member->crew;
    pthread_mutex_lock(&crew->lock);
    while (!crew->is_closing) {
        if (crew->begun < crew->given)
            do_next(crew, member->worker);
        else
            pthread_cond_wait(&crew->is_given, &crew->lock);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

static void add_members(struct crew *crew, unsigned count) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* which the members inherit */
    while (crew->member_count < count) {
        struct member *member = &crew->members[crew->member_count];
        *member = (struct member){.crew = crew, .worker = crew->member_count + 1};
        if (pthread_create(&member->thread, NULL, be_member, member) != 0) break;
        crew->member_count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct crew *crew_open(unsigned threads, size_t room, crew_work *work, void *context) {
    struct crew *crew = calloc(1, sizeof *crew);
    if (!crew) return NULL;
    crew->work = work;
    crew->context = context;
    crew->room = room;
    crew->ring = calloc(room, sizeof *crew->ring);
    crew->members = calloc(threads, sizeof *crew->members);
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->is_given, NULL);
    pthread_cond_init(&crew->is_done, NULL);
    if (!crew->ring || !crew->members) {
        crew_close(crew);
        return NULL;
    }
    add_members(crew, threads - 1);
    return crew;
}

/* `given` and `taken` are changed by the caller's thread only. */
bool crew_is_full(const struct crew *crew) {
    return crew->given - crew->taken == crew->room;
}

void crew_give(struct crew *crew, void *job) {
    pthread_mutex_lock(&crew->lock);
    *slot_of(crew, crew->given++) = (struct slot){.job = job};
    pthread_cond_signal(&crew->is_given);
    pthread_mutex_unlock(&crew->lock);
}

void *crew_take(struct crew *crew) {
    if (crew->taken == crew->given) return NULL;
    pthread_mutex_lock(&crew->lock);
    struct slot *slot = slot_of(crew, crew->taken);
    while (!slot->is_done) {
        if (crew->begun < crew->given)
            do_next(crew, 0);
        else
            pthread_cond_wait(&crew->is_done, &crew->lock);
    }
    crew->taken++;
    pthread_mutex_unlock(&crew->lock);
    return slot->job;
}

void crew_close(struct crew *crew) {
    if (!crew) return;
    pthread_mutex_lock(&crew->lock);
    crew->is_closing = true;
    pthread_cond_broadcast(&crew->is_given);
    pthread_mutex_unlock(&crew->lock);
    for (unsigned i = 0; i < crew->member_count; i++) pthread_join(crew->members[i].thread, NULL);
    pthread_cond_destroy(&crew->is_given);
    pthread_cond_destroy(&crew->is_done);
    pthread_mutex_destroy(&crew->lock);
    free(crew->ring);
    free(crew->members);
    free(crew);
}
