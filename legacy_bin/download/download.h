/* download.h - many files fetched side by side in one thread: each to a part of its own, looked at when it is whole,
 * and put in its place. DataLink documents are not kept: their `#this` files are fetched instead, NAME last and only
 * when all others (NAME-1, ...) are there, so that NAME tells another run that nothing is missing. */
#ifndef DOWNLOAD_DOWNLOAD_H
#define DOWNLOAD_DOWNLOAD_H

#include "download/access_list.h"
#include "http/http.h"

enum { DOWNLOAD_PARALLEL_MAXIMUM = 64 };

enum download_outcome {
    DOWNLOAD_DONE,
    DOWNLOAD_EXISTS, /* it was there before, */
    DOWNLOAD_BUSY,   /* or is being fetched by another program */
    DOWNLOAD_FAILED, /* `error` says why */
};

struct download_end {
    const char *url;  /* as listed, or from a links document */
    size_t index;     /* in the list, once it has been dealt with; SIZE_MAX: a further file of a links document */
    const char *path; /* of the file, DOWNLOAD_DONE and DOWNLOAD_EXISTS */
    enum download_outcome outcome;
    struct error *error;
};

struct download_settings {
    const char *folder;    /* it exists; empty: the current one */
    const char *extension; /* for every file, without the dot, contents untouched; NULL: by content */
    const char *only_path; /* the one file goes exactly there, contents untouched; NULL: by name */
    bool replaces;         /* files that exist, too */
    bool keeps_url;        /* in .NAME */
    bool verifies;         /* FITS files are tested */
    unsigned parallel;     /* 1 … DOWNLOAD_PARALLEL_MAXIMUM */
    uint64_t rate;         /* bytes a second, all together; 0: no limit */
    int stop;              /* descriptor that ends it all when it can be read; -1: none */
    struct http_limits limits;
    void (*ended)(void *context, const struct download_end *end);
    void (*moved)(void *context); /* more bytes have come; NULL: not of interest */
    void *context;
};

/* Counts, kept up to date for the callbacks. */
struct download_counts {
    size_t total; /* files to be fetched, those of links documents too */
    size_t done, skipped, failed;
    uint64_t bytes;
    double under_way; /* what is there of the files that are not done: 1.5 is one and a half */
};

/* All that is listed. `counts` starts zeroed. false with error set only when the machinery itself failed; a stop leaves
 * parts for the next run, and counts that do not add up to the total. */
bool download_all(const struct access_list *list, const struct download_settings *settings,
                  struct download_counts *counts, struct error *error);

#endif
