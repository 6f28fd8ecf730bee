/* statistics.c - count, extremes, sum, mean and standard deviation of values. */
#include "table/statistics.h"

#include <math.h>

static void add_to_sum(struct statistics *statistics, double value) {
    double sum = statistics->sum + value;
    statistics->lost +=
        fabs(statistics->sum) >= fabs(value) ? statistics->sum - sum + value : value - sum + statistics->sum;
    statistics->sum = sum;
}

void statistics_add(struct statistics *statistics, double value) {
    if (statistics->count++ == 0) statistics->minimum = statistics->maximum = value;
    if (value < statistics->minimum) statistics->minimum = value;
    if (value > statistics->maximum) statistics->maximum = value;
    if (isinf(value)) {
        value > 0 ? statistics->above++ : statistics->below++;
        return;
    }
    add_to_sum(statistics, value);
    if (statistics->finite++ == 0) statistics->origin = value;
    value -= statistics->origin;
    double distance = value - statistics->mean;
    statistics->mean += distance / (double)statistics->finite;
    statistics->squares += distance * (value - statistics->mean);
}

/* The finite ones to `to`; returns how many. */
static size_t take_finite(double *to, const double *values, size_t count) {
    size_t taken = 0;
    for (size_t i = 0; i < count; i++) {
        to[taken] = values[i];
        taken += values[i] - values[i] == 0;
    }
    return taken;
}

/* Sums and extremes of every other value: two of these do not wait for each other. */
struct half {
    double sum, distances, low, high;
};

static inline void take(struct half *half, double value, double origin) {
    half->sum += value;
    half->distances += value - origin;
    half->low = value < half->low ? value : half->low;
    half->high = value > half->high ? value : half->high;
}

/* Of finite values, at least one. */
static struct statistics measure(const double *values, size_t count) {
    double origin = values[0];
    struct half even = {0, 0, origin, origin}, odd = even;
    for (size_t i = 0; i + 1 < count; i += 2) {
        take(&even, values[i], origin);
        take(&odd, values[i + 1], origin);
    }
    if (count % 2) take(&even, values[count - 1], origin);
    double mean = (even.distances + odd.distances) / (double)count, squares = 0, odd_squares = 0;
    for (size_t i = 0; i + 1 < count; i += 2) {
        double distance = values[i] - origin - mean, odd_distance = values[i + 1] - origin - mean;
        squares += distance * distance;
        odd_squares += odd_distance * odd_distance;
    }
    if (count % 2) {
        double distance = values[count - 1] - origin - mean;
        squares += distance * distance;
    }
    return (struct statistics){
        .count = count,
        .minimum = even.low < odd.low ? even.low : odd.low,
        .maximum = even.high > odd.high ? even.high : odd.high,
        .sum = even.sum + odd.sum,
        .finite = count,
        .origin = origin,
        .mean = mean,
        .squares = squares + odd_squares,
    };
}

void statistics_add_many(struct statistics *statistics, const double *values, size_t count) {
    double finite[STATISTICS_MANY + 1];
    size_t taken = take_finite(finite, values, count);
    if (taken > 0) {
        struct statistics set = measure(finite, taken);
        statistics_merge(statistics, &set);
    }
    for (size_t i = 0; taken < count && i < count; i++)
        if (isinf(values[i])) statistics_add(statistics, values[i]);
}

void statistics_merge(struct statistics *into, const struct statistics *from) {
    if (from->count == 0) return;
    if (into->count == 0) {
        *into = *from;
        return;
    }
    into->count += from->count;
    into->above += from->above;
    into->below += from->below;
    if (from->minimum < into->minimum) into->minimum = from->minimum;
    if (from->maximum > into->maximum) into->maximum = from->maximum;
    if (from->finite == 0) return;
    add_to_sum(into, from->sum);
    into->lost += from->lost;
    if (into->finite == 0) into->origin = from->origin;
    double together = (double)(into->finite + from->finite), share = (double)from->finite / together;
    double distance = from->origin - into->origin + from->mean - into->mean;
    into->mean += distance * share;
    into->squares += from->squares + distance * distance * share * (double)into->finite;
    into->finite += from->finite;
}

/* What infinities make of a sum or a mean. */
static double with_infinities(const struct statistics *statistics, double value) {
    if (statistics->above && statistics->below) return NAN;
    return statistics->above ? INFINITY : statistics->below ? -INFINITY : value;
}

double statistics_sum(const struct statistics *statistics) {
    return with_infinities(statistics, statistics->sum + statistics->lost);
}

double statistics_mean(const struct statistics *statistics) {
    if (statistics->count == 0) return NAN;
    return with_infinities(statistics, statistics->origin + statistics->mean);
}

static double deviation(const struct statistics *statistics, double divisor) {
    if (divisor <= 0 || statistics->above || statistics->below) return NAN;
    return sqrt(statistics->squares / divisor);
}

double statistics_deviation(const struct statistics *statistics) {
    return deviation(statistics, (double)statistics->finite);
}

double statistics_sample_deviation(const struct statistics *statistics) {
    return deviation(statistics, (double)statistics->finite - 1);
}
