/* votstat.c - statistics of the columns of a table: of all rows, or of each group of rows with equal values. */
#include "table/first.h"
#include "table/measure_crew.h"
#include "tools/conversion.h"
#include "tools/input.h"
#include "tools/stat_result.h"

enum { ALL = 1, BY, COLUMNS, STATISTICS, QUANTILES };

#define DEFAULT_STATISTICS "min,max,mean,stddev"
#define COLUMN_LIST_DETAIL                                                                                           \
    "Each is a name, else an ID, else a UCD, else a number from 0, separated by commas; one with a comma stands in " \
    "double quotes. Several uses add up."

static const struct option options[] = {
    {ALL, 'a', "all", OPTION_FLAG, .help = "List non-numeric columns too, with the statistics that they have"},
    {BY, 0, "by", OPTION_VALUE, "LIST",
     .help = "Statistics of each group of rows that have equal values in these columns", .detail = COLUMN_LIST_DETAIL,
     .is_new = true, .is_repeatable = true},
    {COLUMNS, 0, "columns", OPTION_VALUE, "LIST", .help = "Statistics of these columns, in this order",
     .detail = COLUMN_LIST_DETAIL, .is_new = true, .is_repeatable = true},
    {STATISTICS, 0, "statistics", OPTION_VALUE, "LIST",
     .help = "Which ones, separated by commas, instead of min,max,mean,stddev", .choices = STATISTIC_NAMES,
     .is_new = true, .is_repeatable = true},
    {QUANTILES, 0, "quantiles", OPTION_VALUE, "LIST", .help = "Quantiles as well, like 0.25,75%,median", .is_new = true,
     .is_repeatable = true},
    {OPTION_FORMAT, 'f', "fmt", OPTION_VALUE, "FORMAT",
     .help = "Write a table in this format, instead of lines of text", .choices = CONVERSION_FORMATS,
     .detail = CONVERSION_FORMATS_DETAIL, .is_new = true},
    {OPTION_INDENT, 'i', "indent", OPTION_INTEGER, "N", "Blanks for each level of a VOTable, 0: one long line",
     .standard = "0", .is_new = true},
    {OPTION_NOHEADER, 'n', "noheader", OPTION_FLAG, .help = "Leave out the two header lines, or the line of labels",
     .is_new = true},
    OUTPUT_OPTION,
    MEMORY_OPTION,
    THREADS_OPTION,
    {0},
};

static const struct example examples[] = {
    {"votstat stars.xml", "the numeric columns"},
    {"votstat -a stars.xml", "all columns"},
    {"votstat --statistics=count,nulls,distinct -a stars.xml",
     "how many values there are, and how many different ones"},
    {"votstat --by=var --columns=vmag --quantiles=10%,median,90% -f csv stars.xml", "a row for each value of var"},
    {0},
};

static const char *const self_tests[] = {
    "",   "-a", "--all", "-n", "--by 0", "--by 0 -f csv", "--quantiles median,0.1 -f vot", "-a --statistics=distinct",
    NULL,
};

struct job {
    const struct arguments *arguments;
    struct sink_settings settings;
    bool is_table; /* -f */
    struct column_choice columns, keys;
    double *probabilities;
    size_t memory;
    struct stat_result result;
    struct measure_crew crew;
};

static bool parse_options(struct job *job, struct error *error) {
    struct statistic_choice *statistics = &job->result.statistics;
    bool done = true;
    for (size_t i = 0; done && i < job->arguments->count; i++) {
        const struct argument *item = &job->arguments->items[i];
        int id = item->option ? item->option->id : 0;
        if (id == BY)
            done = column_choice_add(&job->keys, COLUMN_ANY, item->value, error);
        else if (id == COLUMNS)
            done = column_choice_add(&job->columns, COLUMN_ANY, item->value, error);
        else if (id == STATISTICS)
            done = statistic_choice_add(statistics, item->value, error);
    }
    if (done && statistics->count == 0) done = statistic_choice_add(statistics, DEFAULT_STATISTICS, error);
    for (size_t i = 0; done && i < job->arguments->count; i++) {
        const struct argument *item = &job->arguments->items[i];
        if (item->option && item->option->id == QUANTILES)
            done = statistic_choice_add_quantiles(statistics, item->value, error);
    }
    if (!done) return false;
    job->probabilities = calloc(statistics->count, sizeof *job->probabilities);
    return job->probabilities || error_set_memory(error);
}

