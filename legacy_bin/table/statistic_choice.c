/* statistic_choice.c - names of statistics. */
#include "table/statistic_choice.h"

#include <stdlib.h>

static const struct {
    const char *name, *title;
    struct statistic statistic;
} names[] = {
    {"count", "Count", {STATISTIC_COUNT, 0}},
    {"nulls", "Nulls", {STATISTIC_NULLS, 0}},
    {"distinct", "Distinct", {STATISTIC_DISTINCT, 0}},
    {"min", "Min", {STATISTIC_MINIMUM, 0}},
    {"max", "Max", {STATISTIC_MAXIMUM, 0}},
    {"sum", "Sum", {STATISTIC_SUM, 0}},
    {"mean", "Mean", {STATISTIC_MEAN, 0}},
    {"stddev", "StdDev", {STATISTIC_DEVIATION, 0}},
    {"sample_stddev", "SampleDev", {STATISTIC_SAMPLE_DEVIATION, 0}},
    {"median", "Median", {STATISTIC_QUANTILE, 0.5}},
};
enum { NAME_COUNT = sizeof names / sizeof names[0] };

static bool add(struct statistic_choice *choice, const struct chosen_statistic *item, struct error *error) {
    for (size_t i = 0; i < choice->count; i++)
        if (strcmp(choice->items[i].name, item->name) == 0) return true;
    struct chosen_statistic *items = reallocarray(choice->items, choice->count + 1, sizeof *items);
    if (!items) return error_set_memory(error);
    choice->items = items;
    items[choice->count++] = *item;
    return true;
}

static bool add_named(struct statistic_choice *choice, struct slice word, struct error *error) {
    for (size_t i = 0; i < NAME_COUNT; i++) {
        if (!slice_equal_nocase(word, slice_of(names[i].name))) continue;
        struct chosen_statistic item = {.statistic = names[i].statistic, .title = names[i].title};
        memcpy(item.name, names[i].name, strlen(names[i].name));
        return add(choice, &item, error);
    }
    return error_set(error, "Error: unknown statistic '%.*s': some of %s, separated by commas", (int)word.length,
                     word.text, STATISTIC_NAMES);
}

/* `0.25` or `25%`; false: it is no probability. */
static bool read_probability(struct slice word, double *probability) {
    char digits[NUMBER_ROOM];
    bool is_percent = word.length && word.text[word.length - 1] == '%';
    word.length -= is_percent;
    if (word.length == 0 || word.length > sizeof digits - 3) return false;
    memcpy(digits, word.text, word.length);
    /* The exponent makes 99.9% the same number as 0.999, which a division does not. */
    if (is_percent && !memchr(word.text, 'e', word.length) && !memchr(word.text, 'E', word.length)) {
        memcpy(digits + word.length, "e-2", 3);
        word.length += 3;
        is_percent = false;
    }
    if (number_read_double((struct slice){digits, word.length}, probability) != NUMBER_WHOLE) return false;
    if (is_percent) *probability /= 100;
    *probability += 0.0; /* -0 is 0 */
    return *probability >= 0 && *probability <= 1;
}

static bool add_quantile(struct statistic_choice *choice, struct slice word, struct error *error) {
    struct chosen_statistic item = {.statistic = {STATISTIC_QUANTILE, 0}};
    if (slice_equal_nocase(word, SLICE("median"))) return add_named(choice, word, error);
    if (!read_probability(word, &item.statistic.probability))
        return error_set(error,
                         "Error: invalid quantile '%.*s': numbers from 0 to 1 or 0%% to 100%%, or median, separated "
                         "by commas",
                         (int)word.length, word.text);
    item.name[0] = 'q';
    item.name[1 + number_write_double(item.name + 1, item.statistic.probability)] = '\0';
    return add(choice, &item, error);
}

static bool add_each(struct statistic_choice *choice, const char *text,
                     bool add_one(struct statistic_choice *, struct slice, struct error *), struct error *error) {
    for (;;) {
        size_t length = strcspn(text, ",");
        if (!add_one(choice, slice_trim((struct slice){text, length}), error)) return false;
        if (!text[length]) return true;
        text += length + 1;
    }
}

bool statistic_choice_add(struct statistic_choice *choice, const char *text, struct error *error) {
    return add_each(choice, text, add_named, error);
}

bool statistic_choice_add_quantiles(struct statistic_choice *choice, const char *text, struct error *error) {
    return add_each(choice, text, add_quantile, error);
}

bool statistic_choice_has(const struct statistic_choice *choice, enum statistic_kind kind) {
    for (size_t i = 0; i < choice->count; i++)
        if (choice->items[i].statistic.kind == kind) return true;
    return false;
}

bool statistic_choice_has_counts(const struct statistic_choice *choice) {
    for (size_t i = 0; i < choice->count; i++)
        if (statistic_is_count(choice->items[i].statistic)) return true;
    return false;
}

size_t statistic_choice_probabilities(const struct statistic_choice *choice, double *to) {
    size_t count = 0;
    for (size_t i = 0; i < choice->count; i++)
        if (choice->items[i].statistic.kind == STATISTIC_QUANTILE) to[count++] = choice->items[i].statistic.probability;
    return count;
}

void statistic_choice_free(struct statistic_choice *choice) {
    free(choice->items);
    *choice = (struct statistic_choice){0};
}
