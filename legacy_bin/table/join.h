/* join.h - two tables joined in one, by a key or by position.
 *
 *     struct join join = {.request = …, .memory = …};         what is asked for
 *     join_open(&join, "a.xml", "b.xml", &error)              the columns are found
 *     join_match(&join, &error)                               the rows that belong together
 *     join_write(&join, sink, &error)                         the document
 *     join_close(&join)
 *
 * Table 2 is held in memory. If it does not fit, piece by piece: table 1 is read once for each, and the matches are
 * sorted in a temporary file. In the end table 1 is read once more, as the rows are written. */
#ifndef TABLE_JOIN_H
#define TABLE_JOIN_H

#include "table/join_result.h"
#include "table/join_table.h"

struct join {
    struct join_request request;
    size_t memory;    /* for rows; SIZE_MAX: no limit */
    unsigned threads; /* that may be at work; 0: one for each processor */

    struct join_input inputs[2];
    struct join_columns columns;
    struct join_table joined;
    struct join_result result;
    uint64_t rows;                    /* of the result */
    const struct join_input *reading; /* whose fault an error is; NULL: no input's */

    /* private */
    struct join_chunk chunk;
    struct join_ahead ahead;
    bool is_whole; /* the chunk is all of table 2 */
};

bool join_open(struct join *join, const char *first, const char *second, struct error *error);
bool join_match(struct join *join, struct error *error);
bool join_write(struct join *join, struct sink *sink, struct error *error);
void join_close(struct join *join);

#endif
