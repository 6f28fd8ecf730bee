/* statistics.h - minimum, maximum, mean and standard deviation of values that come one by one.
 * Welford's update: no sum of squares that could lose its digits (D. Knuth, TAOCP vol. 2, section 4.2.2). */
#ifndef TABLE_STATISTICS_H
#define TABLE_STATISTICS_H

#include <stdint.h>

/* {0} to begin with. */
struct statistics {
    uint64_t count;
    double minimum, maximum; /* of all, once count > 0 */
    uint64_t finite;         /* how many went into these two */
    double origin;           /* the first finite value: distances from it keep the digits that matter */
    double mean, squares;    /* of the distances: their mean, and the sum of squares around it */
    uint64_t above, below;   /* infinities */
};

/* `value` is not NaN. */
void statistics_add(struct statistics *statistics, double value);
/* NaN when there is none: no value, or infinities of both signs. */
double statistics_mean(const struct statistics *statistics);
/* Of the population (divided by N); NaN also with infinities. */
double statistics_deviation(const struct statistics *statistics);

#endif
