/* votpos.c - the main position columns of a table as two columns of text. */
#include <stdlib.h>

#include "cli/message.h"
#include "cli/tool.h"
#include "io/output.h"
#include "table/first.h"
#include "table/position.h"
#include "tools/input.h"
#include "votable/reader.h"

enum { NUMBER = 1, NUMBER_AFTER, OUTPUT };

static const struct option options[] = {
    {NUMBER, 'n', "number", OPTION_FLAG, .help = "Row number before the position"},
    {NUMBER_AFTER, 'N', "Number", OPTION_FLAG, .help = "Row number after the position"},
    {OUTPUT, 'o', "output", OPTION_VALUE, "FILE", "Where to write", .standard = "stdout"},
    {0},
};

static const struct example examples[] = {
    {"votpos stars.xml", "right ascension and declination of each row"},
    {"votpos -n stars.xml", "the same behind the number of the row, counted from 0"},
    {0},
};

static const char *const self_tests[] = {"", "-n", "-N", "--number", NULL};

/* How a run goes on. */
struct positions {
    size_t ra, dec; /* columns */
    int number;     /* NUMBER, NUMBER_AFTER, or 0 */
    uint64_t row;
    struct first_output first;
    struct output *output, *lines; /* the result, and where the current table goes */
    struct buffer room;
};

static bool write_cell(struct positions *positions, const struct vot_table *table, const struct vot_row *row,
                       size_t column) {
    struct slice text = vot_cell_text(&table->fields[column], &row->cells[column], &positions->room);
    if (!text.text) return false;
    output_write_slice(positions->lines, slice_trim(text).length ? text : SLICE("INDEF"));
    return true;
}

static bool write_row(struct positions *positions, const struct vot_table *table, const struct vot_row *row) {
    char digits[NUMBER_ROOM];
    struct slice number = {digits, number_write_integer(digits, (int64_t)positions->row++)};
    struct output *lines = positions->lines;
    if (positions->number == NUMBER) {
        output_write_slice(lines, number);
        output_write(lines, "  ", 2);
    }
    if (!write_cell(positions, table, row, positions->ra)) return false;
    output_write(lines, " ", 1);
    if (!write_cell(positions, table, row, positions->dec)) return false;
    if (positions->number == NUMBER_AFTER) {
        output_write(lines, "  ", 2);
        output_write_slice(lines, number);
    }
    output_write(lines, "\n", 1);
    return true;
}

static bool begin_rows(struct positions *positions, struct vot_reader *reader, struct error *error) {
    const struct vot_table *table = vot_current_table(reader);
    if (!first_table_is(table->node) || !position_columns(table->node, &positions->ra, &positions->dec))
        return vot_skip_rows(reader, error) == VOT_ROWS_END;
    positions->row = 0;
    positions->lines = first_output_rows(&positions->first, table, positions->output, error);
    return positions->lines;
}

static bool print(struct positions *positions, struct vot_reader *reader, struct error *error) {
    enum vot_event event;
    while ((event = vot_next(reader, error)) != VOT_END && !output_failed(positions->output)) {
        if (event == VOT_ERROR) return false;
        if (event == VOT_START && vot_node(reader)->element == VOT_TABLE)
            first_output_start(&positions->first, vot_node(reader));
        if (event == VOT_ROWS && !begin_rows(positions, reader, error)) return false;
        if (event == VOT_ROW && !write_row(positions, vot_current_table(reader), vot_current_row(reader)))
            return error_set_memory(error);
    }
    const struct vot_node *table_node = vot_root(reader) ? vot_first_table(vot_root(reader)) : NULL;
    if (!table_node || !position_columns(table_node, &positions->ra, &positions->dec))
        return error_set(error, "Error: Cannot find position columns in table.");
    return first_output_end(&positions->first, positions->output, error);
}

static int number_mode(const struct arguments *arguments) {
    int mode = 0;
    for (size_t i = 0; i < arguments->count; i++) {
        const struct option *option = arguments->items[i].option;
        if (!option || (option->id != NUMBER && option->id != NUMBER_AFTER)) continue;
        if (arguments->items[i].is_on)
            mode = option->id;
        else if (mode == option->id)
            mode = 0;
    }
    return mode;
}

static int run(const struct arguments *arguments) {
    struct error error = {0};
    const char *file = arguments_value(arguments, OUTPUT);
    struct vot_reader *reader = vot_open(arguments->first_operand, &error);
    if (!reader) return fail_input(&error, arguments->first_operand);
    struct positions positions = {.number = number_mode(arguments), .output = output_open(file, &error)};
    if (!positions.output) {
        vot_close(reader);
        error_prefix(&error, "Error: ");
        return fail_error(&error);
    }
    bool done = print(&positions, reader, &error);
    first_output_close(&positions.first);
    buffer_free(&positions.room);
    done = output_close(positions.output, done, &error);
    int status = done ? EXIT_SUCCESS : fail_either(&error, vot_input_name(reader));
    vot_close(reader);
    return status;
}

const struct tool tool = {
    .name = "votpos",
    .summary = "print the positions in a VOTable",
    .synopsis = "[options] [votable]",
    .operands = INPUT_OPERANDS,
    .description =
        "Prints right ascension and declination of each row of the first table, as they stand there. The columns are "
        "the last ones with the UCD pos.eq.ra;meta.main (or POS_EQ_RA_MAIN) and pos.eq.dec;meta.main (or "
        "POS_EQ_DEC_MAIN); it is an error when there are none. An empty cell is shown as INDEF. Of -n and -N the "
        "last one counts.",
    .options = options,
    .examples = examples,
    .environment = INPUT_ENVIRONMENT,
    .self_tests = self_tests,
    .is_result_on_stdout = true,
    .run = run,
};
