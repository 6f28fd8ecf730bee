/* sort.c - rows sorted by radix of their first words; where these are equal, they go on with the next ones. */
#include "table/sort.h"

#include <stdlib.h>

#include "table/radix.h"

enum { FEW = 24 /* so few are faster compared than counted */ };

struct sorting {
    const struct store *store;
    struct sort_order order;
    struct sorted_row *rows, *scratch;
    struct buffer work; /* struct range: rows that are equal so far */
    bool is_failed;
};

struct range {
    size_t start, count, level; /* rows agree before `level` */
};

/* `next` takes the places of SORT_FAILED, too. */
static enum sort_word word_of(struct sort_order order, packed_row row, size_t level, uint64_t *word, bool *is_failed) {
    enum sort_word status = order.word(order.context, row, level, word);
    if (status == SORT_FAILED) *is_failed = true;
    return status;
}

bool sort_is_behind(struct sort_order order, packed_row a, packed_row b, size_t level, bool *is_failed) {
    for (;; level++) {
        uint64_t x = 0, y = 0;
        enum sort_word status = word_of(order, a, level, &x, is_failed);
        word_of(order, b, level, &y, is_failed);
        if (x != y || status != SORT_MORE || *is_failed) return x > y;
    }
}

/* Rows with values from the front, those without from the back, both in input order. Returns how many have one. */
static size_t assign_keys(struct sorting *sorting) {
    size_t total = store_count(sorting->store), valued = 0, empty = 0;
    struct store_place place = {0};
    for (packed_row row; (row = store_next(sorting->store, &place));) {
        uint64_t key = 0;
        if (word_of(sorting->order, row, 0, &key, &sorting->is_failed) > SORT_NO_VALUE)
            sorting->rows[valued++] = (struct sorted_row){key, row};
        else
            sorting->rows[total - ++empty] = (struct sorted_row){0, row};
    }
    for (size_t low = valued, high = total; high - low > 1; low++) {
        struct sorted_row row = sorting->rows[low];
        sorting->rows[low] = sorting->rows[--high];
        sorting->rows[high] = row;
    }
    return valued;
}

static bool goes_on(struct sorting *sorting, packed_row row, size_t level) {
    uint64_t word;
    return word_of(sorting->order, row, level, &word, &sorting->is_failed) == SORT_MORE;
}

static void sort_few(struct sorting *sorting, struct range range) {
    struct sorted_row *rows = sorting->rows + range.start;
    for (size_t i = 1; i < range.count; i++) {
        struct sorted_row row = rows[i];
        size_t j = i;
        for (; j > 0; j--) {
            if (rows[j - 1].key < row.key) break;
            if (rows[j - 1].key == row.key &&
                (!goes_on(sorting, row.row, range.level) ||
                 !sort_is_behind(sorting->order, rows[j - 1].row, row.row, range.level + 1, &sorting->is_failed)))
                break;
            rows[j] = rows[j - 1];
        }
        rows[j] = row;
    }
}

/* Runs of rows with the same key that go on. */
static void note_runs(struct sorting *sorting, struct range range) {
    const struct sorted_row *rows = sorting->rows + range.start;
    for (size_t i = 0, end; i < range.count; i = end) {
        for (end = i + 1; end < range.count && rows[end].key == rows[i].key;) end++;
        if (end - i < 2 || !goes_on(sorting, rows[i].row, range.level)) continue;
        struct range run = {range.start + i, end - i, range.level + 1};
        if (!buffer_append(&sorting->work, &run, sizeof run)) sorting->is_failed = true;
    }
}

static void sort_range(struct sorting *sorting, struct range range) {
    struct sorted_row *rows = sorting->rows + range.start;
    for (size_t i = 0; range.level > 0 && i < range.count; i++) {
        rows[i].key = 0;
        word_of(sorting->order, rows[i].row, range.level, &rows[i].key, &sorting->is_failed);
    }
    if (range.count <= FEW) {
        sort_few(sorting, range);
    } else {
        radix_sort(rows, sorting->scratch, range.count);
        note_runs(sorting, range);
    }
}

static void sort_all(struct sorting *sorting, size_t count) {
    struct range range = {0, count, 0};
    for (;;) {
        sort_range(sorting, range);
        if (sorting->work.length == 0 || sorting->is_failed) return;
        sorting->work.length -= sizeof range;
        memcpy(&range, sorting->work.bytes + sorting->work.length, sizeof range);
    }
}

struct sorted_row *sort_rows(const struct store *store, struct sort_order order, size_t *valued, struct error *error) {
    size_t count = store_count(store);
    struct sorting sorting = {.store = store, .order = order};
    sorting.rows = calloc(count + 1, sizeof *sorting.rows);
    sorting.scratch = calloc(count + 1, sizeof *sorting.scratch);
    sorting.is_failed = !sorting.rows || !sorting.scratch;
    if (!sorting.is_failed) {
        *valued = assign_keys(&sorting);
        sort_all(&sorting, *valued);
    }
    free(sorting.scratch);
    buffer_free(&sorting.work);
    if (!sorting.is_failed) return sorting.rows;
    free(sorting.rows);
    error_set_memory(error);
    return NULL;
}
