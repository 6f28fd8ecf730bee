/* join_search.c - the rows of table 1 looked up, many at a time. */
#include "table/join_search.h"

#include <stdlib.h>

enum {
    BATCH = 1 << 17,    /* positions that are looked up together */
    PAIRS = 4 * BATCH,  /* found for them at most, unless it is one alone */
    SEARCHED = 2 << 20, /* bytes of keys or positions that are read and then looked up */
};

/* What was read ahead of a row, by key: its text stands behind those of the items before. */
struct item {
    uint64_t number, bits;
    uint32_t kind, length;
};

struct search {
    struct join_chunk *chunk;
    join_found *found;
    void *context;
    struct error *error;

    /* by key */
    struct join_key keys[KEY_INDEX_MANY];
    uint64_t numbers[KEY_INDEX_MANY];

    /* by position */
    size_t point_count;           /* that are looked up now */
    struct match *pairs, *sorted; /* of these */
    size_t pair_count, pair_room;
};

/* By key. */

static bool add_item(struct join_ahead *ahead, struct join_reader *reader, uint64_t number, const struct vot_row *row,
                     struct error *error) {
    struct join_key key;
    if (!join_read_key(reader, row, &key, error)) return false;
    if (key.kind == JOIN_KEY_NONE) return true;
    if (key.text.length > UINT32_MAX) return error_set(error, "a key of more than %u bytes", UINT32_MAX);
    struct item item = {number, key.bits, key.kind, (uint32_t)key.text.length};
    return (buffer_append(&ahead->items, &item, sizeof item) &&
            (item.length == 0 || buffer_append_slice(&ahead->texts, key.text))) ||
           error_set_memory(error);
}

static bool find_keys(struct search *search, size_t count) {
    const struct key_index *index = search->chunk->index;
    uint32_t rows[KEY_INDEX_MANY];
    key_index_find(index, search->keys, count, rows);
    for (size_t i = 0; i < count; i++)
        for (uint32_t row = rows[i]; row > 0; row = key_index_next(index, row)) {
            struct match match = {search->numbers[i], search->chunk->first + row - 1, 0};
            if (!search->found(search->context, &match, search->error)) return false;
            if (search->chunk->request->is_best) break;
        }
    return true;
}

static bool find_items(struct search *search, const struct join_ahead *ahead) {
    const char *text = ahead->texts.bytes;
    size_t count = 0;
    for (size_t at = 0; at < ahead->items.length; at += sizeof(struct item)) {
        struct item item;
        memcpy(&item, ahead->items.bytes + at, sizeof item);
        search->keys[count] = (struct join_key){(enum join_key_kind)item.kind, item.bits, {text, item.length}};
        search->numbers[count++] = item.number;
        if (item.length > 0) text += item.length;
        if (count < KEY_INDEX_MANY) continue;
        if (!find_keys(search, count)) return false;
        count = 0;
    }
    return find_keys(search, count);
}

/* By position. */

/* false: there are too many, or no memory, and then error set. */
static bool add_pair(void *context, const struct sky_point *point, const struct sky_point *other, double separation) {
    struct search *search = context;
    if (search->pair_count == search->pair_room) {
        if (search->pair_count >= PAIRS && search->point_count > 1) return false;
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
    search->point_count = count;
    if (zones_search(search->chunk->zones, points, count, add_pair, search, search->error))
        return tell_all_pairs(search, first, last);
    if (search->error->text) return false;
    qsort(points, count, sizeof *points, compare_rows);
    return find_points(search, points, count / 2) && find_points(search, points + count / 2, count - count / 2);
}

static bool add_point(struct join_ahead *ahead, struct join_reader *reader, uint64_t number, const struct vot_row *row,
                      struct error *error) {
    struct sky_point point;
    if (!join_read_point(reader, row, number, &point)) return true;
    return buffer_append(&ahead->items, &point, sizeof point) || error_set_memory(error);
}

/* Batch by batch, which are not so wide that most of their rows have no position. */
static bool find_all_points(struct search *search, const struct join_ahead *ahead) {
    struct sky_point *points = (struct sky_point *)(void *)ahead->items.bytes;
    size_t count = ahead->items.length / sizeof *points;
    for (size_t start = 0, end = 0; start < count; start = end) {
        while (end < count && end - start < BATCH && points[end].row - points[start].row < BATCH) end++;
        if (!find_points(search, points + start, end - start)) return false;
    }
    return true;
}

/* Both. */

bool join_ahead_read(struct join_ahead *ahead, const struct join_chunk *chunk, size_t memory, struct error *error) {
    struct join_input *input = &chunk->inputs[0];
    struct join_reader reader = join_reader_of(chunk, 0);
    bool done = true, by_position = chunk->request->by == JOIN_BY_POSITION;
    ahead->items.maximum = ahead->texts.maximum = SIZE_MAX;
    while (done && ahead->items.length + ahead->texts.length < memory) {
        const struct vot_row *row = join_input_next(input, error);
        if (!row) break;
        done = (by_position ? add_point : add_item)(ahead, &reader, input->number - 1, row, error);
    }
    buffer_free(&reader.room);
    return done && !error->text;
}

void join_ahead_free(struct join_ahead *ahead) {
    buffer_free(&ahead->items);
    buffer_free(&ahead->texts);
}

bool join_chunk_search(struct join_chunk *chunk, struct join_ahead *ahead, join_found *found, void *context,
                       struct error *error) {
    struct search search = {.chunk = chunk, .found = found, .context = context, .error = error};
    bool done = true;
    do {
        done = (chunk->zones ? find_all_points : find_items)(&search, ahead);
        ahead->items.length = ahead->texts.length = 0;
        done = done && join_ahead_read(ahead, chunk, SEARCHED, error);
    } while (done && ahead->items.length > 0);
    free(search.pairs);
    free(search.sorted);
    return done;
}
