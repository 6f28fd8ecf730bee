/* statistics.c - minimum, maximum, mean and standard deviation of values that come one by one. */
#include "table/statistics.h"

#include <math.h>

void statistics_add(struct statistics *statistics, double value) {
    if (statistics->count++ == 0) statistics->minimum = statistics->maximum = value;
    if (value < statistics->minimum) statistics->minimum = value;
    if (value > statistics->maximum) statistics->maximum = value;
    if (isinf(value)) {
        value > 0 ? statistics->above++ : statistics->below++;
        return;
    }
    if (statistics->finite++ == 0) statistics->origin = value;
    value -= statistics->origin;
    double distance = value - statistics->mean;
    statistics->mean += distance / (double)statistics->finite;
    statistics->squares += distance * (value - statistics->mean);
}

double statistics_mean(const struct statistics *statistics) {
    if (statistics->count == 0 || (statistics->above && statistics->below)) return NAN;
    if (statistics->above) return INFINITY;
    return statistics->below ? -INFINITY : statistics->origin + statistics->mean;
}

double statistics_deviation(const struct statistics *statistics) {
    if (statistics->count == 0 || statistics->above || statistics->below) return NAN;
    return sqrt(statistics->squares / (double)statistics->finite);
}
