/* download.c - the files of a list, a few at a time, each on its way from URL to place. */
#include "download/download.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "download/content.h"
#include "download/part.h"

enum {
    WAITING = 32, /* transfers that may wait for a busy server while others go on */
    NESTING = 3,  /* links documents that name links documents */
};

/* One file under way. */
struct job {
    struct job *next, *previous;
    struct downloads *downloads;
    struct access access;
    size_t index; /* in the list */
    char *url;    /* as it is sent: without bytes that no URL may have */
    const char *urls[1];
    unsigned depth; /* links documents that led here */
    bool is_links;
    bool is_local_failure; /* not the server's: the disk is full */
    struct part part;
    /* From a links document. The strings of `access` are in it; freed with the last of its jobs. */
    struct links *links;
};

struct links {
    struct access_list list;
    size_t begun, ended, failed;
    size_t index; /* of the document, in the list */
    unsigned depth;
    struct links *next;
};

struct downloads {
    const struct access_list *list;
    size_t next; /* of the list */
    const struct download_settings *settings;
    struct download_counts *counts;
    struct http *http;
    struct job *first;
    size_t running;
    struct links *links; /* those with files that have not ended */
    struct error error;  /* ends it all */
};

static void add_more(struct downloads *downloads);

/* Blanks, control characters and bytes beyond ASCII are percent-encoded; tables are full of them. */
static char *encode_url(const char *url) {
    struct buffer text = {0};
    bool done = true;
    for (const char *at = url; *at && done; at++) {
        unsigned char byte = (unsigned char)*at;
        done =
            byte > 0x20 && byte < 0x7f ? buffer_append_byte(&text, *at) : buffer_append_format(&text, "%%%02X", byte);
    }
    char *copy = done && buffer_string(&text) ? strdup(text.bytes) : NULL;
    buffer_free(&text);
    return copy;
}

static void free_links(struct links *links) {
    access_list_free(&links->list);
    free(links);
}

/* The last of its files has ended. */
static void remove_links(struct downloads *downloads, struct links *links) {
    struct links **place = &downloads->links;
    while (*place != links) place = &(*place)->next;
    *place = links->next;
    free_links(links);
}

static void free_job(struct job *job) {
    struct downloads *downloads = job->downloads;
    if (job->previous)
        job->previous->next = job->next;
    else
        downloads->first = job->next;
    if (job->next) job->next->previous = job->previous;
    downloads->running--;
    if (job->links && ++job->links->ended == job->links->list.count) remove_links(downloads, job->links);
    free(job->url);
    free(job);
}

static void tell(struct downloads *downloads, const struct access *access, size_t index, enum download_outcome outcome,
                 const char *path, struct error *error) {
    struct download_counts *counts = downloads->counts;
    counts->done += outcome == DOWNLOAD_DONE;
    counts->skipped += outcome == DOWNLOAD_EXISTS || outcome == DOWNLOAD_BUSY;
    counts->failed += outcome == DOWNLOAD_FAILED;
    struct download_end end = {access->url, index, path, outcome, error};
    downloads->settings->ended(downloads->settings->context, &end);
    error_clear(error);
}

static void tell_end(struct job *job, enum download_outcome outcome, const char *path, struct error *error) {
    if (job->links && outcome == DOWNLOAD_FAILED) job->links->failed++;
    tell(job->downloads, &job->access, job->index, outcome, path, error);
}

static void count_under_way(struct downloads *downloads) {
    double sum = 0;
    for (const struct job *job = downloads->first; job; job = job->next)
        if (job->part.total > 0) sum += (double)job->part.length / (double)job->part.total;
    downloads->counts->under_way = sum;
}

/* What the transfer tells. */

static bool take_start(void *context, const struct http_answer *answer, struct error *error) {
    struct job *job = context;
    if (access_format_is_links(answer->content_type)) job->is_links = true;
    job->is_local_failure = !part_begin(&job->part, answer, error);
    return !job->is_local_failure;
}

static bool take_data(void *context, const void *bytes, size_t length, struct error *error) {
    struct job *job = context;
    struct downloads *downloads = job->downloads;
    job->is_local_failure = !part_write(&job->part, bytes, length, error);
    if (job->is_local_failure) return false;
    downloads->counts->bytes += length;
    if (downloads->settings->moved) {
        count_under_way(downloads);
        downloads->settings->moved(downloads->settings->context);
    }
    return true;
}

