/* sort.h - the rows of a store put in the order of one column. Stable in both directions; cells without value
 * (null, empty, NaN, unreadable) come last in both, in input order. */
#ifndef TABLE_SORT_H
#define TABLE_SORT_H

#include "table/store.h"

struct sort_order {
    size_t column;
    bool by_text; /* without regard to case of ASCII letters; else by number */
    bool is_descending;
};

struct sorted_row {
    uint64_t key; /* used while sorting */
    packed_row row;
};

/* store_count() rows, to be freed by the caller; NULL with error set. */
struct sorted_row *sort_rows(const struct store *store, const struct vot_field *field, struct sort_order order,
                             struct error *error);

#endif
