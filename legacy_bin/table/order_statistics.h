/* order_statistics.h - quantiles and the number of different values, of words (radix.h) that come in rising order.
 *
 * A quantile is found by linear interpolation between the two values next to the place (N - 1) * probability, counted
 * from 0: type 7 of R. Hyndman and Y. Fan, "Sample quantiles in statistical packages" (The American Statistician 50,
 * 1996), which numpy, pandas and R use unless told otherwise. */
#ifndef TABLE_ORDER_STATISTICS_H
#define TABLE_ORDER_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct quantile {
    double probability;
    uint64_t below;      /* the place of its lower neighbour */
    double part;         /* of the way to the upper one */
    double lower, upper; /* the values there */
};

/* Of one set of values. `quantiles` is the caller's, with the probabilities in rising order. */
struct order_statistics {
    struct quantile *quantiles;
    size_t quantile_count;
    bool are_integers;
    uint64_t count; /* of values; words that come behind so many are passed over */

    uint64_t different; /* so far */
    /* private */
    uint64_t seen, last;
    size_t next; /* quantile whose neighbours are still to come */
};

/* `statistics` has its first four members. */
void order_statistics_begin(struct order_statistics *statistics);
void order_statistics_take(struct order_statistics *statistics, uint64_t word);
/* After all words: of one quantile; NaN without values. */
double order_statistics_quantile(const struct order_statistics *statistics, size_t quantile);

#endif
