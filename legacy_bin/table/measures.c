/* measures.c - values are read into a block of rows, a column behind the other, and then added. */
#include "table/measures.h"

#include <math.h>
#include <stdlib.h>

#include "base/text_map.h"
#include "table/kept_values.h"
#include "table/order_statistics.h"
#include "table/radix.h"

enum { BLOCK_VALUES = 1 << 19 }; /* of all columns, about */

struct measure {
    size_t column;
    const struct vot_field *field;
    bool is_number;
    double *values;                /* of the block: NaN without value, 0 for what is no number */
    uint64_t *words;               /* the same, to be kept; NULL: they are not */
    uint64_t integers;             /* so many rows from the first have words of integers; UINT64_MAX: all so far */
    struct statistics *statistics; /* of each group */
    struct text_map different;     /* what is no number: group and value */
    uint64_t *distinct;            /* of each group; NULL: not counted */
    double *quantiles;             /* of each group, so many as there are; NULL: none */
};

struct measures {
    struct measure_request request;
    struct quantile *quantiles; /* in rising order */
    size_t quantile_count;
    struct measure *columns;
    struct group_keys *keys;
    size_t group_capacity;
    uint64_t *rows;     /* of each group, … */
    uint64_t row_count; /* … and of all */
    /* The block: */
    size_t block_rows, block_room;
    double *values;
    uint64_t *words;
    uint32_t groups[STATISTICS_MANY];
    struct kept_values *kept; /* NULL: values are not needed any more */
    size_t kept_columns;
    struct buffer key, room;
};

/* Bytes that groups need, other than for kept values. */
static size_t size_of_groups(const struct measures *measures, size_t capacity) {
    size_t size = capacity * sizeof *measures->rows + (measures->keys ? group_keys_size(measures->keys) : 0);
    for (size_t i = 0; i < measures->request.column_count; i++) {
        const struct measure *column = &measures->columns[i];
        size += capacity * (sizeof *column->statistics + (measures->request.counts_different ? sizeof(uint64_t) : 0));
        if (column->is_number) size += capacity * measures->quantile_count * sizeof(double);
        size += text_map_size(&column->different);
    }
    return size;
}

static bool is_within_memory(const struct measures *measures, size_t capacity, struct error *error) {
    return size_of_groups(measures, capacity) <= measures->request.memory ||
           error_set(error,
                     "Error: more than %zu bytes are needed for groups or different texts: --memory=SIZE allows more",
                     measures->request.memory);
}

/* An array of each group's, grown; what is new is 0. NULL: no memory. */
static void *grown(void *array, size_t old, size_t capacity, size_t size) {
    char *bytes = reallocarray(array, capacity, size);
    if (bytes) memset(bytes + old * size, 0, (capacity - old) * size);
    return bytes;
}

static bool grow_column(const struct measures *measures, struct measure *column, size_t capacity) {
    size_t old = measures->group_capacity;
    struct statistics *statistics = grown(column->statistics, old, capacity, sizeof *statistics);
    if (!statistics) return false;
    column->statistics = statistics;
    if (!measures->request.counts_different) return true;
    uint64_t *distinct = grown(column->distinct, old, capacity, sizeof *distinct);
    if (distinct) column->distinct = distinct;
    return distinct;
}

/* Room for so many groups. */
static bool make_room(struct measures *measures, size_t groups, struct error *error) {
    if (groups <= measures->group_capacity) return true;
    size_t capacity = measures->group_capacity ? measures->group_capacity * 2 : 1;
    if (capacity > 1 && !is_within_memory(measures, capacity, error)) return false;
    uint64_t *rows = grown(measures->rows, measures->group_capacity, capacity, sizeof *rows);
    if (!rows) return error_set_memory(error);
    measures->rows = rows;
    for (size_t i = 0; i < measures->request.column_count; i++)
        if (!grow_column(measures, &measures->columns[i], capacity)) return error_set_memory(error);
    measures->group_capacity = capacity;
    return true;
}

static int compare_quantiles(const void *a, const void *b) {
    double x = ((const struct quantile *)a)->probability, y = ((const struct quantile *)b)->probability;
    return x < y ? -1 : x > y;
}

static void begin_column(struct measures *measures, size_t i, size_t stride) {
    struct measure *column = &measures->columns[i];
    column->column = measures->request.columns[i];
    column->field = &measures->request.table->fields[column->column];
    column->is_number = vot_field_is_number(column->field);
    column->values = measures->values + i * stride;
    column->integers = vot_type_is_integer(column->field->type) ? UINT64_MAX : 0;
    column->different.texts.maximum = SIZE_MAX / 2;
    if (column->is_number && (measures->quantile_count || measures->request.counts_different))
        column->words = measures->words + measures->kept_columns++ * measures->block_room;
}

