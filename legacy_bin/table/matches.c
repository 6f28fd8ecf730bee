/* matches.c - see matches.h. */
#include "table/matches.h"

bool matches_open(struct matches *matches, struct error *error) {
    matches->count = matches->at = matches->end = 0;
    matches->spool = spool_open(error);
    return matches->spool;
}

static bool write_shown(struct matches *matches, struct error *error) {
    size_t length = matches->end * sizeof *matches->shown;
    matches->end = 0;
    return spool_write(matches->spool, matches->shown, length, error);
}

bool matches_add(struct matches *matches, const struct match *match, struct error *error) {
    if (matches->end == MATCHES_SHOWN && !write_shown(matches, error)) return false;
    matches->shown[matches->end++] = *match;
    matches->count++;
    return true;
}

bool matches_finish(struct matches *matches, struct error *error) {
    return write_shown(matches, error);
}

static bool read_shown(struct matches *matches, struct error *error) {
    size_t length = 0;
    for (ptrdiff_t got = 1; got > 0 && length < sizeof matches->shown; length += (size_t)got) {
        got = spool_read(matches->spool, (char *)matches->shown + length, sizeof matches->shown - length, error);
        if (got < 0) return false;
    }
    matches->at = 0;
    matches->end = length / sizeof *matches->shown;
    return true;
}

const struct match *matches_next(struct matches *matches, struct error *error) {
    if (matches->at == matches->end && !read_shown(matches, error)) return NULL;
    return matches->at < matches->end ? &matches->shown[matches->at++] : NULL;
}

void matches_close(struct matches *matches) {
    spool_close(matches->spool);
    matches->spool = NULL;
}
