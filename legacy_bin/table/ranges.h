/* ranges.h - a list of numbers and ranges as people write them: `3`, `A-B`, `A-` to the end, `-B` from 0, `A-BxS` with
 * a step, separated by commas. */
#ifndef TABLE_RANGES_H
#define TABLE_RANGES_H

#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"

struct range {
    uint64_t first, last, step;
    bool is_open; /* `A-`: to the end, whatever it is */
};

/* {0}: no list. Freed by ranges_free(). */
struct ranges {
    struct range *items; /* in the order given */
    size_t count;
};

/* Adds those of `text`; false with error set, which says what is accepted. */
bool ranges_parse(struct ranges *ranges, struct slice text, struct error *error);
void ranges_free(struct ranges *ranges);

/* For the following: in the order of their first numbers. `to` is {0}. */
bool ranges_copy_sorted(struct ranges *to, const struct ranges *from, struct error *error);
/* Whether the number is in one of them; asked for in rising order: ranges that are passed are dropped. */
bool ranges_have(struct ranges *ranges, uint64_t number);
/* No number from this one on is in them. */
bool ranges_are_over(const struct ranges *ranges, uint64_t number);

#endif