static bool begin(struct measures *measures, struct error *error) {
    const struct measure_request *request = &measures->request;
    size_t room = BLOCK_VALUES / (request->column_count + 1) + 1, count = request->column_count;
    measures->block_room = room < STATISTICS_MANY ? room : STATISTICS_MANY;
    size_t stride = measures->block_room + 8; /* no power of two: values of a row do not meet in one set of the cache */
    measures->columns = calloc(count + 1, sizeof *measures->columns);
    measures->values = reallocarray(NULL, count * stride + 1, sizeof *measures->values);
    measures->words = reallocarray(NULL, count * stride + 1, sizeof *measures->words);
    measures->quantiles = calloc(request->quantile_count + 1, sizeof *measures->quantiles);
    if (!measures->columns || !measures->values || !measures->words || !measures->quantiles)
        return error_set_memory(error);
    for (size_t i = 0; i < request->quantile_count; i++) measures->quantiles[i].probability = request->quantiles[i];
    measures->quantile_count = request->quantile_count;
    qsort(measures->quantiles, measures->quantile_count, sizeof *measures->quantiles, compare_quantiles);
    for (size_t i = 0; i < count; i++) begin_column(measures, i, stride);
    if (request->key_count > 0) {
        measures->keys = group_keys_open(request->table, request->keys, request->key_count, error);
        if (!measures->keys) return false;
    }
    if (measures->kept_columns > 0) {
        measures->kept = kept_values_open(measures->kept_columns, measures->block_room, request->memory, error);
        if (!measures->kept) return false;
    }
    return make_room(measures, 1, error);
}

struct measures *measures_open(const struct measure_request *request, struct error *error) {
    struct measures *measures = calloc(1, sizeof *measures);
    if (!measures) return error_null_memory(error);
    measures->request = *request;
    if (begin(measures, error)) return measures;
    measures_close(measures);
    return NULL;
}

/* The number in a cell, NaN for nothing; false: it is neither. */
static inline __attribute__((always_inline)) bool find_number(const struct measure *column, const struct vot_cell *cell,
                                                              double *value) {
    *value = NAN;
    if (cell->length == 0 || (column->field->null.text && vot_cell_is_null(column->field, cell))) return true;
    if (vot_cell_double(column->field, cell, value) == NUMBER_WHOLE) return true;
    *value = NAN;
    return false;
}

/* What is neither a number nor nothing is told and left out. */
static bool tell_unreadable(struct measures *measures, const struct measure *column, const struct vot_cell *cell,
                            struct error *error) {
    struct slice text = vot_cell_text(column->field, cell, &measures->room);
    if (!text.text) return error_set_memory(error);
    if (slice_trim(text).length > 0) measures->request.tell_unreadable(text);
    return true;
}

/* The word of a row's value, exact for integers. */
static uint64_t word_of(struct measure *column, uint64_t row, const struct vot_cell *cell, double value) {
    int64_t integer;
    if (isnan(value)) return KEPT_NONE;
    if (column->integers == UINT64_MAX) {
        if (vot_cell_integer(column->field, cell, &integer)) return word_of_integer(integer);
        column->integers = row;
    }
    return word_of_double(value);
}

/* What is no number: 0 where there is a value. */
static bool read_other(struct measures *measures, struct measure *column, const struct vot_cell *cell, uint32_t group,
                       double *value, struct error *error) {
    struct buffer *key = &measures->key;
    bool is_new = false;
    key->length = 0;
    if (!buffer_append(key, &group, sizeof group) || !group_key_append(key, column->field, cell, &measures->room))
        return error_set_memory(error);
    *value = key->bytes[sizeof group] == GROUP_KEY_NONE ? NAN : 0;
    if (!measures->request.counts_different || isnan(*value)) return true;
    if (!text_map_add(&column->different, buffer_slice(key), &is_new)) return error_set_memory(error);
    column->distinct[group] += is_new;
    return true;
}

/* The values of a column to the statistics of their groups, which may be far from each other in memory. */
static void add_to_groups(const struct measures *measures, const struct measure *column) {
    enum { AHEAD = 16 };
    size_t rows = measures->block_rows;
    for (size_t row = 0; row < rows; row++) {
        if (row + AHEAD < rows) {
            const char *later = (const char *)&column->statistics[measures->groups[row + AHEAD]];
            __builtin_prefetch(later, 1);
            __builtin_prefetch(later + sizeof *column->statistics - 1, 1);
        }
        if (!isnan(column->values[row]))
            statistics_add(&column->statistics[measures->groups[row]], column->values[row]);
    }
}

static bool add_block(struct measures *measures, struct error *error) {
    size_t rows = measures->block_rows;
    for (size_t i = 0; i < measures->request.column_count; i++) {
        const struct measure *column = &measures->columns[i];
        if (measures->keys)
            add_to_groups(measures, column);
        else
            statistics_add_many(column->statistics, column->values, rows);
    }
    measures->block_rows = 0;
    return !measures->kept || kept_values_add(measures->kept, measures->groups, measures->words, rows, error);
}

