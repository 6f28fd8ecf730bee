/* join_result.h - the matches of a join in the order of the result, with what they need of table 2: as pairs, if its
 * rows are all in memory, else with the rows, sorted in a temporary file.
 * One owner: {0} to begin with, join_result_open() … join_result_close(). */
#ifndef TABLE_JOIN_RESULT_H
#define TABLE_JOIN_RESULT_H

#include "table/join_chunk.h"
#include "table/kept_rows.h"
#include "table/sorter.h"

struct join_result {
    uint64_t matches;
    uint64_t matched[2]; /* rows of each table that have a match */

    /* private */
    bool is_best;             /* only the first match of each row of table 1 counts */
    struct join_chunk *chunk; /* where the rows of a match are; borrowed */
    size_t columns2;
    unsigned char *has_match; /* a bit for each row of table 2 */
    uint64_t last_row1;       /* of the match before */
    struct matches pairs;
    struct sorter *sorter;  /* NULL: they come in order, all from one chunk */
    struct kept_rows *kept; /* rows of three numbers, which are the match, and the cells of table 2 */
    struct vot_cell *cells;
    struct match match;
    uint64_t given; /* matches read again */
};

/* With `is_sorted` they come from several chunks, and use `memory` bytes. */
bool join_result_open(struct join_result *result, const struct join_request *request, struct join_chunk *chunk,
                      size_t columns2, bool is_sorted, size_t memory, struct error *error);
/* A match in the chunk, which has loaded its rows. */
bool join_result_add(void *result, const struct match *match, struct error *error);
/* All are added: the counts are right. */
bool join_result_finish(struct join_result *result, uint64_t rows2, struct error *error);
/* The next match and the cells of table 2, valid until the next call; NULL: there is no further one, or error set. */
const struct match *join_result_next(struct join_result *result, const struct vot_cell **cells, struct error *error);
/* Whether a row of table 2 has a match. */
bool join_result_has(const struct join_result *result, uint64_t row2);
void join_result_close(struct join_result *result);

#endif
