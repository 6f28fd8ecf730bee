/* order_statistics.c - the neighbours of each quantile are noted as they pass by. */
#include "table/order_statistics.h"

#include <math.h>

#include "table/radix.h"

void order_statistics_begin(struct order_statistics *statistics) {
    statistics->different = statistics->seen = statistics->last = 0;
    statistics->next = 0;
    for (size_t i = 0; statistics->count > 0 && i < statistics->quantile_count; i++) {
        struct quantile *quantile = &statistics->quantiles[i];
        double place = (double)(statistics->count - 1) * quantile->probability;
        quantile->below = (uint64_t)place;
        quantile->part = place - (double)quantile->below;
    }
}

/* The value at `place` is a neighbour of some quantiles. */
static void note(struct order_statistics *statistics, uint64_t place, uint64_t word) {
    double value = statistics->are_integers ? (double)integer_of_word(word) : double_of_word(word);
    for (size_t i = statistics->next; i < statistics->quantile_count; i++) {
        struct quantile *quantile = &statistics->quantiles[i];
        if (quantile->below > place) break;
        if (quantile->below == place) quantile->lower = value;
        quantile->upper = value;
        if (quantile->below < place) statistics->next = i + 1;
    }
}

void order_statistics_take(struct order_statistics *statistics, uint64_t word) {
    uint64_t place = statistics->seen;
    if (place == statistics->count) return;
    statistics->seen++;
    if (place == 0 || word != statistics->last) statistics->different++;
    statistics->last = word;
    if (statistics->next < statistics->quantile_count && statistics->quantiles[statistics->next].below <= place)
        note(statistics, place, word);
}

double order_statistics_quantile(const struct order_statistics *statistics, size_t at) {
    const struct quantile *quantile = &statistics->quantiles[at];
    if (statistics->count == 0) return NAN;
    double low = quantile->lower, high = quantile->upper, part = quantile->part;
    if (part == 0 || low == high) return low;
    return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}
