/* join_chunk.c - see join_chunk.h. */
#include "table/join_chunk.h"

#include <stdlib.h>

#include "table/join_search.h"

static bool grow(struct join_chunk *chunk) {
    size_t capacity = chunk->capacity * 2 + 64;
    packed_row *rows = realloc(chunk->rows, capacity * sizeof *rows);
    if (!rows) return false;
    chunk->rows = rows;
    if (!chunk->index) {
        struct sky_point *points = realloc(chunk->points, capacity * sizeof *points);
        if (!points) return false;
        chunk->points = points;
    }
    chunk->capacity = capacity;
    return true;
}

static bool add_row(struct join_chunk *chunk, const struct vot_row *row, struct join_reader *reader,
                    struct error *error) {
    struct join_key key;
    if (chunk->count == chunk->capacity && !grow(chunk)) return error_set_memory(error);
    if (!store_add(chunk->store, row, error)) return false;
    chunk->rows[chunk->count] = store_newest(chunk->store);
    if (chunk->index) {
        if (!join_read_key(reader, row, &key, error) || !key_index_add(chunk->index, &key, error)) return false;
    } else if (join_read_point(reader, row, chunk->first + chunk->count, &chunk->points[chunk->point_count])) {
        chunk->point_count++;
    }
    chunk->count++;
    return true;
}

/* An estimate: what rows and their index need. */
static size_t memory_of(const struct join_chunk *chunk) {
    size_t of_row = sizeof *chunk->rows + (chunk->index ? (size_t)KEY_INDEX_ROW : 2 * sizeof *chunk->points);
    return store_size(chunk->store) + chunk->count * of_row + (chunk->index ? key_index_texts(chunk->index) : 0);
}

bool join_chunk_begin(struct join_chunk *chunk, const struct join_request *request, const struct join_columns *columns,
                      struct join_input inputs[], struct error *error) {
    *chunk = (struct join_chunk){.request = request, .columns = columns, .inputs = inputs, .first = inputs[1].number};
    chunk->store = store_open(inputs[1].table->field_count, error);
    if (!chunk->store) return false;
    if (request->by != JOIN_BY_POSITION) {
        chunk->index = key_index_open(error);
        if (!chunk->index) return false;
    }
    return grow(chunk) || error_set_memory(error);
}

bool join_chunk_read(struct join_chunk *chunk, size_t memory, size_t count, struct error *error) {
    struct join_reader reader = join_reader_of(chunk, 1);
    bool done = true;
    while (done && !chunk->is_over && chunk->count < count) {
        const struct vot_row *row = join_input_next(&chunk->inputs[1], error);
        done = row ? add_row(chunk, row, &reader, error) : !error->text;
        chunk->is_last = !row;
        chunk->is_over = !row || memory_of(chunk) >= memory || chunk->count == KEY_INDEX_ROWS;
    }
    buffer_free(&reader.room);
    return done;
}

bool join_chunk_finish(struct join_chunk *chunk, struct error *error) {
    if (chunk->index) return key_index_finish(chunk->index, error);
    chunk->zones = zones_open(chunk->points, chunk->point_count, chunk->request->radius_arcsec, error);
    return chunk->zones;
}

void join_chunk_free(struct join_chunk *chunk) {
    store_close(chunk->store);
    key_index_close(chunk->index);
    zones_close(chunk->zones);
    free(chunk->rows);
    free(chunk->points);
    *chunk = (struct join_chunk){0};
}
