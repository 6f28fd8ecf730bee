/* stat_report.c - statistics as lines in the layout of the original, and as rows of the OPset channel. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "cli/opset.h"
#include "tools/stat_result.h"

enum { NAME_WIDTH = 20 };

static const struct vot_field *field_of(const struct stat_result *result, size_t place) {
    return &result->table->fields[result->columns.columns[place]];
}

/* `name`, else `ID`, else `(none)`. */
static struct slice name_of(const struct vot_field *field) {
    struct slice name = vot_attribute(field->node, "name");
    if (name.length == 0) name = vot_attribute(field->node, "ID");
    return name.length ? name : SLICE("(none)");
}

/* Cut and padded to NAME_WIDTH characters. */
static void write_name(struct output *output, struct slice name) {
    size_t at = 0, width = 0;
    for (uint32_t code; at < name.length && width < NAME_WIDTH; width++) {
        size_t length = utf8_read((struct slice){name.text + at, name.length - at}, &code);
        at += length ? length : 1;
    }
    output_write(output, name.text, at);
    output_format(output, "%*s", (int)(NAME_WIDTH - width), "");
}

/* One digit behind the other, or exponents: the mean decides for the whole line. */
static bool is_wide(const struct stat_result *result, size_t group, size_t place) {
    double mean = measures_value(result->measures, group, place, (struct statistic){.kind = STATISTIC_MEAN}).number;
    return mean > 1e6 || mean < 1e-3;
}

static void write_line(const struct stat_result *result, size_t group, size_t place, struct output *output) {
    const struct vot_field *field = field_of(result, place);
    output_format(output, "  %3zu  ", result->columns.columns[place]);
    write_name(output, name_of(field));
    const struct statistic_choice *choice = &result->statistics;
    bool is_empty = !vot_field_is_number(field) && !statistic_choice_has_counts(choice);
    const char *format = is_wide(result, group, place) ? "  %9.4g" : "  %9.2f";
    for (size_t i = 0; i < choice->count && !is_empty; i++) {
        struct measured_value value = measures_value(result->measures, group, place, choice->items[i].statistic);
        if (value.form == MEASURED_NONE)
            output_format(output, "  %9s", "INDEF");
        else if (value.form == MEASURED_COUNT)
            output_format(output, "  %9" PRIu64, value.count);
        else
            output_format(output, format, value.number);
    }
    output_write_string(output, "\n");
}

/* Foreign text in a line of ours. */
static void write_visible(struct output *output, struct slice text) {
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.text[i];
        output_write(output, (unsigned char)byte < ' ' || byte == 0x7f ? " " : &byte, 1);
    }
}

/* Calls `write` for each group, with the cells that are its values (NULL: rows are in no groups). */
static bool each_group(const struct stat_result *result,
                       bool write(const struct stat_result *result, size_t group, const struct vot_cell *keys,
                                  void *context, struct error *error),
                       void *context, struct error *error) {
    struct store_place place = {0};
    const struct store *store = measures_keys(result->measures);
    struct vot_cell *cells = calloc(result->keys.count + 1, sizeof *cells);
    bool done = cells ? true : error_set_memory(error);
    for (size_t group = 0; done && group < measures_groups(result->measures); group++) {
        if (store) store_unpack(store, store_next(store, &place), cells);
        done = write(result, group, store ? cells : NULL, context, error);
    }
    free(cells);
    return done;
}

static bool write_group_line(const struct stat_result *result, size_t group, const struct vot_cell *keys,
                             struct output *output, struct error *error) {
    struct buffer room = {0};
    bool done = true;
    uint64_t rows = measures_rows(result->measures, group);
    for (size_t i = 0; done && i < result->keys.count; i++) {
        char label[32];
        const struct vot_field *field = &result->table->fields[result->keys.columns[i]];
        struct slice text = vot_cell_text(field, &keys[i], &room);
        done = text.text;
        text = slice_trim(text);
        output_write_string(output, i == 0 ? "# " : ", ");
        write_visible(output, vot_field_label(field, result->keys.columns[i], label));
        output_write_string(output, " = ");
        write_visible(output, vot_cell_is_null(field, &keys[i]) || text.length == 0 ? SLICE("INDEF") : text);
    }
    output_format(output, " (%" PRIu64 " %s)\n", rows, rows == 1 ? "row" : "rows");
    buffer_free(&room);
    return done || error_set_memory(error);
}

static bool write_group(const struct stat_result *result, size_t group, const struct vot_cell *keys, void *context,
                        struct error *error) {
    struct output *output = context;
    if (keys && !write_group_line(result, group, keys, output, error)) return false;
    for (size_t i = 0; i < result->columns.count && !output_failed(output); i++) write_line(result, group, i, output);
    return true;
}

