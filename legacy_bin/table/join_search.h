/* join_search.h - keys and positions of rows, for table/join_chunk.c and join_search.c. */
#ifndef TABLE_JOIN_SEARCH_H
#define TABLE_JOIN_SEARCH_H

#include "table/join_chunk.h"

/* Reads what one of the tables is joined by. `room` is freed by the owner. */
struct join_reader {
    const struct vot_field *fields;
    size_t key;
    struct position position;
    bool as_text;
    struct buffer room;
};

static inline struct join_reader join_reader_of(const struct join_chunk *chunk, size_t which) {
    const struct join_columns *columns = chunk->columns;
    return (struct join_reader){.fields = chunk->inputs[which].table->fields,
                                .key = columns->key[which],
                                .position = columns->position[which],
                                .as_text = columns->as_text};
}

/* The key is valid until the next one is read, or the row is gone. */
static inline bool join_read_key(struct join_reader *reader, const struct vot_row *row, struct join_key *key,
                                 struct error *error) {
    return join_key_read(&reader->fields[reader->key], &row->cells[reader->key], reader->as_text, &reader->room, key) ||
           error_set_memory(error);
}

/* false: it has no position. */
static inline bool join_read_point(struct join_reader *reader, const struct vot_row *row, uint64_t number,
                                   struct sky_point *point) {
    double ra, dec;
    return position_read(&reader->position, reader->fields, row->cells, &reader->room, &ra, &dec) &&
           sky_point_set(point, ra, dec, number);
}

#endif
