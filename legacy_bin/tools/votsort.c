/* votsort.c - the rows of a table in the order of one column, in any output format.
 * All rows are kept, as many as may be in memory; then the whole document is written from its tree. */
#include "table/column.h"
#include "table/column_order.h"
#include "table/first.h"
#include "table/kept_rows.h"
#include "table/sorter.h"
#include "tools/conversion.h"
#include "tools/input.h"
#include "votable/copy.h"

enum { COLUMN = 1, NAME, ID, UCD, DESCENDING, STRING, TOP };

static const struct option options[] = {
    {COLUMN, 'c', "col", OPTION_INTEGER, "N", "Sort by this column, counted from 0", .standard = "0"},
    {NAME, 'N', "name", OPTION_VALUE, "NAME", .help = "Sort by the column of this name"},
    {ID, 'I', "id", OPTION_VALUE, "ID", .help = "Sort by the column of this ID"},
    {UCD, 'U', "ucd", OPTION_VALUE, "UCD", .help = "Sort by the column of this UCD"},
    {DESCENDING, 'd', "desc", OPTION_FLAG, .help = "Largest first"},
    {STRING, 's', "string", OPTION_FLAG, .help = "Compare as text, without regard to case"},
    {TOP, 't', "top", OPTION_INTEGER, "N", "Keep only the first N rows after sorting, 0: all", .standard = "0"},
    CONVERSION_OPTIONS,
    MEMORY_OPTION,
    {0},
};

static const struct example examples[] = {
    {"votsort -f csv -N vmag stars.xml", "by magnitude, brightest first"},
    {"votsort --col=3 --desc --top=10 stars.xml", "the ten rows with the largest values in the fourth column"},
    {"votsort -s -N nobs stars.xml", "by the text of a numeric column"},
    {"votsort --memory=500M -N vmag -o sorted.xml big.xml", "a table of any size in half a gigabyte"},
    {0},
};

static const char *const self_tests[] = {
    "", "-d", "-s", "-c 0", "-t 2", "-f csv", "--fmt=html --top=1", "--desc --string --fmt=tsv", NULL,
};

/* The rows of one table of the document. */
struct kept {
    const struct vot_table *table;
    struct column_order order;
    struct sorter *sorter;  /* either this: of the table that is sorted */
    struct kept_rows *rows; /* … or this: as they came */
    struct kept *next;
};

struct job {
    const struct arguments *arguments;
    struct sink_settings settings;
    size_t top;                     /* rows of the sorted table to keep at most */
    size_t memory;                  /* for its rows */
    struct kept *kept;              /* the newest first */
    const struct vot_table *sorted; /* the first table; NULL: there is none, or no DATA */
    size_t column;
    size_t rows; /* of the sorted table that are written */
};

/* The column that the options name, of this table. */
static bool choose_column(struct job *job, const struct vot_table *table, struct error *error) {
    const char *number = arguments_value(job->arguments, COLUMN);
    const char *name = arguments_value(job->arguments, NAME), *id = arguments_value(job->arguments, ID),
               *ucd = arguments_value(job->arguments, UCD);
    job->column = (size_t)arguments_integer(job->arguments, COLUMN, 0);
    if (!number && (name || id || ucd)) {
        if (column_find(table->node, name, id, ucd, &job->column)) return true;
        return error_set(error, "Error: Cannot find sort column '%s'", name ? name : id ? id : ucd);
    }
    if (job->column < table->field_count || (!number && table->field_count == 0)) return true;
    return error_set(error, "Error: invalid sort column '%s'", number);
}

static bool begin_sorting(struct job *job, struct kept *kept, struct error *error) {
    const struct vot_field *field = &kept->table->fields[job->column];
    bool is_numeric = vot_field_is_number(field);
    kept->order = (struct column_order){
        .field = field,
        .column = job->column,
        .by_text = !is_numeric || arguments_flag(job->arguments, STRING),
        .is_descending = arguments_flag(job->arguments, DESCENDING),
    };
    kept->sorter = sorter_open(kept->table->field_count, column_order(&kept->order), job->top, job->memory, error);
    return kept->sorter;
}

/* Whether this table will be the sorted one, as far as can be known where its rows begin: one of a nested RESOURCE may
 * be followed by the first one. */
static bool is_surely_first(const struct vot_table *table) {
    const struct vot_node *resource = table->node->parent;
    return first_table_is(table->node) && resource->parent && !resource->parent->parent;
}

/* Its rows are kept from now on; or passed over, when they are not needed. */
static bool begin_table(struct job *job, struct vot_reader *reader, struct error *error) {
    bool shows_one = format_is_single(job->settings.format) || job->settings.format == FORMAT_SHTML;
    const struct vot_table *table = vot_current_table(reader);
    if (shows_one && !first_table_is(table->node)) return vot_skip_rows(reader, error) == VOT_ROWS_END;
    struct kept *kept = calloc(1, sizeof *kept);
    if (!kept) return error_set_memory(error);
    *kept = (struct kept){.table = table, .next = job->kept};
    job->kept = kept;
    if (is_surely_first(table) && table->field_count > 0) {
        struct error later = {0}; /* said when the whole document was found to be in order */
        if (choose_column(job, table, &later)) return begin_sorting(job, kept, error);
        error_clear(&later);
        return vot_skip_rows(reader, error) == VOT_ROWS_END;
    }
    kept->rows = kept_rows_open(table->field_count, error);
    return kept->rows;
}

static bool keep_row(struct kept *kept, const struct vot_row *row, struct error *error) {
    return kept->sorter ? sorter_add(kept->sorter, row, error) : kept_rows_add(kept->rows, row->cells, error);
}