/* The group of a row, which becomes the one at `at` of the block. */
static inline __attribute__((always_inline)) bool take_group(struct measures *measures, const struct vot_row *row,
                                                             size_t at, struct error *error) {
    uint32_t group = 0;
    if (measures->keys && (!group_keys_find(measures->keys, row, &group, error) ||
                           !make_room(measures, group_keys_count(measures->keys), error)))
        return false;
    measures->groups[at] = group;
    measures->rows[group]++;
    return true;
}

/* So many rows more are in the block. */
static inline bool end_rows(struct measures *measures, size_t rows, struct error *error) {
    measures->row_count += rows;
    measures->block_rows += rows;
    if (measures->block_rows < measures->block_room) return true;
    return add_block(measures, error) && is_within_memory(measures, measures->group_capacity, error);
}

bool measures_add(struct measures *measures, const struct vot_row *row, struct error *error) {
    size_t at = measures->block_rows;
    if (!take_group(measures, row, at, error)) return false;
    for (size_t i = 0; i < measures->request.column_count; i++) {
        struct measure *column = &measures->columns[i];
        const struct vot_cell *cell = &row->cells[column->column];
        double *value = &column->values[at];
        bool done = true;
        if (!column->is_number)
            done = read_other(measures, column, cell, measures->groups[at], value, error);
        else if (!find_number(column, cell, value))
            done = tell_unreadable(measures, column, cell, error);
        if (!done) return false;
        if (column->words) column->words[at] = word_of(column, measures->row_count, cell, *value);
    }
    return end_rows(measures, 1, error);
}

/* From one column's numbers to the next one's; no power of two, as in the block. */
static size_t stride_of(const struct row_batch *rows) {
    return rows->rows | 1;
}

/* First whether all could be read, then the columns. */
size_t measures_numbers(const struct measures *measures, const struct row_batch *rows) {
    return 1 + measures->request.column_count * stride_of(rows);
}

void measures_read(const struct measures *measures, const struct row_batch *rows, double *values) {
    bool is_read = true;
    double *value = values + 1;
    for (size_t i = 0; i < measures->request.column_count; i++, value += stride_of(rows)) {
        const struct measure *column = &measures->columns[i];
        const struct vot_cell *cell = rows->cells + column->column;
        for (size_t row = 0; column->is_number && row < rows->rows; row++, cell += rows->columns)
            is_read = find_number(column, cell, &value[row]) && is_read;
    }
    values[0] = is_read;
}

/* The cells of a column, from a row on, so many as go to the block. */
static bool add_cells(struct measures *measures, struct measure *column, const struct row_batch *rows, size_t first,
                      size_t count, const double *values, struct error *error) {
    size_t at = measures->block_rows;
    const struct vot_cell *cell = rows->cells + first * rows->columns + column->column;
    if (column->is_number) memcpy(&column->values[at], values + first, count * sizeof *values);
    for (size_t i = 0; !column->is_number && i < count; i++)
        if (!read_other(measures, column, &cell[i * rows->columns], measures->groups[at + i], &column->values[at + i],
                        error))
            return false;
    for (size_t i = 0; column->words && i < count; i++)
        column->words[at + i] =
            word_of(column, measures->row_count + i, &cell[i * rows->columns], column->values[at + i]);
    return true;
}

/* What could not be read is told in its turn. */
static bool add_row_by_row(struct measures *measures, const struct row_batch *rows, struct error *error) {
    bool done = true;
    for (size_t i = 0; done && i < rows->rows; i++) {
        struct vot_row row = row_batch_row(rows, i);
        done = measures_add(measures, &row, error);
    }
    return done;
}

bool measures_add_read(struct measures *measures, const struct row_batch *rows, const double *values,
                       struct error *error) {
    if (values[0] == 0) return add_row_by_row(measures, rows, error);
    size_t count;
    for (size_t first = 0; first < rows->rows; first += count) {
        size_t at = measures->block_rows, room = measures->block_room - at, left = rows->rows - first;
        count = left < room ? left : room;
        for (size_t i = 0; i < count; i++) {
            struct vot_row row = row_batch_row(rows, first + i);
            if (!take_group(measures, &row, at + i, error)) return false;
        }
        const double *value = values + 1;
        for (size_t i = 0; i < measures->request.column_count; i++, value += stride_of(rows))
            if (!add_cells(measures, &measures->columns[i], rows, first, count, value, error)) return false;
        if (!end_rows(measures, count, error)) return false;
    }
    return true;
}

/* The values of one column, going by in order. */
struct passage {
    const struct measures *measures;
    const struct measure *column;
    uint32_t group;
    struct order_statistics statistics;
};

