/* join_chunk.h - rows of table 2 in memory, as many as may be, and the rows of table 1 looked up in them.
 *
 *     join_chunk_begin(&chunk, …, &error)
 *     join_chunk_read(&chunk, memory, SIZE_MAX, &error)         may be done bit by bit
 *     join_chunk_finish(&chunk, &error)
 *     join_chunk_search(&chunk, &ahead, found, context, &error)
 *     join_chunk_free(&chunk)
 *
 * One owner, {0} to begin with. While a thread reads a chunk, another one may read ahead in table 1. */
#ifndef TABLE_JOIN_CHUNK_H
#define TABLE_JOIN_CHUNK_H

#include "sky/zones.h"
#include "table/join_columns.h"
#include "table/key_index.h"
#include "table/matches.h"
#include "table/store.h"

struct join_chunk {
    uint64_t first; /* number of its first row in the table */
    size_t count;
    packed_row *rows;
    bool is_over; /* no more can be read: the memory is used, or */
    bool is_last; /* … there are none behind it */

    /* private */
    const struct join_request *request;
    const struct join_columns *columns;
    struct join_input *inputs;
    size_t capacity; /* of `rows` and `points` */
    struct store *store;
    struct key_index *index; /* either: by key */
    struct zones *zones;     /* or: by position, of */
    struct sky_point *points;
    size_t point_count;
};

/* Rows come from where table 2 is read now. */
bool join_chunk_begin(struct join_chunk *chunk, const struct join_request *request, const struct join_columns *columns,
                      struct join_input inputs[], struct error *error);
/* The next rows, at least one if there is any, until the chunk has `count` or needs `memory` bytes. */
bool join_chunk_read(struct join_chunk *chunk, size_t memory, size_t count, struct error *error);
/* The rows can be looked up. */
bool join_chunk_finish(struct join_chunk *chunk, struct error *error);

/* What rows of table 1 are joined by, before they are looked up. Ends with join_ahead_free(). */
struct join_ahead {
    struct buffer items; /* of each row that has a key, or a position */
    struct buffer texts; /* of the keys */
};

/* Rows come from where table 1 is read now, until `memory` bytes are used. Only request, columns and inputs of the
 * chunk are looked at. */
bool join_ahead_read(struct join_ahead *ahead, const struct join_chunk *chunk, size_t memory, struct error *error);
void join_ahead_free(struct join_ahead *ahead);

/* Called for each match, in order of table 1, and for each of its rows as the result has them; if only the best match
 * is asked for, that in the chunk. false with error set ends the search. */
typedef bool join_found(void *context, const struct match *match, struct error *error);
/* First those rows of table 1 that were read ahead, which are forgotten then, then those that are left. */
bool join_chunk_search(struct join_chunk *chunk, struct join_ahead *ahead, join_found *found, void *context,
                       struct error *error);
void join_chunk_free(struct join_chunk *chunk);

#endif
