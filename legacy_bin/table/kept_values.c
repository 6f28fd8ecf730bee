/* kept_values.c - blocks of rows as they came, in a buffer or a spool: groups, then the words of each column. To be
 * gone through, a column is brought together in memory and sorted by radix, or it goes through a sorter. */
#include "table/kept_values.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "io/spool.h"
#include "table/radix.h"
#include "table/sorter.h"

#define WORD sizeof(uint64_t)
#define GROUP sizeof(uint32_t)

enum {
    FEW = 128, /* so few are faster compared than counted */
    SORTER_LEAST = 64 << 10,
};

struct kept_values {
    size_t columns, block_rows, memory;
    uint64_t rows;
    struct buffer content; /* of all blocks, … */
    struct spool *spool;   /* … or all blocks are here */
    char *block;           /* groups and words of one column, read back */
};

struct kept_values *kept_values_open(size_t columns, size_t block_rows, size_t memory, struct error *error) {
    struct kept_values *kept = calloc(1, sizeof *kept);
    if (kept) *kept = (struct kept_values){columns, block_rows, memory, .content.maximum = SIZE_MAX / 2};
    if (kept) kept->block = reallocarray(NULL, block_rows, WORD + GROUP);
    if (kept && kept->block) return kept;
    kept_values_close(kept);
    error_set_memory(error);
    return NULL;
}

static bool add(struct kept_values *kept, const void *bytes, size_t length, struct error *error) {
    if (kept->spool) return spool_write(kept->spool, bytes, length, error);
    return buffer_append(&kept->content, bytes, length) || error_set_memory(error);
}

static bool spill(struct kept_values *kept, struct error *error) {
    kept->spool = spool_open(error);
    bool done = kept->spool && spool_write(kept->spool, kept->content.bytes, kept->content.length, error);
    buffer_free(&kept->content);
    return done;
}

bool kept_values_add(struct kept_values *kept, const uint32_t *groups, const uint64_t *words, size_t rows,
                     struct error *error) {
    size_t need = rows * (GROUP + kept->columns * WORD);
    if (!kept->spool && kept->content.length + need > kept->memory && !spill(kept, error)) return false;
    bool done = add(kept, groups, rows * GROUP, error);
    for (size_t i = 0; done && i < kept->columns; i++)
        done = add(kept, words + i * kept->block_rows, rows * WORD, error);
    kept->rows += rows;
    return done;
}

struct kept_block {
    const char *groups, *words;
    size_t rows;
};

/* The block that begins with a row, as far as it is of one column. */
static bool read_block(struct kept_values *kept, size_t column, uint64_t row, struct kept_block *block,
                       struct error *error) {
    uint64_t left = kept->rows - row;
    block->rows = left < kept->block_rows ? (size_t)left : kept->block_rows;
    size_t at = (size_t)row * (GROUP + kept->columns * WORD);
    size_t words = at + block->rows * (GROUP + column * WORD);
    block->groups = kept->spool ? kept->block : kept->content.bytes + at;
    block->words = kept->spool ? kept->block + kept->block_rows * GROUP : kept->content.bytes + words;
    return !kept->spool ||
           (spool_read_at(kept->spool, at, kept->block, block->rows * GROUP, error) &&
            spool_read_at(kept->spool, words, kept->block + kept->block_rows * GROUP, block->rows * WORD, error));
}

struct kept_row {
    uint32_t group;
    uint64_t word;
};

static struct kept_row row_at(const struct kept_values *kept, const struct kept_order *order,
                              const struct kept_block *block, uint64_t first, size_t at) {
    struct kept_row row;
    memcpy(&row.group, block->groups + at * GROUP, GROUP);
    memcpy(&row.word, block->words + at * WORD, WORD);
    bool is_odd = first + at < order->integers && order->integers < kept->rows && row.word != KEPT_NONE;
    if (is_odd) row.word = word_of_double((double)integer_of_word(row.word));
    return row;
}

static void sort_few(uint64_t *words, size_t count) {
    for (size_t i = 1; i < count; i++) {
        uint64_t word = words[i];
        size_t j = i;
        for (; j > 0 && words[j - 1] > word; j--) words[j] = words[j - 1];
        words[j] = word;
    }
}

