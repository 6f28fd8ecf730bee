/* measures.h - statistics of the columns of a table: of all its rows, or of each group of rows that have the same
 * values in some columns.
 *
 *     struct measures *measures = measures_open(&request, &error);
 *     measures_add(measures, row, &error) …                             each row
 *     measures_finish(measures, &error)
 *     measures_value(measures, group, column, &statistic, &error) …     what came of them
 *     measures_close(measures);
 *
 * Rows are taken in blocks: their values are read first, then added, so that reading can be done by others, and what
 * comes out has the same bits. In memory are a hundred bytes for each group and column, and the keys of the groups;
 * what quantiles and distinct need, 8 bytes a cell, is kept in temporary files where it is more than `memory`
 * (kept_values.h).
 */
#ifndef TABLE_MEASURES_H
#define TABLE_MEASURES_H

#include "table/group_keys.h"
#include "table/statistics.h"
#include "votable/row_batch.h"

struct measure_request {
    const struct vot_table *table;
    const size_t *columns; /* these are measured */
    size_t column_count;
    const size_t *keys; /* these make groups; none: all rows are one */
    size_t key_count;
    const double *quantiles; /* probabilities that are asked for */
    size_t quantile_count;
    bool counts_different;                      /* for STATISTIC_DISTINCT */
    size_t memory;                              /* groups that need more are refused */
    void (*tell_unreadable)(struct slice text); /* a cell that is no number, nor nothing */
};

enum statistic_kind {
    STATISTIC_COUNT,    /* cells with a value */
    STATISTIC_NULLS,    /* cells without: empty, null, NaN, unreadable */
    STATISTIC_DISTINCT, /* different values */
    STATISTIC_MINIMUM,  /* from here on numbers, of columns of numbers only */
    STATISTIC_MAXIMUM,
    STATISTIC_SUM,
    STATISTIC_MEAN,
    STATISTIC_DEVIATION,
    STATISTIC_SAMPLE_DEVIATION,
    STATISTIC_QUANTILE,
};

struct statistic {
    enum statistic_kind kind;
    double probability; /* STATISTIC_QUANTILE */
};

/* Counts are integers; a number may be NaN (a mean of infinities), but not for want of values: that is no value. */
struct measured_value {
    enum { MEASURED_NONE, MEASURED_COUNT, MEASURED_NUMBER } form;
    uint64_t count;
    double number;
};

struct measures;

struct measures *measures_open(const struct measure_request *request, struct error *error); /* NULL with error set */
bool measures_add(struct measures *measures, const struct vot_row *row, struct error *error);
/* The same with many rows, in two steps: the first one, which is the longer, changes nothing and may be done by any
 * thread. `values` has room for measures_numbers(). */
size_t measures_numbers(const struct measures *measures, const struct row_batch *rows);
void measures_read(const struct measures *measures, const struct row_batch *rows, double *values);
bool measures_add_read(struct measures *measures, const struct row_batch *rows, const double *values,
                       struct error *error);
bool measures_finish(struct measures *measures, struct error *error);

size_t measures_groups(const struct measures *measures);
uint64_t measures_rows(const struct measures *measures, size_t group);
/* The cells of `keys`, a row for each group; NULL: there are none. */
const struct store *measures_keys(const struct measures *measures);
/* `column`: place in `columns`. */
struct measured_value measures_value(const struct measures *measures, size_t group, size_t column,
                                     struct statistic statistic);
void measures_close(struct measures *measures);

#endif
