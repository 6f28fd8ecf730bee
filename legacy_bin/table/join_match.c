/* join_match.c - the rows of two tables that belong together: those of table 2 are indexed by key or by position, those
 * of table 1 looked up as they are read. */
#include <math.h>
#include <stdlib.h>

#include "sky/zones.h"
#include "table/join.h"
#include "table/key_index.h"
#include "table/position.h"

enum {
    BATCH = 1 << 17,   /* positions of table 1 that are looked up together */
    PAIRS = 4 * BATCH, /* found for them at most, unless it is one alone */
};

struct matcher {
    struct join *join;
    struct error *error;
    struct buffer room;
    struct key_index *index;
    struct zones *zones;
    struct sky_point *points; /* of table 2 */
    size_t point_count;
    struct sky_point *batch; /* of table 1 */
    size_t batch_filled;
    size_t batch_count;           /* of them that are looked up now */
    struct match *pairs, *sorted; /* of the batch */
    size_t pair_count, pair_room;
};

static bool add_match(struct matcher *matcher, const struct match *match) {
    struct join *join = matcher->join;
    unsigned char *bits = &join->has_match[match->row2 / 8], bit = (unsigned char)(1 << match->row2 % 8);
    join->matched[1] += !(*bits & bit);
    *bits |= bit;
    join->matches++;
    return matches_add(&join->found, match, matcher->error);
}

/* By key. */

static bool read_key(struct matcher *matcher, size_t which, const struct vot_row *row, struct join_key *key) {
    const struct join_columns *columns = &matcher->join->columns;
    size_t column = columns->key[which];
    const struct vot_field *field = &matcher->join->inputs[which].table->fields[column];
    return join_key_read(field, &row->cells[column], columns->as_text, &matcher->room, key) ||
           error_set_memory(matcher->error);
}

static bool match_key(struct matcher *matcher, uint64_t row1, const struct join_key *key) {
    size_t row2 = key_index_first(matcher->index, key);
    matcher->join->matched[0] += row2 > 0;
    for (; row2 > 0; row2 = key_index_next(matcher->index, row2)) {
        if (!add_match(matcher, &(struct match){row1, row2 - 1, 0})) return false;
        if (matcher->join->request.is_best) break;
    }
    return true;
}

/* By position. */

static bool read_point(struct matcher *matcher, size_t which, const struct vot_row *row, uint64_t number,
                       struct sky_point *point) {
    const struct vot_field *fields = matcher->join->inputs[which].table->fields;
    size_t ra_column = matcher->join->columns.ra[which], dec_column = matcher->join->columns.dec[which];
    double ra, dec;
    return position_read_ra(&fields[ra_column], &row->cells[ra_column], &matcher->room, &ra) &&
           position_read_dec(&fields[dec_column], &row->cells[dec_column], &matcher->room, &dec) &&
           sky_point_set(point, ra, dec, number);
}

/* false: there are too many, or no memory, and then error set. */
static bool add_pair(void *context, const struct sky_point *point, const struct sky_point *other, double separation) {
    struct matcher *matcher = context;
    if (matcher->pair_count == matcher->pair_room) {
        if (matcher->pair_count >= PAIRS && matcher->batch_count > 1) return false;
        size_t room = matcher->pair_room * 2 + 1024;
        struct match *pairs = realloc(matcher->pairs, room * sizeof *pairs);
        if (pairs) matcher->pairs = pairs;
        struct match *sorted = realloc(matcher->sorted, room * sizeof *sorted);
        if (sorted) matcher->sorted = sorted;
        if (!pairs || !sorted) return error_set_memory(matcher->error);
        matcher->pair_room = room;
    }
    matcher->pairs[matcher->pair_count++] = (struct match){point->row, other->row, separation};
    return true;
}

static int compare_matches(const void *left, const void *right) {
    const struct match *a = left, *b = right;
    if (a->separation != b->separation) return a->separation < b->separation ? -1 : 1;
    return a->row2 < b->row2 ? -1 : a->row2 > b->row2;
}