/* Everything. Tables that the format does not show are not kept. */
static bool read_document(struct job *job, struct vot_reader *reader, struct error *error) {
    enum vot_event event;
    while ((event = vot_next(reader, error)) != VOT_END) {
        if (event == VOT_ERROR) return false;
        if (event == VOT_START && first_is_other_resource(vot_node(reader)))
            return error_set(error, "Error: multiple RESOURCE elements not supported");
        if (event == VOT_ROWS && !begin_table(job, reader, error)) return false;
        if (event == VOT_ROW && !keep_row(job->kept, vot_current_row(reader), error)) return false;
    }
    return true;
}

/* The rows of a nested table that has turned out to be the sorted one. */
static bool sort_kept_rows(struct job *job, struct kept *kept, struct error *error) {
    struct vot_row row;
    if (!begin_sorting(job, kept, error)) return false;
    for (uint64_t i = 0; i < kept->table->rows; i++)
        if (!kept_rows_next(kept->rows, &row, error) || !sorter_add(kept->sorter, &row, error)) return false;
    return true;
}

static bool write_sorted(struct sink *sink, const struct kept *kept, struct error *error) {
    struct vot_row row;
    enum rows_status status = ROWS_END;
    while (!output_failed(sink->output) && (status = sorter_next(kept->sorter, &row, error)) == ROWS_ROW)
        if (!sink_row(sink, kept->table, &row, error)) return false;
    return status != ROWS_ERROR;
}

static bool write_unsorted(struct sink *sink, const struct kept *kept, struct error *error) {
    struct vot_row row;
    for (uint64_t i = 0; i < kept->table->rows && !output_failed(sink->output); i++)
        if (!kept_rows_next(kept->rows, &row, error) || !sink_row(sink, kept->table, &row, error)) return false;
    return true;
}

static bool write_rows(void *context, struct sink *sink, const struct vot_table *table, struct error *error) {
    struct job *job = context;
    struct kept *kept = job->kept;
    if (!sink_shows(sink, table)) return true;
    while (kept->table != table) kept = kept->next;
    bool is_sorted = table == job->sorted && table->field_count > 0;
    return sink_rows(sink, table, error) && (!is_sorted || kept->sorter || sort_kept_rows(job, kept, error)) &&
           (is_sorted ? write_sorted(sink, kept, error) : write_unsorted(sink, kept, error)) &&
           sink_rows_end(sink, table, error);
}

static bool prepare(struct job *job, struct vot_reader *reader, struct error *error) {
    if (!read_document(job, reader, error)) return false;
    job->sorted = first_table_data(vot_root(reader));
    if (!job->sorted) return true;
    job->rows = job->sorted->rows < job->top ? (size_t)job->sorted->rows : job->top;
    if (!choose_column(job, job->sorted, error)) return false;
    /* The reader is done with the tree: it may be mended. */
    struct vot_node *node = (struct vot_node *)job->sorted->node;
    return copy_correct_rows(node, job->rows, vot_arena(reader)) || error_set_memory(error);
}

static void report(const struct job *job) {
    const struct vot_table *table = job->sorted;
    conversion_report(job->arguments, job->settings.format, job->rows, table ? table->field_count : 0);
    if (!table || table->field_count == 0) return;
    char room[32];
    opset_text("column", vot_field_label(&table->fields[job->column], job->column, room));
}

static void free_kept(struct job *job) {
    for (struct kept *next; job->kept; job->kept = next) {
        next = job->kept->next;
        sorter_close(job->kept->sorter);
        kept_rows_close(job->kept->rows);
        column_order_free(&job->kept->order);
        free(job->kept);
    }
}

static int run(const struct arguments *arguments) {
    struct error error = {0};
    struct job job = {.arguments = arguments};
    if (!conversion_settings(arguments, &job.settings) || !resources_memory(arguments, &job.memory))
        return EXIT_FAILURE;
    long column = arguments_integer(arguments, COLUMN, 0), top = arguments_integer(arguments, TOP, 0);
    if (column < 0) return fail("Error: invalid sort column '%ld'", column);
    if (top < 0) return fail("Error: invalid number of rows '%ld'", top);
    job.top = top == 0 ? SIZE_MAX : (size_t)top;

    struct vot_reader *reader = vot_open(arguments->first_operand, &error);
    if (!reader) return fail_input(&error, arguments->first_operand);
    job.settings.input_name = vot_input_name(reader);
    struct output *output = prepare(&job, reader, &error) ? conversion_output(arguments, &error) : NULL;
    struct sink *sink = output ? sink_open(job.settings, output, &error) : NULL;
    bool done = sink && sink_replay(sink, vot_root(reader), write_rows, &job, &error) && sink_end(sink, &error);
    done = conversion_close(sink, output, done, &error);
    if (done) report(&job);
    int status = done ? EXIT_SUCCESS : fail_either(&error, job.settings.input_name);
    free_kept(&job);
    vot_close(reader);
    return status;
}

const struct tool tool = {
    .name = "votsort",
    .summary = "sort the rows of a VOTable by a column",
    .synopsis = "[options] [votable]",
    .operands = INPUT_OPERANDS,
    .description =
        "Sorts the first table of the only RESOURCE by one column and writes the document in any format; nothing else "
        "is changed. The column is given by its number or by its name, ID or UCD (the first FIELD that has any of "
        "them); without, it is the first one.\n\n"
        "Numeric columns are compared by value, others as text without regard to case. Rows of equal value keep their "
        "order, also with -d; rows without value (empty, null, NaN) come last in both directions.\n\n"
        "Rows that do not fit into --memory are sorted piece by piece in a temporary file and merged; the result is "
        "the same. The folder for it (TMPDIR) needs twice the table's size then, at most.",
    .options = options,
    .examples = examples,
    .environment = CONVERSION_ENVIRONMENT,
    .self_tests = self_tests,
    .run = run,
};