/* Without --columns: those of numbers, or all, less those of --by. */
static bool choose_columns(struct job *job, const struct vot_table *table, struct error *error) {
    struct stat_result *result = &job->result;
    if (!column_choice_resolve(&job->columns, table, NULL, 0, false, &result->columns, error)) return false;
    if (job->keys.count && !column_choice_resolve(&job->keys, table, NULL, 0, false, &result->keys, error))
        return false;
    if (job->columns.count) return true;
    size_t *columns = result->columns.columns, count = result->columns.count;
    result->columns.count = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_wanted = arguments_flag(job->arguments, ALL) || vot_field_is_number(&table->fields[columns[i]]);
        for (size_t k = 0; k < result->keys.count; k++) is_wanted = is_wanted && result->keys.columns[k] != columns[i];
        if (is_wanted) columns[result->columns.count++] = columns[i];
    }
    return true;
}

static void forget_table(struct job *job) {
    struct stat_result *result = &job->result;
    measure_crew_close(&job->crew);
    measures_close(result->measures);
    free(result->columns.columns);
    free(result->keys.columns);
    result->measures = NULL;
    result->columns = result->keys = (struct chosen_columns){0};
}

static void tell_unreadable(struct slice text) {
    message("Warning: value '%.*s' is not a floating point value", (int)text.length, text.text);
}

static bool begin_table(struct job *job, const struct vot_table *table, struct error *error) {
    struct stat_result *result = &job->result;
    forget_table(job);
    result->table = table;
    if (!choose_columns(job, table, error)) return false;
    struct measure_request request = {
        .table = table,
        .columns = result->columns.columns,
        .column_count = result->columns.count,
        .keys = result->keys.columns,
        .key_count = result->keys.count,
        .quantiles = job->probabilities,
        .quantile_count = statistic_choice_probabilities(&result->statistics, job->probabilities),
        .counts_different = statistic_choice_has(&result->statistics, STATISTIC_DISTINCT),
        .memory = job->memory,
        .tell_unreadable = tell_unreadable,
    };
    result->measures = measures_open(&request, error);
    job->crew = (struct measure_crew){result->measures, table, job->settings.threads};
    return result->measures;
}

/* The reader has failed: what is to say of rows before goes first, also an error of theirs. */
static void tell_earlier(struct measure_crew *crew, struct error *error) {
    struct error earlier = {0};
    if (measure_crew_finish(crew, &earlier)) return;
    error_clear(error);
    *error = earlier;
}

/* Reads the document; the result belongs to its first table. */
static bool measure(struct job *job, struct vot_reader *reader, struct error *error) {
    enum vot_event event;
    bool done = true;
    while (done && (event = vot_next(reader, error)) != VOT_END) {
        const struct vot_table *table = vot_current_table(reader);
        if (event == VOT_ERROR) {
            done = false;
            tell_earlier(&job->crew, error);
        } else if (event == VOT_START && first_is_other_resource(vot_node(reader))) {
            done = error_set(error, "Error: multiple RESOURCE elements not supported");
        } else if (event == VOT_ROWS && !first_table_is(table->node)) {
            done = vot_skip_rows(reader, error) == VOT_ROWS_END;
        } else if (event == VOT_ROWS) {
            done = begin_table(job, table, error);
        } else if (event == VOT_ROW) {
            done = measure_crew_add(&job->crew, vot_current_row(reader), error);
        }
    }
    return done;
}

/* A table without DATA has no rows; as lines of text it is nothing. */
static bool finish(struct job *job, struct vot_reader *reader, struct error *error) {
    struct stat_result *result = &job->result;
    const struct vot_node *root = vot_root(reader), *node = root ? vot_first_table(root) : NULL;
    if (!first_table_data(root)) {
        forget_table(job);
        result->table = NULL;
        const struct vot_table *table =
            node && job->is_table ? vot_table_parse(node, VOT_OTHER, vot_arena(reader), error) : NULL;
        if (node && job->is_table && !table) return error_set_memory(error);
        if (table && !begin_table(job, table, error)) return false;
    }
    return !result->measures || (measure_crew_finish(&job->crew, error) && measures_finish(result->measures, error));
}

static bool write_result(struct job *job, struct output *output, struct error *error) {
    const struct stat_result *result = &job->result;
    if (job->is_table) {
        struct sink *sink = sink_open(job->settings, output, error);
        bool done = sink && stat_write_table(result, sink, error);
        sink_settle(sink, error);
        sink_close(sink);
        return done && (!result->measures || stat_report_rows(result, error));
    }
    return !result->measures ||
           (stat_write_text(result, !job->settings.no_header, output, error) && stat_report_rows(result, error));
}

