/* kept_values.h - all values of some columns, 8 bytes each (and 4 a row for its group), kept as they come; then gone
 * through in order, a column at a time. In memory as far as that goes, else in temporary files.
 * One owner: kept_values_open() … kept_values_close(). */
#ifndef TABLE_KEPT_VALUES_H
#define TABLE_KEPT_VALUES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A value is a word in the order of numbers (radix.h), or this: */
#define KEPT_NONE UINT64_MAX

struct kept_values;

/* Words of `columns`; rows come in blocks of `block_rows`, the last one may be shorter. NULL with error set. */
struct kept_values *kept_values_open(size_t columns, size_t block_rows, size_t memory, struct error *error);
/* Those of column i begin at words[i * block_rows]. */
bool kept_values_add(struct kept_values *kept, const uint32_t *groups, const uint64_t *words, size_t rows,
                     struct error *error);

/* Calls `take` for each row of a column: its group, in rising order; its word, in rising order for each group.
 * `group_rows`: how many rows each group has. The first `integers` words are those of integers, the others of doubles:
 * where there are others, all are made doubles. */
struct kept_order {
    size_t column;
    uint64_t integers;
    const uint64_t *group_rows;
    size_t group_count;
    void (*take)(void *context, uint32_t group, uint64_t word);
    void *context;
};
bool kept_values_in_order(struct kept_values *kept, const struct kept_order *order, struct error *error);
void kept_values_close(struct kept_values *kept);

#endif