static const char *title_of(const struct chosen_statistic *chosen) {
    return chosen->title ? chosen->title : chosen->name;
}

bool stat_write_text(const struct stat_result *result, bool has_header, struct output *output, struct error *error) {
    if (has_header) {
        output_format(output, "# %3s  %-20.20s", "Col", "Name");
        for (size_t i = 0; i < result->statistics.count; i++)
            output_format(output, "  %9.9s", title_of(&result->statistics.items[i]));
        output_write_string(output, "\n#\n");
    }
    return each_group(result, write_group, output, error);
}

static void report_value(struct measured_value value) {
    if (value.form == MEASURED_COUNT)
        json_integer((int64_t)value.count);
    else
        json_double(value.form == MEASURED_NUMBER ? value.number : NAN);
}

static bool report_key(const struct vot_field *field, const struct vot_cell *cell, struct buffer *room) {
    int64_t integer;
    double real;
    bool boolean;
    if (vot_cell_is_null(field, cell)) {
        json_null();
    } else if (vot_cell_integer(field, cell, &integer)) {
        json_integer(integer);
    } else if (vot_field_is_number(field) && vot_cell_double(field, cell, &real) == NUMBER_WHOLE) {
        isnan(real) ? json_null() : json_double(real);
    } else if (vot_cell_boolean(field, cell, &boolean)) {
        json_boolean(boolean);
    } else {
        struct slice text = vot_cell_text(field, cell, room);
        if (!text.text) return false;
        text = slice_trim(text);
        text.length && field->type != VOT_TYPE_BOOLEAN ? json_text(text) : json_null();
    }
    return true;
}

static bool report_group(const struct stat_result *result, size_t group, const struct vot_cell *keys,
                         struct error *error) {
    struct buffer room = {0};
    bool done = true;
    json_member(SLICE("group"));
    json_object_begin();
    for (size_t i = 0; done && i < result->keys.count; i++) {
        char label[32];
        const struct vot_field *field = &result->table->fields[result->keys.columns[i]];
        json_member(vot_field_label(field, result->keys.columns[i], label));
        done = report_key(field, &keys[i], &room);
    }
    json_object_end();
    json_member(SLICE("rows"));
    json_integer((int64_t)measures_rows(result->measures, group));
    buffer_free(&room);
    return done || error_set_memory(error);
}

/* A count in any case: of numbers, when it was not asked for. */
static void report_statistics(const struct stat_result *result, size_t group, size_t place) {
    const struct statistic_choice *choice = &result->statistics;
    static const struct statistic count = {.kind = STATISTIC_COUNT};
    if (!statistic_choice_has(choice, STATISTIC_COUNT)) {
        json_member(SLICE("count"));
        bool is_number = vot_field_is_number(field_of(result, place));
        json_integer(is_number ? (int64_t)measures_value(result->measures, group, place, count).count : 0);
    }
    bool has_quantiles = false;
    for (size_t i = 0; i < choice->count; i++) {
        has_quantiles = has_quantiles || statistic_is_quantile(&choice->items[i]);
        if (statistic_is_quantile(&choice->items[i])) continue;
        json_member(slice_of(choice->items[i].name));
        report_value(measures_value(result->measures, group, place, choice->items[i].statistic));
    }
    if (!has_quantiles) return;
    json_member(SLICE("quantiles"));
    json_object_begin();
    for (size_t i = 0; i < choice->count; i++) {
        if (!statistic_is_quantile(&choice->items[i])) continue;
        json_member(slice_of(choice->items[i].name));
        report_value(measures_value(result->measures, group, place, choice->items[i].statistic));
    }
    json_object_end();
}

static bool report_rows_of(const struct stat_result *result, size_t group, const struct vot_cell *keys, void *context,
                           struct error *error) {
    (void)context;
    bool done = true;
    for (size_t i = 0; done && i < result->columns.count; i++) {
        const struct vot_field *field = field_of(result, i);
        struct slice unit = vot_attribute(field->node, "unit");
        opset_row_begin();
        if (keys) done = report_group(result, group, keys, error);
        json_member(SLICE("index"));
        json_integer((int64_t)result->columns.columns[i]);
        json_member(SLICE("name"));
        json_text(name_of(field));
        report_statistics(result, group, i);
        json_member(SLICE("unit"));
        json_text(unit.text ? unit : SLICE(""));
        opset_row_end();
    }
    return done;
}

bool stat_report_rows(const struct stat_result *result, struct error *error) {
    return !opset_is_open() || each_group(result, report_rows_of, NULL, error);
}