static void report(const struct job *job) {
    const char *file = arguments_value(job->arguments, OPTION_OUTPUT);
    opset_text("format", slice_of(format_name(job->settings.format)));
    if (file) opset_text("output", slice_of(file));
}

/* Reads the document and writes the result; the output is opened when all is read. */
static bool run_job(struct job *job, struct vot_reader *reader, struct error *error) {
    if (!measure(job, reader, error) || !finish(job, reader, error)) return false;
    struct output *output = conversion_output(job->arguments, error);
    if (!output) return false;
    return output_close(output, write_result(job, output, error), error);
}

static int run(const struct arguments *arguments) {
    struct error error = {0};
    struct job job = {.arguments = arguments, .is_table = arguments_value(arguments, OPTION_FORMAT)};
    int status = EXIT_FAILURE;
    struct vot_reader *reader = NULL;
    if (!conversion_settings(arguments, &job.settings) || !resources_memory(arguments, &job.memory))
        return EXIT_FAILURE;
    if (!parse_options(&job, &error)) {
        fail_error(&error);
    } else if (!(reader = vot_open(arguments->first_operand, &error))) {
        fail_input(&error, arguments->first_operand);
    } else {
        job.settings.input_name = vot_input_name(reader);
        if (run_job(&job, reader, &error)) {
            if (job.is_table) report(&job);
            status = EXIT_SUCCESS;
        } else {
            status = fail_either(&error, job.settings.input_name);
        }
    }
    forget_table(&job);
    statistic_choice_free(&job.result.statistics);
    free(job.probabilities);
    column_choice_free(&job.columns);
    column_choice_free(&job.keys);
    vot_close(reader);
    return status;
}

#define DESCRIPTION                                                                                                    \
    "Prints minimum, maximum, mean and standard deviation (of the population) of each numeric column of the first "    \
    "table: scalars of the types unsignedByte, short, int, long, float and double.\n\n"                                \
    "Empty cells, NaN and null values are left out; a column without any value shows INDEF. A cell that is no "        \
    "number is reported on standard error and left out. All numbers of a line have two decimals, or four "             \
    "significant digits when the mean is above 1e6 or below 1e-3.\n\n"                                                 \
    "STATISTICS. count: cells with a value; nulls: cells without; distinct: different values, numbers compared by "    \
    "value; min, max, sum, mean; stddev: of the population (divided by N), sample_stddev: of a sample of it (N - 1); " \
    "median: the quantile 0.5. The first three are of columns of any type, the others of numeric ones. Infinities "    \
    "are values: with them a standard deviation is NaN, and with those of both signs sum and mean are.\n\n"            \
    "QUANTILES. Each is a number from 0 to 1, a percentage like 25%, or median; it is called q0.25 in tables. The "    \
    "values are sorted, and between the two next to position (N - 1) q, counted from 0, interpolation is linear: "     \
    "type 7 of Hyndman and Fan (1996), as numpy, pandas and R have it. They are exact: values are kept, 8 bytes "      \
    "each, "                                                                                                           \
    "those beyond --memory in temporary files. Groups, and the different texts that distinct counts, must fit into "   \
    "--memory.\n\n"                                                                                                    \
    "GROUPS. With --by the statistics are those of each group of rows with equal values in the columns named, in "     \
    "the order of their first rows (votsort sorts a table of them). Numbers and booleans are compared by value, "      \
    "anything else as text without outer blanks; rows without a value (empty, null, NaN) are a group of their own. "   \
    "The columns of --by are measured only if --columns names them.\n\n"                                               \
    "With -f the result is a table. Without groups it has a row for each column: index, name, unit, and the "          \
    "statistics. With groups it has a row for each of them: the columns of --by, rows (how many), and the statistics " \
    "of each column, called like vmag_mean. Statistics are of type double, counts of type long; one that has no "      \
    "value is null."

const struct tool tool = {
    .name = "votstat",
    .summary = "statistics of the columns of a VOTable",
    .synopsis = "[options] [votable]",
    .operands = INPUT_OPERANDS,
    .description = DESCRIPTION,
    .options = options,
    .examples = examples,
    .environment = INPUT_ENVIRONMENT,
    .self_tests = self_tests,
    .run = run,
};
