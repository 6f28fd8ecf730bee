/* join_result.c - see join_result.h. */
#include "table/join_result.h"

#include <stdlib.h>

#include "base/bigendian.h"

enum { NUMBERS = 3, AHEAD = 8, LINE = 64, LINES = 4 };

/* The words of a sorted row are its first cells: row of table 1, separation, row of table 2. */
static enum sort_word word_of(void *context, packed_row row, size_t level, uint64_t *word) {
    (void)context;
    *word = bigendian_64(store_cell(row, level).bytes);
    return level + 1 < NUMBERS ? SORT_MORE : SORT_LAST;
}

static bool open_bits(struct join_result *result, uint64_t rows2, struct error *error) {
    if (rows2 / 8 < SIZE_MAX) result->has_match = calloc((size_t)(rows2 / 8) + 1, 1);
    return result->has_match || error_set_memory(error);
}

/* In order. false: it is not the best one. */
static bool count_match(struct join_result *result, const struct match *match) {
    bool is_first = match->row1 != result->last_row1;
    if (result->is_best && !is_first) return false;
    unsigned char *bits = &result->has_match[match->row2 / 8], bit = (unsigned char)(1 << match->row2 % 8);
    result->last_row1 = match->row1;
    result->matched[0] += is_first;
    result->matched[1] += !(*bits & bit);
    *bits |= bit;
    result->matches++;
    return true;
}

bool join_result_open(struct join_result *result, const struct join_request *request, struct join_chunk *chunk,
                      size_t columns2, bool is_sorted, size_t memory, struct error *error) {
    *result = (struct join_result){
        .is_best = request->is_best, .chunk = chunk, .columns2 = columns2, .last_row1 = UINT64_MAX};
    result->cells = calloc(NUMBERS + columns2 + 1, sizeof *result->cells);
    if (!result->cells) return error_set_memory(error);
    if (!is_sorted) return matches_open(&result->pairs, error) && open_bits(result, chunk->count, error);
    result->kept = kept_rows_open(NUMBERS + columns2, error);
    result->sorter = sorter_open(NUMBERS + columns2, (struct sort_order){word_of, NULL}, SIZE_MAX, memory, error);
    return result->kept && result->sorter;
}

bool join_result_add(void *context, const struct match *match, struct error *error) {
    struct join_result *result = context;
    if (!result->sorter) return !count_match(result, match) || matches_add(&result->pairs, match, error);
    char numbers[NUMBERS][sizeof(uint64_t) + VOT_CELL_SLACK];
    struct vot_cell *cells = result->cells;
    bigendian_put_64(numbers[0], match->row1);
    bigendian_put_double(numbers[1], match->separation);
    bigendian_put_64(numbers[2], match->row2);
    for (size_t i = 0; i < NUMBERS; i++)
        cells[i] = (struct vot_cell){.bytes = numbers[i], .length = sizeof(uint64_t), .form = VOT_BYTES};
    const struct join_chunk *chunk = result->chunk;
    packed_row_read(chunk->rows[match->row2 - chunk->first], cells + NUMBERS, result->columns2);
    return sorter_add(result->sorter, &(struct vot_row){cells, NUMBERS + result->columns2}, error);
}

static struct match match_of(const struct vot_cell *cells) {
    return (struct match){bigendian_64(cells[0].bytes), bigendian_64(cells[2].bytes), bigendian_double(cells[1].bytes)};
}

bool join_result_finish(struct join_result *result, uint64_t rows2, struct error *error) {
    if (!result->sorter) return matches_finish(&result->pairs, error);
    if (!open_bits(result, rows2, error)) return false;
    struct vot_row row;
    enum rows_status status;
    while ((status = sorter_next(result->sorter, &row, error)) == ROWS_ROW) {
        struct match match = match_of(row.cells);
        if (count_match(result, &match) && !kept_rows_add(result->kept, row.cells, error)) return false;
    }
    sorter_close(result->sorter);
    result->sorter = NULL;
    return status == ROWS_END;
}

/* The row of a match that comes soon is somewhere in memory. */
static void prepare(const struct join_result *result) {
    const struct matches *pairs = &result->pairs;
    if (pairs->at + AHEAD >= pairs->end) return;
    packed_row row = result->chunk->rows[pairs->shown[pairs->at + AHEAD].row2];
    for (size_t line = 0; line < LINES; line++) __builtin_prefetch(row + line * LINE);
}

const struct match *join_result_next(struct join_result *result, const struct vot_cell **cells, struct error *error) {
    if (!result->kept) {
        const struct match *match = matches_next(&result->pairs, error);
        if (!match) return NULL;
        prepare(result);
        packed_row_read(result->chunk->rows[match->row2], result->cells, result->columns2);
        *cells = result->cells;
        return match;
    }
    struct vot_row row;
    if (result->given == result->matches || !kept_rows_next(result->kept, &row, error)) return NULL;
    result->given++;
    result->match = match_of(row.cells);
    *cells = row.cells + NUMBERS;
    return &result->match;
}

bool join_result_has(const struct join_result *result, uint64_t row2) {
    return result->has_match[row2 / 8] >> row2 % 8 & 1;
}

void join_result_close(struct join_result *result) {
    matches_close(&result->pairs);
    sorter_close(result->sorter);
    kept_rows_close(result->kept);
    free(result->has_match);
    free(result->cells);
}