/* `words` has room for all of them, `scratch` for those of the largest group, `next` for a place of each group. */
static bool sort_in_memory(struct kept_values *kept, const struct kept_order *order, uint64_t *words, uint64_t *scratch,
                           uint64_t *next, struct error *error) {
    uint64_t start = 0;
    for (size_t i = 0; i < order->group_count; i++) {
        next[i] = start;
        start += order->group_rows[i];
    }
    for (uint64_t row = 0; row < kept->rows; row += kept->block_rows) {
        struct kept_block block;
        if (!read_block(kept, order->column, row, &block, error)) return false;
        for (size_t i = 0; i < block.rows; i++) {
            struct kept_row one = row_at(kept, order, &block, row, i);
            words[next[one.group]++] = one.word;
        }
    }
    for (size_t group = 0; group < order->group_count; group++) {
        size_t count = (size_t)order->group_rows[group];
        if (count <= FEW)
            sort_few(words, count);
        else
            radix_sort_words(words, scratch, count);
        for (size_t i = 0; i < count; i++) order->take(order->context, (uint32_t)group, words[i]);
        words += count;
    }
    return true;
}

static bool go_through_memory(struct kept_values *kept, const struct kept_order *order, struct error *error) {
    uint64_t largest = 0;
    for (size_t i = 0; i < order->group_count; i++)
        if (order->group_rows[i] > largest) largest = order->group_rows[i];
    uint64_t *words = reallocarray(NULL, (size_t)kept->rows + 1, WORD),
             *scratch = reallocarray(NULL, (size_t)largest + 1, WORD),
             *next = reallocarray(NULL, order->group_count + 1, WORD);
    bool done =
        words && scratch && next ? sort_in_memory(kept, order, words, scratch, next, error) : error_set_memory(error);
    free(words);
    free(scratch);
    free(next);
    return done;
}

/* The rows of the sorter have one cell: the group, then the word. */
static enum sort_word sort_word_of(void *context, packed_row row, size_t level, uint64_t *word) {
    struct vot_cell cell = store_cell(row, 0);
    uint32_t group;
    (void)context;
    memcpy(&group, cell.bytes, GROUP);
    *word = group;
    if (level > 0) memcpy(word, cell.bytes + GROUP, WORD);
    return level > 0 ? SORT_LAST : SORT_MORE;
}

static bool sort_rows_of(struct kept_values *kept, const struct kept_order *order, struct sorter *sorter,
                         struct error *error) {
    char bytes[GROUP + WORD + VOT_CELL_SLACK] = {0};
    struct vot_cell cell = {bytes, GROUP + WORD, VOT_BYTES, 0};
    for (uint64_t row = 0; row < kept->rows; row += kept->block_rows) {
        struct kept_block block;
        if (!read_block(kept, order->column, row, &block, error)) return false;
        for (size_t i = 0; i < block.rows; i++) {
            struct kept_row one = row_at(kept, order, &block, row, i);
            memcpy(bytes, &one.group, GROUP);
            memcpy(bytes + GROUP, &one.word, WORD);
            if (!sorter_add(sorter, &(struct vot_row){&cell, 1}, error)) return false;
        }
    }
    enum rows_status status;
    struct vot_row row;
    while ((status = sorter_next(sorter, &row, error)) == ROWS_ROW) {
        struct kept_row one;
        memcpy(&one.group, row.cells[0].bytes, GROUP);
        memcpy(&one.word, row.cells[0].bytes + GROUP, WORD);
        order->take(order->context, one.group, one.word);
    }
    return status == ROWS_END;
}

bool kept_values_in_order(struct kept_values *kept, const struct kept_order *order, struct error *error) {
    size_t free_memory = kept->memory - (kept->content.length < kept->memory ? kept->content.length : kept->memory);
    if (kept->rows <= free_memory / (2 * WORD)) return go_through_memory(kept, order, error);
    if (free_memory < SORTER_LEAST) free_memory = SORTER_LEAST;
    struct sorter *sorter = sorter_open(1, (struct sort_order){sort_word_of, NULL}, SIZE_MAX, free_memory, error);
    bool done = sorter && sort_rows_of(kept, order, sorter, error);
    sorter_close(sorter);
    return done;
}

void kept_values_close(struct kept_values *kept) {
    if (!kept) return;
    buffer_free(&kept->content);
    spool_close(kept->spool);
    free(kept->block);
    free(kept);
}
