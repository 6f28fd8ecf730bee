/* join_chunk.h - rows of table 2 in memory, as many as may be, and the rows of table 1 looked up in them.
 * One owner: {0} to begin with, join_chunk_load() ... join_chunk_free(). */
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
    bool is_last; /* none are left behind it */

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

/* The next rows of table 2 (join_input_start() was before the first ones), at least one if there is any, then as many
 * as fit into `memory` bytes. */
bool join_chunk_load(struct join_chunk *chunk, const struct join_request *request, const struct join_columns *columns,
                     struct join_input inputs[], size_t memory, struct error *error);

/* Called for each match, in order of table 1, and for each of its rows as the result has them; if only the best match
 * is asked for, that in the chunk. false with error set ends the search. */
typedef bool join_found(void *context, const struct match *match, struct error *error);
bool join_chunk_search(struct join_chunk *chunk, join_found *found, void *context, struct error *error);
void join_chunk_free(struct join_chunk *chunk);

#endif
