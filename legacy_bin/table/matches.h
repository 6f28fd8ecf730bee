/* matches.h - which rows belong together: pairs kept in the order they are added, in memory while they are few, then in
 * a temporary file. One owner: {0} to begin with, matches_open() … matches_close(). */
#ifndef TABLE_MATCHES_H
#define TABLE_MATCHES_H

#include <stdint.h>

#include "io/spool.h"

struct match {
    uint64_t row1, row2; /* counted from 0 */
    double separation;   /* arcsec; by position only */
};

enum { MATCHES_SHOWN = 2048 };

struct matches {
    uint64_t count;

    /* private */
    struct spool *spool;
    struct match shown[MATCHES_SHOWN]; /* read already, or not yet written */
    size_t at, end;
};

bool matches_open(struct matches *matches, struct error *error);
bool matches_add(struct matches *matches, const struct match *match, struct error *error);
/* Ends the adding; matches_next() begins with the first. */
bool matches_finish(struct matches *matches, struct error *error);
/* The next pair, valid until the next call; NULL: there is none, or error set. Those behind it in memory are
 * matches->shown[matches->at] to matches->end. */
const struct match *matches_next(struct matches *matches, struct error *error);
void matches_close(struct matches *matches);

#endif
