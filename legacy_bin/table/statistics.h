/* statistics.h - count, extremes, sum, mean and standard deviation of values: one by one, many at once, or two sets of
 * them made one. No sum of squares that could lose its digits: Welford's update (D. Knuth, TAOCP vol. 2, section
 * 4.2.2), and for sets that of T. Chan, G. Golub and R. LeVeque ("Updating formulae and a pairwise algorithm for
 * computing sample variances", 1979). Sums carry what rounding loses (A. Neumaier, 1974). */
#ifndef TABLE_STATISTICS_H
#define TABLE_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/* {0} to begin with. */
struct statistics {
    uint64_t count;
    double minimum, maximum; /* of all, once count > 0 */
    double sum, lost;        /* of the finite ones; they and the infinities make statistics_sum() */
    uint64_t finite;         /* how many went into these: */
    double origin;           /* the first finite value: distances from it keep the digits that matter */
    double mean, squares;    /* of the distances: their mean, and the sum of squares around it */
    uint64_t above, below;   /* infinities */
};

/* `value` is not NaN. */
void statistics_add(struct statistics *statistics, double value);
/* At most STATISTICS_MANY, NaN for those that are none. The same values in the same calls give the same bits. */
enum { STATISTICS_MANY = 1024 };
void statistics_add_many(struct statistics *statistics, const double *values, size_t count);
/* The values of `from` come behind those of `into`; merged in the same order, the same sets give the same bits. */
void statistics_merge(struct statistics *into, const struct statistics *from);

/* 0 without values. This and the next: NaN with infinities of both signs. */
double statistics_sum(const struct statistics *statistics);
/* NaN without values. */
double statistics_mean(const struct statistics *statistics);
/* Of the population (divided by N), or of a sample of it (by N - 1; NaN for one value); NaN also with infinities. */
double statistics_deviation(const struct statistics *statistics);
double statistics_sample_deviation(const struct statistics *statistics);

#endif
