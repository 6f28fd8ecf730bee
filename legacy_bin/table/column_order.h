/* column_order.h - rows in the order of one column's cells: by number, or by text without regard to case of ASCII
 * letters. Cells without value (null, empty, NaN, unreadable) come last, ascending and descending. */
#ifndef TABLE_COLUMN_ORDER_H
#define TABLE_COLUMN_ORDER_H

#include "base/buffer.h"
#include "table/sort.h"

/* Zero-initialised but for the first members; ends with column_order_free(). It stays where it is while it is used. */
struct column_order {
    const struct vot_field *field; /* borrowed */
    size_t column;
    bool by_text;
    bool is_descending;
    bool is_mixed;      /* a column of integers holds other numbers, too */
    struct buffer room; /* the text of a cell that came in binary */
};

struct sort_order column_order(struct column_order *column);
void column_order_free(struct column_order *column);

#endif