static void begin_group(struct passage *passage, uint32_t group) {
    passage->group = group;
    passage->statistics.count = passage->column->statistics[group].count;
    order_statistics_begin(&passage->statistics);
}

static void end_group(struct passage *passage) {
    const struct measure *column = passage->column;
    size_t count = passage->measures->quantile_count;
    if (column->distinct) column->distinct[passage->group] = passage->statistics.different;
    for (size_t i = 0; i < count; i++)
        column->quantiles[passage->group * count + i] = order_statistics_quantile(&passage->statistics, i);
}

static void take_word(void *context, uint32_t group, uint64_t word) {
    struct passage *passage = context;
    if (group != passage->group) {
        end_group(passage);
        begin_group(passage, group);
    }
    order_statistics_take(&passage->statistics, word);
}

static bool pass_values(struct measures *measures, struct measure *column, size_t place, struct error *error) {
    size_t groups = measures_groups(measures);
    column->quantiles = reallocarray(NULL, groups * measures->quantile_count + 1, sizeof *column->quantiles);
    if (!column->quantiles) return error_set_memory(error);
    struct passage passage = {measures, column,
                              .statistics = {.quantiles = measures->quantiles,
                                             .quantile_count = measures->quantile_count,
                                             .are_integers = column->integers >= measures->row_count}};
    struct kept_order order = {place, column->integers, measures->rows, groups, take_word, &passage};
    if (groups == 0) return true;
    begin_group(&passage, 0);
    if (!kept_values_in_order(measures->kept, &order, error)) return false;
    end_group(&passage);
    return true;
}

bool measures_finish(struct measures *measures, struct error *error) {
    size_t place = 0;
    if (!add_block(measures, error)) return false;
    for (size_t i = 0; i < measures->request.column_count; i++)
        if (measures->columns[i].words && !pass_values(measures, &measures->columns[i], place++, error)) return false;
    kept_values_close(measures->kept);
    measures->kept = NULL;
    return true;
}

size_t measures_groups(const struct measures *measures) {
    return measures->keys ? group_keys_count(measures->keys) : 1;
}

uint64_t measures_rows(const struct measures *measures, size_t group) {
    return measures->rows[group];
}

const struct store *measures_keys(const struct measures *measures) {
    return measures->keys ? group_keys_cells(measures->keys) : NULL;
}

static double quantile(const struct measures *measures, size_t group, const struct measure *column,
                       double probability) {
    size_t at = 0;
    while (measures->quantiles[at].probability != probability) at++;
    return column->quantiles[group * measures->quantile_count + at];
}

static double number(const struct measures *measures, size_t group, const struct measure *column,
                     struct statistic statistic) {
    const struct statistics *statistics = &column->statistics[group];
    switch (statistic.kind) {
    case STATISTIC_MINIMUM: return statistics->minimum;
    case STATISTIC_MAXIMUM: return statistics->maximum;
    case STATISTIC_SUM: return statistics_sum(statistics);
    case STATISTIC_MEAN: return statistics_mean(statistics);
    case STATISTIC_DEVIATION: return statistics_deviation(statistics);
    case STATISTIC_SAMPLE_DEVIATION: return statistics_sample_deviation(statistics);
    default: return quantile(measures, group, column, statistic.probability);
    }
}

struct measured_value measures_value(const struct measures *measures, size_t group, size_t place,
                                     struct statistic statistic) {
    const struct measure *column = &measures->columns[place];
    uint64_t count = column->statistics[group].count;
    switch (statistic.kind) {
    case STATISTIC_COUNT: return (struct measured_value){MEASURED_COUNT, .count = count};
    case STATISTIC_NULLS: return (struct measured_value){MEASURED_COUNT, .count = measures->rows[group] - count};
    case STATISTIC_DISTINCT: return (struct measured_value){MEASURED_COUNT, .count = column->distinct[group]};
    default: break;
    }
    bool is_sample = statistic.kind == STATISTIC_SAMPLE_DEVIATION;
    if (!column->is_number || count < 1u + is_sample) return (struct measured_value){MEASURED_NONE};
    return (struct measured_value){MEASURED_NUMBER, .number = number(measures, group, column, statistic)};
}

void measures_close(struct measures *measures) {
    if (!measures) return;
    for (size_t i = 0; measures->columns && i < measures->request.column_count; i++) {
        free(measures->columns[i].statistics);
        free(measures->columns[i].distinct);
        free(measures->columns[i].quantiles);
        text_map_free(&measures->columns[i].different);
    }
    free(measures->columns);
    group_keys_close(measures->keys);
    free(measures->rows);
    free(measures->values);
    free(measures->words);
    free(measures->quantiles);
    kept_values_close(measures->kept);
    buffer_free(&measures->key);
    buffer_free(&measures->room);
    free(measures);
}
