/* sort.h - the rows of a store put in order. Stable; rows without value come last, in the order they were added.
 * For more rows than fit into memory: sorter.h. */
#ifndef TABLE_SORT_H
#define TABLE_SORT_H

#include "table/store.h"

/* What rows are compared by: a series of 64-bit words, one after the other, as unsigned numbers. */
enum sort_word {
    SORT_FAILED = -1, /* no memory */
    SORT_NO_VALUE,    /* the row comes last; only at level 0 */
    SORT_LAST,        /* rows that agree up to this word are equal */
    SORT_MORE,        /* the next word may differ; said by all rows that agree up to this word, or by none */
};

struct sort_order {
    /* The word of a row at a level, counted from 0. */
    enum sort_word (*word)(void *context, packed_row row, size_t level, uint64_t *word);
    void *context;
};

/* As by `word`: whether row `a` comes behind `b`, both of which agree before `level`. *is_failed is set: no memory. */
bool sort_is_behind(struct sort_order order, packed_row a, packed_row b, size_t level, bool *is_failed);

struct sorted_row {
    uint64_t key; /* used while sorting */
    packed_row row;
};

/* store_count() rows, to be freed by the caller; the first *valued of them have a value, and their keys are their
 * words at level 0 unless these are followed by others. NULL with error set. */
struct sorted_row *sort_rows(const struct store *store, struct sort_order order, size_t *valued, struct error *error);

#endif
