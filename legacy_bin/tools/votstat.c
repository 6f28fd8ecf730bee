/* votstat.c - minimum, maximum, mean and standard deviation of the numeric columns of a table. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "cli/message.h"
#include "cli/opset.h"
#include "cli/tool.h"
#include "io/output.h"
#include "table/first.h"
#include "table/statistics.h"
#include "tools/input.h"
#include "votable/reader.h"

enum { ALL = 1, NOHEADER, OUTPUT };

static const struct option options[] = {
    {ALL, 'a', "all", OPTION_FLAG, .help = "List non-numeric columns too, without values"},
    {NOHEADER, 'n', "noheader", OPTION_FLAG, .help = "Leave out the two header lines", .is_new = true},
    {OUTPUT, 'o', "output", OPTION_VALUE, "FILE", "Where to write", .standard = "stdout"},
    {0},
};

static const struct example examples[] = {
    {"votstat stars.xml", "the numeric columns"},
    {"votstat -a stars.xml", "all columns"},
    {0},
};

static const char *const self_tests[] = {"", "-a", "--all", "-n", NULL};

enum { NAME_WIDTH = 20 };

/* Whether a column has statistics: a scalar number. */
static bool is_counted(const struct vot_field *field) {
    return vot_type_is_number(field->type) && !field->has_arraysize;
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

static void write_line(struct output *output, const struct vot_field *field, size_t index,
                       const struct statistics *statistics) {
    output_format(output, "  %3zu  ", index);
    write_name(output, name_of(field));
    double mean = statistics_mean(statistics);
    if (!is_counted(field))
        output_write_string(output, "\n");
    else if (statistics->count == 0)
        output_format(output, "  %9s  %9s  %9s  %9s\n", "INDEF", "INDEF", "INDEF", "INDEF");
    else
        output_format(output,
                      mean > 1e6 || mean < 1e-3 ? "  %9.4g  %9.4g  %9.4g  %9.4g\n" : "  %9.2f  %9.2f  %9.2f  %9.2f\n",
                      statistics->minimum, statistics->maximum, mean, statistics_deviation(statistics));
}

static void report_line(const struct vot_field *field, size_t index, const struct statistics *statistics) {
    struct slice unit = vot_attribute(field->node, "unit");
    bool has_values = statistics->count > 0;
    opset_row_begin();
    json_member(SLICE("index"));
    json_integer((int64_t)index);
    json_member(SLICE("name"));
    json_text(name_of(field));
    json_member(SLICE("count"));
    json_integer((int64_t)statistics->count);
    json_member(SLICE("min"));
    json_double(has_values ? statistics->minimum : NAN);
    json_member(SLICE("max"));
    json_double(has_values ? statistics->maximum : NAN);
    json_member(SLICE("mean"));
    json_double(statistics_mean(statistics));
    json_member(SLICE("stddev"));
    json_double(statistics_deviation(statistics));
    json_member(SLICE("unit"));
    json_text(unit.text ? unit : SLICE(""));
    opset_row_end();
}

/* The numbers of one row. What is neither a number nor nothing is told and left out. */
static bool add_row(const struct vot_table *table, const struct vot_row *row, struct statistics *columns,
                    struct buffer *room) {
    for (size_t i = 0; i < table->field_count; i++) {
        const struct vot_field *field = &table->fields[i];
        double value;
        if (!is_counted(field) || vot_cell_is_null(field, &row->cells[i])) continue;
        if (vot_cell_double(field, &row->cells[i], &value) == NUMBER_WHOLE) {
            if (!isnan(value)) statistics_add(&columns[i], value);
        } else {
            struct slice text = vot_cell_text(field, &row->cells[i], room);
            if (!text.text) return false;
            if (slice_trim(text).length == 0) continue;
            message("Warning: value '%.*s' is not a floating point value", (int)text.length, text.text);
        }
    }
    return true;
}

/* Reads the document; *columns (the caller frees it) belongs to the first table. */
static bool measure(struct vot_reader *reader, struct statistics **columns, struct error *error) {
    struct buffer room = {0};
    enum vot_event event;
    bool done = true;
    while (done && (event = vot_next(reader, error)) != VOT_END) {
        const struct vot_table *table = vot_current_table(reader);
        if (event == VOT_ERROR) {
            done = false;
        } else if (event == VOT_START && first_is_other_resource(vot_node(reader))) {
            done = error_set(error, "Error: multiple RESOURCE elements not supported");
        } else if (event == VOT_ROWS && !first_table_is(table->node)) {
            done = vot_skip_rows(reader, error) == VOT_ROWS_END;
        } else if (event == VOT_ROWS) {
            free(*columns);
            *columns = calloc(table->field_count + 1, sizeof **columns);
            if (!*columns) done = error_set_memory(error);
        } else if (event == VOT_ROW && !add_row(table, vot_current_row(reader), *columns, &room)) {
            done = error_set_memory(error);
        }
    }
    buffer_free(&room);
    return done;
}

static void write_table(struct output *output, const struct arguments *arguments, const struct vot_table *table,
                        const struct statistics *columns) {
    if (!arguments_flag(arguments, NOHEADER))
        output_format(output, "# %3s  %-20.20s  %9.9s  %9.9s  %9.9s  %9.9s\n#\n", "Col", "Name", "Min", "Max", "Mean",
                      "StdDev");
    for (size_t i = 0; i < table->field_count; i++) {
        if (!is_counted(&table->fields[i]) && !arguments_flag(arguments, ALL)) continue;
        write_line(output, &table->fields[i], i, &columns[i]);
        report_line(&table->fields[i], i, &columns[i]);
    }
}

static int run(const struct arguments *arguments) {
    struct error error = {0};
    struct vot_reader *reader = vot_open(arguments->first_operand, &error);
    if (!reader) return fail_input(&error, arguments->first_operand);
    struct statistics *columns = NULL;
    bool done = measure(reader, &columns, &error);
    struct output *output = done ? output_open(arguments_value(arguments, OUTPUT), &error) : NULL;
    if (output) {
        const struct vot_table *table = first_table_data(vot_root(reader));
        if (table) write_table(output, arguments, table, columns);
        done = output_commit(output, &error);
    }
    int status = EXIT_SUCCESS;
    if (!output || !done) status = error.is_input ? fail_input(&error, vot_input_name(reader)) : fail_error(&error);
    free(columns);
    vot_close(reader);
    return status;
}

const struct tool tool = {
    .name = "votstat",
    .summary = "statistics of the numeric columns of a VOTable",
    .synopsis = "[options] [votable]",
    .operands = INPUT_OPERANDS,
    .description =
        "Prints minimum, maximum, mean and standard deviation (of the population) of each numeric column of the first "
        "table: scalars of the types unsignedByte, short, int, long, float and double.\n\n"
        "Empty cells, NaN and null values are left out; a column without any value shows INDEF. A cell that is no "
        "number is reported on standard error and left out. All four numbers of a line have two decimals, or four "
        "significant digits when the mean is above 1e6 or below 1e-3.",
    .options = options,
    .examples = examples,
    .environment = INPUT_ENVIRONMENT,
    .self_tests = self_tests,
    .run = run,
};
