/* join_search.c - the rows of table 1 looked up, many at a time. */
#include "table/join_search.h"

#include <stdlib.h>

enum {
    BATCH = 1 << 17,   /* positions that are looked up together */
    PAIRS = 4 * BATCH, /* found for them at most, unless it is one alone */
};

struct search {
    struct join_chunk *chunk;
    join_found *found;
    void *context;
    struct error *error;
    struct join_reader reader;

    /* by key */
    struct join_key keys[KEY_INDEX_MANY];
    uint64_t numbers[KEY_INDEX_MANY];
    size_t key_count;
    struct buffer texts; /* of the keys */

    /* by position */
    struct sky_point *batch;
    size_t batch_filled;
    size_t batch_count;           /* of them that are looked up now */
    struct match *pairs, *sorted; /* of these */
    size_t pair_count, pair_room;
};

/* By key. */

static bool find_keys(struct search *search) {
    const struct key_index *index = search->chunk->index;
    uint32_t rows[KEY_INDEX_MANY];
    const char *text = search->texts.bytes; /* which may have moved while texts were added */
    for (size_t i = 0; i < search->key_count; i++) {
        search->keys[i].text.text = text;
        text += search->keys[i].text.length;
    }
    key_index_find(index, search->keys, search->key_count, rows);
    for (size_t i = 0; i < search->key_count; i++)
        for (uint32_t row = rows[i]; row > 0; row = key_index_next(index, row)) {
            struct match match = {search->numbers[i], search->chunk->first + row - 1, 0};
            if (!search->found(search->context, &match, search->error)) return false;
            if (search->chunk->request->is_best) break;
        }
    search->key_count = search->texts.length = 0;
    return true;
}

static bool add_key(struct search *search, uint64_t number, const struct vot_row *row) {
    struct join_key *key = &search->keys[search->key_count];
    if (!join_read_key(&search->reader, row, key, search->error)) return false;
    if (key->kind == JOIN_KEY_NONE) return true;
    if (key->text.length && !buffer_append_slice(&search->texts, key->text)) return error_set_memory(search->error);
    search->numbers[search->key_count++] = number;
    return search->key_count < KEY_INDEX_MANY || find_keys(search);
}

/* By position. */

/* false: there are too many, or no memory, and then error set. */
static bool add_pair(void *context, const struct sky_point *point, const struct sky_point *other, double separation) {
    struct search *search = context;
    if (search->pair_count == search->pair_room) {
        if (search->pair_count >= PAIRS && search->batch_count > 1) return false;
        size_t room = search->pair_room * 2 + 1024;
        struct match *pairs = realloc(search->pairs, room * sizeof *pairs);
        if (pairs) search->pairs = pairs;
        struct match *sorted = realloc(search->sorted, room * sizeof *sorted);
        if (sorted) search->sorted = sorted;
        if (!pairs || !sorted) return error_set_memory(search->error);
        search->pair_room = room;
    }
    search->pairs[search->pair_count++] = (struct match){point->row, other->row, separation};
    return true;
}

static int compare_matches(const void *left, const void *right) {
    const struct match *a = left, *b = right;
    if (a->separation != b->separation) return a->separation < b->separation ? -1 : 1;
    return a->row2 < b->row2 ? -1 : a->row2 > b->row2;
}

/* The pairs of one row of table 1, nearest first. */
static bool tell_pairs(struct search *search, struct match *pairs, size_t count) {
    if (count > 1) qsort(pairs, count, sizeof *pairs, compare_matches);
    if (count > 1 && search->chunk->request->is_best) count = 1;
    for (size_t i = 0; i < count; i++)
        if (!search->found(search->context, &pairs[i], search->error)) return false;
    return true;
}

/* The pairs, row by row of table 1; the rows lie between `first` and `last`. */
static bool tell_all_pairs(struct search *search, uint64_t first, uint64_t last) {
    size_t rows = (size_t)(last - first) + 1, *starts = calloc(rows + 2, sizeof *starts);
    if (!starts) return error_set_memory(search->error);
    for (size_t i = 0; i < search->pair_count; i++) starts[search->pairs[i].row1 - first + 2]++;
    for (size_t row = 0; row < rows; row++) starts[row + 2] += starts[row + 1];
    for (size_t i = 0; i < search->pair_count; i++) /* starts[row + 1] goes from the start of a row's to their end */
        search->sorted[starts[search->pairs[i].row1 - first + 1]++] = search->pairs[i];
    bool done = true;
    for (size_t row = 0; done && row < rows; row++)
        done = tell_pairs(search, search->sorted + starts[row], starts[row + 1] - starts[row]);
    free(starts);
    return done;
}

static int compare_rows(const void *left, const void *right) {
    const struct sky_point *a = left, *b = right;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* Points in order of their rows, which lie near each other. If too many pairs are found, half of them first. */
static bool find_points(struct search *search, struct sky_point *points, size_t count) {
    if (count == 0) return true;
    uint64_t first = points[0].row, last = points[count - 1].row;
    search->pair_count = 0;
    search->batch_count = count;
    if (zones_search(search->chunk->zones, points, count, add_pair, search, search->error))
        return tell_all_pairs(search, first, last);
    if (search->error->text) return false;
    qsort(points, count, sizeof *points, compare_rows);
    return find_points(search, points, count / 2) && find_points(search, points + count / 2, count - count / 2);
}

static bool find_batch(struct search *search) {
    size_t count = search->batch_filled;
    search->batch_filled = 0;
    return find_points(search, search->batch, count);
}

static bool add_point(struct search *search, uint64_t number, const struct vot_row *row) {
    bool is_full =
        search->batch_filled == BATCH || (search->batch_filled > 0 && number - search->batch[0].row >= BATCH);
    if (is_full && !find_batch(search)) return false;
    if (join_read_point(&search->reader, row, number, &search->batch[search->batch_filled])) search->batch_filled++;
    return true;
}

/* Both. */

bool join_chunk_search(struct join_chunk *chunk, join_found *found, void *context, struct error *error) {
    struct join_input *input = &chunk->inputs[0];
    struct search search = {
        .chunk = chunk, .found = found, .context = context, .error = error, .reader = join_reader_of(chunk, 0)};
    bool done = join_input_start(input, error);
    if (done && chunk->zones) {
        search.batch = malloc(BATCH * sizeof *search.batch);
        done = search.batch || error_set_memory(error);
    }
    for (const struct vot_row *row; done && (row = join_input_next(input, error));)
        done = chunk->zones ? add_point(&search, input->number - 1, row) : add_key(&search, input->number - 1, row);
    done = done && !error->text && (chunk->zones ? find_batch(&search) : find_keys(&search));
    free(search.batch);
    free(search.pairs);
    free(search.sorted);
    buffer_free(&search.reader.room);
    buffer_free(&search.texts);
    return done;
}