static int compare_rows(const void *left, const void *right) {
    const struct sky_point *a = left, *b = right;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* The pairs of one row of table 1, nearest first. */
static bool add_pairs(struct matcher *matcher, struct match *pairs, size_t count) {
    if (count == 0) return true;
    matcher->join->matched[0]++;
    if (count > 1) qsort(pairs, count, sizeof *pairs, compare_matches);
    if (matcher->join->request.is_best) count = 1;
    for (size_t i = 0; i < count; i++)
        if (!add_match(matcher, &pairs[i])) return false;
    return true;
}

/* The pairs, row by row of table 1; the rows lie between `first` and `last`. */
static bool add_all_pairs(struct matcher *matcher, uint64_t first, uint64_t last) {
    size_t rows = (size_t)(last - first) + 1, *starts = calloc(rows + 1, sizeof *starts);
    bool done = starts || error_set_memory(matcher->error);
    for (size_t i = 0; done && i < matcher->pair_count; i++) starts[matcher->pairs[i].row1 - first + 1]++;
    for (size_t i = 0; done && i < rows; i++) starts[i + 1] += starts[i];
    for (size_t i = matcher->pair_count; done && i-- > 0;)
        matcher->sorted[--starts[matcher->pairs[i].row1 - first + 1]] = matcher->pairs[i];
    for (size_t i = 0; done && i < rows; i++) {
        size_t start = starts[i + 1], end = i + 1 < rows ? starts[i + 2] : matcher->pair_count;
        done = add_pairs(matcher, matcher->sorted + start, end - start);
    }
    free(starts);
    return done;
}

/* Points of table 1 in order of their rows, which lie near each other. If too many pairs are found, half of them first.
 */
static bool match_points(struct matcher *matcher, struct sky_point *points, size_t count) {
    if (count == 0) return true;
    uint64_t first = points[0].row, last = points[count - 1].row;
    matcher->pair_count = 0;
    matcher->batch_count = count;
    if (zones_search(matcher->zones, points, count, add_pair, matcher, matcher->error))
        return add_all_pairs(matcher, first, last);
    if (matcher->error->text) return false;
    qsort(points, count, sizeof *points, compare_rows);
    return match_points(matcher, points, count / 2) && match_points(matcher, points + count / 2, count - count / 2);
}

static bool match_batch(struct matcher *matcher) {
    size_t count = matcher->batch_filled;
    matcher->batch_filled = 0;
    return match_points(matcher, matcher->batch, count);
}

static bool match_position(struct matcher *matcher, uint64_t row1, const struct vot_row *row) {
    bool is_full =
        matcher->batch_filled == BATCH || (matcher->batch_filled > 0 && row1 - matcher->batch[0].row >= BATCH);
    if (is_full && !match_batch(matcher)) return false;
    if (read_point(matcher, 0, row, row1, &matcher->batch[matcher->batch_filled])) matcher->batch_filled++;
    return true;
}

/* Both. */

/* Table 2, into memory. */
static bool load(struct matcher *matcher, struct join_rows *rows) {
    struct join *join = matcher->join;
    struct join_key key;
    for (const struct vot_row *row; (row = join_rows_next(rows, matcher->error));) {
        uint64_t number = rows->number - 1;
        if (!store_add(join->store, row, matcher->error)) return false;
        join->rows2[number] = store_newest(join->store);
        if (matcher->points) {
            matcher->point_count += read_point(matcher, 1, row, number, &matcher->points[matcher->point_count]);
        } else if (!read_key(matcher, 1, row, &key) || !key_index_add(matcher->index, &key, matcher->error)) {
            return false;
        }
    }
    if (matcher->error->text) return false;
    if (!matcher->points) return key_index_finish(matcher->index, matcher->error);
    matcher->zones = zones_open(matcher->points, matcher->point_count, join->request.radius_arcsec, matcher->error);
    return matcher->zones;
}

static bool look_up(struct matcher *matcher, struct join_rows *rows) {
    struct join_key key;
    for (const struct vot_row *row; (row = join_rows_next(rows, matcher->error));) {
        uint64_t number = rows->number - 1;
        bool done = matcher->points ? match_position(matcher, number, row)
                                    : read_key(matcher, 0, row, &key) && match_key(matcher, number, &key);
        if (!done) return false;
    }
    return !matcher->error->text && (!matcher->points || match_batch(matcher));
}

static bool pass(struct matcher *matcher, size_t which, bool (*take)(struct matcher *, struct join_rows *)) {
    struct join_rows rows;
    matcher->join->reading = &matcher->join->inputs[which];
    bool done = join_rows_open(&rows, &matcher->join->inputs[which], matcher->error) && take(matcher, &rows);
    join_rows_close(&rows);
    return done;
}

/* Room for rows that are known to be as many; one more, as nothing may be asked of calloc(). */
static void *room_for(uint64_t count, size_t size) {
    return count < SIZE_MAX / 2 ? calloc((size_t)count + 1, size) : NULL;
}

static bool open_matcher(struct matcher *matcher) {
    struct join *join = matcher->join;
    uint64_t rows = join->inputs[1].rows;
    join->store = store_open(join->inputs[1].table->field_count, matcher->error);
    join->rows2 = room_for(rows, sizeof *join->rows2);
    join->has_match = room_for(rows / 8, 1);
    if (!join->store || !join->rows2 || !join->has_match) return false;
    if (!matches_open(&join->found, matcher->error)) return false;
    if (join->request.by != JOIN_BY_POSITION) {
        matcher->index = key_index_open(rows, matcher->error);
        return matcher->index;
    }
    matcher->points = room_for(rows, sizeof *matcher->points);
    matcher->batch = room_for(BATCH, sizeof *matcher->batch);
    return matcher->points && matcher->batch;
}

bool join_match(struct join *join, struct error *error) {
    struct matcher matcher = {.join = join, .error = error};
    bool done =
        open_matcher(&matcher) ? pass(&matcher, 1, load) && pass(&matcher, 0, look_up) : error_set_memory(error);
    zones_close(matcher.zones);
    key_index_close(matcher.index);
    free(matcher.points);
    free(matcher.batch);
    free(matcher.pairs);
    free(matcher.sorted);
    buffer_free(&matcher.room);
    if (!done || !matches_finish(&join->found, error)) return false;
    bool keeps1 = join->request.kind == JOIN_LEFT || join->request.kind == JOIN_FULL;
    bool keeps2 = join->request.kind == JOIN_RIGHT || join->request.kind == JOIN_FULL;
    join->rows = join->matches + (keeps1 ? join->inputs[0].rows - join->matched[0] : 0) +
                 (keeps2 ? join->inputs[1].rows - join->matched[1] : 0);
    join->reading = NULL;
    return join_table_set_rows(&join->joined, join->rows, error);
}
