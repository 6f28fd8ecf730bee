/* statistic_choice.h - the statistics that somebody asks for, by their names, and quantiles. */
#ifndef TABLE_STATISTIC_CHOICE_H
#define TABLE_STATISTIC_CHOICE_H

#include "table/measures.h"

#define STATISTIC_NAMES "count nulls distinct min max sum mean stddev sample_stddev median"

struct chosen_statistic {
    struct statistic statistic;
    char name[NUMBER_ROOM + 2]; /* `mean`, `q0.25` */
    const char *title;          /* of a column of nine characters: `Mean`; NULL: the name */
};

/* {0}: nothing asked for. Freed by statistic_choice_free(). */
struct statistic_choice {
    struct chosen_statistic *items; /* in the order asked for, each once */
    size_t count;
};

/* Some of STATISTIC_NAMES, separated by commas. */
bool statistic_choice_add(struct statistic_choice *choice, const char *text, struct error *error);
/* Quantiles, separated by commas: `0.25`, `25%` or `median`. */
bool statistic_choice_add_quantiles(struct statistic_choice *choice, const char *text, struct error *error);
/* Whether one of them is of this kind; is one that columns of any kind have. */
bool statistic_choice_has(const struct statistic_choice *choice, enum statistic_kind kind);
bool statistic_choice_has_counts(const struct statistic_choice *choice);
/* The probabilities of all quantiles, the median too: `to` has room for choice->count. Returns how many. */
size_t statistic_choice_probabilities(const struct statistic_choice *choice, double *to);
void statistic_choice_free(struct statistic_choice *choice);

/* One of statistic_choice_add_quantiles(), but for the median. */
static inline bool statistic_is_quantile(const struct chosen_statistic *chosen) {
    return !chosen->title;
}

/* It is a number of things, not a value of a column; columns of any kind have it. */
static inline bool statistic_is_count(struct statistic statistic) {
    return statistic.kind <= STATISTIC_DISTINCT;
}

#endif
