/* join.h - two tables joined in one, by a key or by position.
 *
 *     struct join join = {.request = …, .spool = …};          what is asked for
 *     join_open(&join, "a.xml", "b.xml", &error)              both are read, the columns are found
 *     join_match(&join, &error)                               the rows that belong together
 *     join_write(&join, sink, &error)                         the document
 *     join_close(&join)
 *
 * Table 2 is kept in memory; table 1 is read again for its keys, and again for its rows. */
#ifndef TABLE_JOIN_H
#define TABLE_JOIN_H

#include "table/join_table.h"
#include "table/store.h"

struct join {
    struct join_request request;
    struct join_input inputs[2];
    struct join_columns columns;
    struct join_table joined;
    uint64_t rows, matches;           /* of the result; pairs of rows */
    uint64_t matched[2];              /* rows of each table that have a match in the result */
    const struct join_input *reading; /* whose fault an error is; NULL: no input's */

    /* private */
    struct spool *spool;
    struct store *store;      /* the rows of table 2 */
    packed_row *rows2;        /* … one by one */
    unsigned char *has_match; /* a bit for each of them */
    struct matches found;     /* in the order of the result */
};

bool join_open(struct join *join, const char *first, const char *second, struct error *error);
bool join_match(struct join *join, struct error *error);
bool join_write(struct join *join, struct sink *sink, struct error *error);
void join_close(struct join *join);

#endif