static bool take_finish(void *context, struct error *error) {
    struct job *job = context;
    return part_check(&job->part, error);
}

/* A links document has come: its files are fetched next. */
static bool follow_links(struct job *job, const char *base, struct error *error) {
    struct downloads *downloads = job->downloads;
    char path[64];
    int file = part_reopen(&job->part);
    struct links *links = calloc(1, sizeof *links);
    struct error complaint = {0};
    if (file < 0 || !links) {
        if (file >= 0) close(file);
        free(links);
        return error_set_memory(error);
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    bool done = job->depth < NESTING ? access_list_read_links(&links->list, path, base, error, &complaint)
                                     : error_set(error, "more than %d links documents lead to each other", NESTING);
    close(file);
    if (done && links->list.count == 0)
        done = error_set(error, "%s", complaint.text ? complaint.text : "the links document has no #this row");
    if (done && downloads->settings->only_path && links->list.count > 1)
        done = error_set(error, "the links document names %zu files, and -o is for one", links->list.count);
    if (done && complaint.text) { /* some of the files are there, others are not */
        downloads->counts->total++;
        tell(downloads, &job->access, job->index, DOWNLOAD_FAILED, NULL, &complaint);
    }
    error_clear(&complaint);
    for (size_t i = 0; done && i < links->list.count; i++) {
        char *name = NULL;
        int length = asprintf(&name, i ? "%s-%zu" : "%s", job->access.name, i);
        struct slice kept = length < 0 ? (struct slice){0} : arena_copy(&links->list.arena, slice_of(name));
        links->list.items[i].name = kept.text;
        if (length >= 0) free(name);
        if (!kept.text) done = error_set_memory(error);
    }
    if (!done) {
        free_links(links);
        return false;
    }
    downloads->counts->total += links->list.count - 1;
    links->index = job->index;
    links->depth = job->depth + 1;
    links->next = downloads->links;
    downloads->links = links;
    part_discard(&job->part);
    return true;
}

/* A whole file, put in its place. */
static void settle(struct job *job) {
    char *path = NULL;
    bool existed = false;
    struct error error = {0};
    bool done = content_settle(&job->part, job->downloads->settings, &job->access, &path, &existed, &error);
    tell_end(job, !done ? DOWNLOAD_FAILED : existed ? DOWNLOAD_EXISTS : DOWNLOAD_DONE, path, &error);
    free(path);
}

/* Another run may go on with what is there: not when it is all there and wrong, or when there is no such file. */
static bool may_work_later(const struct job *job, const struct http_answer *answer) {
    int status = answer->status;
    if (job->is_local_failure || (job->part.total >= 0 && job->part.length >= (uint64_t)job->part.total)) return false;
    return status == 0 || (status >= 200 && status < 300) || status == 408 || status == 429 || status >= 500;
}

static void take_done(void *context, const struct http_answer *answer, struct error *error) {
    struct job *job = context;
    struct downloads *downloads = job->downloads;
    if (answer->is_complete && !job->is_links) {
        settle(job);
    } else if (!answer->is_complete || !follow_links(job, answer->url, error)) {
        if (!answer->is_complete && may_work_later(job, answer))
            part_keep(&job->part);
        else
            part_discard(&job->part);
        tell_end(job, DOWNLOAD_FAILED, NULL, error);
    }
    free_job(job);
    add_more(downloads);
}

/* Beginnings. */

/* Whether the file need not be fetched; it has been told then. */
static bool is_there(struct job *job) {
    const struct download_settings *settings = job->downloads->settings;
    char *path = settings->replaces ? NULL : content_existing(settings, job->access.name);
    if (!path) return false;
    struct error none = {0};
    part_discard(&job->part);
    tell_end(job, DOWNLOAD_EXISTS, path, &none);
    free(path);
    return true;
}

static bool request_it(struct job *job) {
    struct downloads *downloads = job->downloads;
    const struct part *part = &job->part;
    /* A whole document may be one of links, which only the server can tell: it is asked for again. */
    bool starts_anew = part_is_whole(part);
    struct http_request request = {
        .urls = job->urls,
        .url_count = 1,
        .limits = downloads->settings->limits,
        .is_restartable = true,
        .no_compression = true,
        .offset = starts_anew ? 0 : part->length,
        .validator = starts_anew || !part->length ? NULL : part->validator,
        .start = take_start,
        .data = take_data,
        .finish = take_finish,
        .done = take_done,
        .context = job,
    };
    return http_add(downloads->http, &request, &downloads->error);
}

/* false: there is nothing (more) to wait for. */
static bool begin(struct job *job) {
    struct downloads *downloads = job->downloads;
    struct error error = {0};
    if (job->links && job->links->failed) {
        error_set(&error, "another file of its links document failed");
        tell_end(job, DOWNLOAD_FAILED, NULL, &error);
        return false;
    }
    if (is_there(job)) return false;
    enum part_status status = part_open(&job->part, downloads->settings->folder, job->access.name, job->url, &error);
    if (status != PART_READY) {
        tell_end(job, status == PART_BUSY ? DOWNLOAD_BUSY : DOWNLOAD_FAILED, NULL, &error);
        return false;
    }
    if (is_there(job)) return false; /* somebody has finished it just now */
    bool is_document = job->part.head.length && job->part.head.bytes[0] == '<';
    if (!part_is_whole(&job->part) || is_document) {
        if (request_it(job)) return true;
        part_keep(&job->part);
        return false;
    }
    if (part_check(&job->part, &error)) {
        settle(job);
    } else {
        part_discard(&job->part);
        tell_end(job, DOWNLOAD_FAILED, NULL, &error);
    }
    return false;
}

static void add_job(struct downloads *downloads, const struct access *access, size_t index, struct links *links) {
    struct job *job = calloc(1, sizeof *job);
    char *url = job ? encode_url(access->url) : NULL;
    if (!url) {
        free(job);
        error_set_memory(&downloads->error);
        return;
    }
    *job = (struct job){
        .next = downloads->first,
        .downloads = downloads,
        .access = *access,
        .index = index,
        .url = url,
        .urls = {url},
        .depth = links ? links->depth : 0,
        .is_links = access_format_is_links(access->format),
        .links = links,
    };
    if (job->next) job->next->previous = job;
    downloads->first = job;
    downloads->running++;
    if (!begin(job)) free_job(job);
}

/* Files of links documents go first: the first of each document last, when the others have ended. */
static struct links *links_with_work(struct downloads *downloads) {
    for (struct links *links = downloads->links; links; links = links->next) {
        size_t left = links->list.count - links->begun;
        if (left > 1 || (left == 1 && links->ended == links->begun)) return links;
    }
    return NULL;
}

static void add_more(struct downloads *downloads) {
    size_t window = downloads->settings->parallel + WAITING;
    while (downloads->running < window && !downloads->error.text) {
        struct links *links = links_with_work(downloads);
        if (links) {
            size_t place = links->list.count - ++links->begun;
            add_job(downloads, &links->list.items[place], place ? SIZE_MAX : links->index, links);
        } else if (downloads->next < downloads->list->count) {
            size_t index = downloads->next++;
            const struct access *access = &downloads->list->items[index];
            struct error none = {0};
            if (access->is_repeated)
                tell(downloads, access, index, DOWNLOAD_EXISTS, NULL, &none);
            else
                add_job(downloads, access, index, NULL);
        } else {
            return;
        }
    }
}

bool download_all(const struct access_list *list, const struct download_settings *settings,
                  struct download_counts *counts, struct error *error) {
    struct downloads downloads = {.list = list, .settings = settings, .counts = counts};
    counts->total += list->count;
    downloads.http = http_open(settings->parallel, settings->parallel, error);
    if (!downloads.http) return false;
    http_limit_rate(downloads.http, settings->rate);
    http_stop_at(downloads.http, settings->stop);
    add_more(&downloads);
    bool done = !downloads.error.text && http_run(downloads.http, error) && !downloads.error.text;
    http_close(downloads.http);
    while (downloads.first) {
        part_keep(&downloads.first->part);
        free_job(downloads.first);
    }
    while (downloads.links) remove_links(&downloads, downloads.links);
    if (downloads.error.text) error_set(error, "%s", downloads.error.text);
    error_clear(&downloads.error);
    return done;
}
