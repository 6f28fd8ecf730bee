/* votselect.c - rows and columns of a table, chosen and computed, in any output format.
 * Nothing is written until the first table's rows begin: what stands before them may refer to columns that go. */
#include "table/first.h"
#include "table/kept_rows.h"
#include "table/selection.h"
#include "tools/conversion.h"
#include "tools/input.h"
#include "votable/copy.h"

enum { WHERE = 1, ROWS, COLUMN, NAME, ID, UCD, EXCLUDE, ADD, TOP, SAMPLE, COUNT, QUIET };

static const struct option options[] = {
    {WHERE, 'w', "where", OPTION_VALUE, "EXPRESSION", .help = "Rows for which this holds; several: all of them",
     .detail = "See EXPRESSIONS in the description.", .is_repeatable = true},
    {ROWS, 'R', "rows", OPTION_VALUE, "LIST", .help = "Rows by number, counted from 0; applied before the condition",
     .detail = "Numbers and ranges separated by commas: 3, A-B, A- to the end, -B from 0, A-BxS with step S. "
               "Numbers beyond the last row are ignored.",
     .is_repeatable = true},
    {COLUMN, 'c', "col", OPTION_VALUE, "LIST", .help = "Columns by number, counted from 0, as a list like that of -R",
     .is_repeatable = true},
    {NAME, 'N', "name", OPTION_VALUE, "LIST", .help = "Columns by name, separated by commas",
     .detail = "A name with a comma stands in double quotes.", .is_repeatable = true},
    {ID, 'I', "id", OPTION_VALUE, "LIST", .help = "Columns by ID, separated by commas", .is_repeatable = true},
    {UCD, 'U', "ucd", OPTION_VALUE, "LIST", .help = "Columns by UCD, separated by commas", .is_repeatable = true},
    {EXCLUDE, 'x', "exclude", OPTION_FLAG, .help = "Drop the listed columns instead of keeping them"},
    {ADD, 'a', "add", OPTION_VALUE, "NAME=EXPRESSION",
     .help = "Add a computed column; NAME [UNIT]=EXPRESSION with a unit",
     .detail = "It comes last unless -N names it, and can be used like any other in conditions and in columns added "
               "behind it. In double quotes a name may hold an = or anything else.",
     .is_repeatable = true},
    {TOP, 't', "top", OPTION_INTEGER, "N", "At most N of the selected rows, 0: all", .standard = "0"},
    {SAMPLE, 's', "sample", OPTION_INTEGER, "N", "Every Nth of the selected rows, beginning with the first",
     .standard = "1"},
    {COUNT, 'C', "count", OPTION_FLAG, .help = "Print only the number of rows selected"},
    {QUIET, 'q', "quiet", OPTION_FLAG, .help = "Print nothing: the exit status says whether any row was selected"},
    CONVERSION_OPTIONS,
    {0},
};

static const struct example examples[] = {
    {"votselect -f csv -w 'vmag < 1 and dec > 0' stars.xml", "bright stars of the north"},
    {"votselect -N name,vmag -w \"name like 'HD%'\" stars.xml", "two columns of those whose names begin so"},
    {"votselect -w 'within(10.68, 41.27, 0.5)' stars.xml", "a cone of half a degree around a position"},
    {"votselect -a 'flux=10**(-0.4*vmag)' -x -N vmag stars.xml", "a column computed, another one dropped"},
    {"votselect -C where='nobs between 5 and 12' stars.xml", "how many there are"},
    {0},
};

static const char *const self_tests[] = {
    "",   "-f csv -R 0-", "-c 0 -f csv",      "-x -c 0-",  "-t 2", "-s 2 -f tsv",
    "-C", "-w $row>=0",   "-a n=$row -f csv", "-w 1=1 -q", NULL,
};

struct job {
    const struct arguments *arguments;
    struct sink_settings settings;
    struct selection selection;
    struct vot_reader *reader;
    struct sink *sink;            /* NULL: rows are only counted (-C, -q) */
    const struct vot_node *first; /* the first TABLE so far */
    bool is_released;             /* what was read before the first table's rows has been written */
    bool is_shown;                /* the format shows the first table */
    struct kept_rows *kept;       /* result rows that wait for `nrows` */
    const struct vot_node
        *held; /* a GROUP or annotation that is read, and waits until it is known what is left of it */
};

static bool parse_options(struct job *job, struct error *error) {
    const struct arguments *arguments = job->arguments;
    struct selection *selection = &job->selection;
    long top = arguments_integer(arguments, TOP, 0), sample = arguments_integer(arguments, SAMPLE, 1);
    if (top < 0) return error_set(error, "Error: invalid number of rows '%ld'", top);
    if (sample < 1) return error_set(error, "Error: invalid sample '%ld': a number from 1 is expected", sample);
    selection->top = top == 0 ? UINT64_MAX : (uint64_t)top;
    selection->sample = (uint64_t)sample;
    selection->is_excluding = arguments_flag(arguments, EXCLUDE);
    bool done = true;
    for (size_t i = 0; i < arguments->count && done; i++) {
        const struct argument *item = &arguments->items[i];
        switch (item->option ? item->option->id : 0) {
        case WHERE: done = selection_add_condition(selection, item->value, error); break;
        case ADD: done = selection_add_column(selection, item->value, error); break;
        case ROWS: done = selection_add_rows(selection, item->value, error); break;
        case COLUMN: done = column_choice_add(&selection->choice, COLUMN_NUMBER, item->value, error); break;
        case NAME: done = column_choice_add(&selection->choice, COLUMN_NAME, item->value, error); break;
        case ID: done = column_choice_add(&selection->choice, COLUMN_ID, item->value, error); break;
        case UCD: done = column_choice_add(&selection->choice, COLUMN_UCD, item->value, error); break;
        default: break;
        }
    }
    return done;
}

/* The first table, as soon as its FIELDs are known. One in a nested RESOURCE may turn out not to be it: then only
 * those formats can begin again that have not written anything of it. */
static bool begin_table(struct job *job, const struct vot_table *table, struct error *error) {
    bool can_begin_again = !job->sink || format_is_single(job->settings.format) || job->settings.format == FORMAT_SHTML;
    if (job->first && !can_begin_again)
        return error_set(error,
                         "Error: a table of a nested RESOURCE stands before the first one: only -C, -q and the "
                         "formats asv, bsv, csv, tsv, ecsv, json, jsonl and shtml can select from this document");
    job->first = table->node;
    return selection_begin(&job->selection, table, vot_arena(job->reader), error);
}

/* The children of a node that stand before `end` (NULL: all). */
static bool write_children(struct sink *sink, const struct vot_node *node, const struct vot_node *end,
                           struct error *error) {
    for (const struct vot_node *child = node->first_child; child != end; child = child->next)
        if (!sink_replay(sink, child, NULL, NULL, error)) return false;
    return true;
}

/* All that stands before an open node, and its start. */
static bool write_up_to(struct sink *sink, const struct vot_node *node, struct error *error) {
    const struct vot_node *parent = node->parent;
    return (!parent || (write_up_to(sink, parent, error) && write_children(sink, parent, node, error))) &&
           sink_start(sink, node, error);
}

/* Everything so far, up to a child of `node`: rows that come next, or NULL, behind a whole TABLE. */
static bool release(struct job *job, const struct vot_node *node, const struct vot_node *end, struct error *error) {
    job->is_released = true;
    return write_up_to(job->sink, node, error) && write_children(job->sink, node, end, error);
}

/* The format tells `nrows`, and the TABLE has it: only the last row tells how many there are. */
static bool must_keep_rows(const struct job *job, const struct vot_table *table) {
    return format_is_votable(job->settings.format) && selection_is_of_rows(&job->selection) &&
           vot_attribute(table->node, "nrows").text;
}

static bool write_kept_rows(struct job *job, struct error *error) {
    const struct selection *selection = &job->selection;
    struct vot_node *table = (struct vot_node *)selection->result->node;
    if (!copy_correct_rows(table, selection->selected, vot_arena(job->reader))) return error_set_memory(error);
    const struct vot_node *data = vot_node(job->reader);
    if (!release(job, data->parent, data, error) || !sink_rows(job->sink, selection->result, error)) return false;
    for (uint64_t i = 0; i < selection->selected && !output_failed(job->sink->output); i++) {
        struct vot_row row;
        if (!kept_rows_next(job->kept, &row, error) || !sink_row(job->sink, selection->result, &row, error))
            return false;
    }
    kept_rows_close(job->kept);
    job->kept = NULL;
    return true;
}

static bool end_rows(struct job *job, struct error *error) {
    const struct vot_table *table = vot_current_table(job->reader);
    struct selection *selection = &job->selection;
    bool is_selected = table == selection->source;
    if (is_selected) selection->result->rows = selection->selected;
    if (!job->sink || (is_selected && !job->is_shown)) return true;
    return (!job->kept || write_kept_rows(job, error)) &&
           sink_rows_end(job->sink, is_selected ? selection->result : table, error);
}

/* The rows that are left have no part in the result. */
static bool skip_rows(struct job *job, struct error *error) {
    return vot_skip_rows(job->reader, error) == VOT_ROWS_END && end_rows(job, error);
}

/* -C without a condition: the reader counts. */
static bool count_rows(struct job *job, struct error *error) {
    struct selection *selection = &job->selection;
    if (!skip_rows(job, error)) return false;
    selection->read = selection->matched = selection->selected = selection->source->rows;
    return true;
}

/* Another TABLE whose rows have the columns of the selected one, which are no longer as they were. */
static bool has_lost_structure(const struct job *job, const struct vot_table *table) {
    const struct vot_table *source = job->selection.source;
    bool has_its_structure = source && table->node != source->node && vot_structure(table->node) == source->node;
    return has_its_structure && !selection_keeps_columns(&job->selection);
}

static bool begin_rows(struct job *job, struct error *error) {
    const struct vot_table *table = vot_current_table(job->reader);
    if (has_lost_structure(job, table))
        return error_set(error,
                         "Error: the TABLE at line %lu has its columns by ref from the selected one: they must all "
                         "stay, in their order",
                         table->node->line);
    bool is_first = first_table_is(table->node);
    if (is_first && !begin_table(job, table, error)) return false;
    if (!job->sink)
        return is_first && selection_is_of_rows(&job->selection) ? true
               : is_first                                        ? count_rows(job, error)
                                                                 : skip_rows(job, error);
    job->is_shown = is_first && sink_shows(job->sink, job->selection.result);
    if (is_first && must_keep_rows(job, table)) {
        job->kept = kept_rows_open(job->selection.chosen.count, error);
        return job->kept;
    }
    const struct vot_node *data = vot_node(job->reader);
    if (!job->is_released && !release(job, data->parent, data, error)) return false;
    if (!is_first) return sink_event(job->sink, job->reader, VOT_ROWS, error);
    return !job->is_shown || sink_rows(job->sink, job->selection.result, error);
}

static bool take_row(struct job *job, struct error *error) {
    struct selection *selection = &job->selection;
    const struct vot_row *row = vot_current_row(job->reader);
    struct vot_row made;
    bool is_taken;
    if (!selection_take(selection, row, &is_taken, error)) return false;
    if (is_taken && job->sink && job->is_shown) {
        bool done = selection_make_row(selection, row, &made, error) &&
                    (job->kept ? kept_rows_add(job->kept, made.cells, error)
                               : sink_row(job->sink, selection->result, &made, error));
        if (!done) return false;
    }
    return !selection_is_over(selection) || skip_rows(job, error);
}

/* A TABLE is over: when it is the first and had no rows, its columns are chosen all the same. */
static bool end_table(struct job *job, const struct vot_node *node, struct error *error) {
    if (job->first == node || !first_table_is(node)) return true;
    const struct vot_table *table = vot_table_parse(node, VOT_OTHER, vot_arena(job->reader), error);
    return table ? begin_table(job, table, error) : error_set_memory(error);
}

static bool write_event(struct job *job, enum vot_event event, struct error *error) {
    const struct vot_node *node = vot_node(job->reader);
    if (!job->is_released) {
        bool is_table = event == VOT_FINISH && node->element == VOT_TABLE;
        if (is_table) return release(job, node->parent, NULL, error);
        const struct vot_node *root = vot_root(job->reader);
        return event != VOT_END ||
               ((!root || sink_replay(job->sink, root, NULL, NULL, error)) && sink_end(job->sink, error));
    }
    if (event == VOT_START && narrow_concerns(node) && !job->held && job->selection.narrow.dropped_count)
        job->held = node;
    if (!job->held) return sink_event(job->sink, job->reader, event, error);
    if (event != VOT_FINISH || node != job->held) return true;
    bool is_left;
    job->held = NULL;
    return narrow_part(&job->selection.narrow, (struct vot_node *)node, &is_left, error) &&
           (!is_left || sink_replay(job->sink, node, NULL, NULL, error));
}

static bool select_all(struct job *job, struct error *error) {
    enum vot_event event;
    do {
        event = vot_next(job->reader, error);
        const struct vot_node *node = vot_node(job->reader);
        bool done = true;
        if (event == VOT_ERROR) return false;
        if (event == VOT_START && first_is_other_resource(node))
            return error_set(error, "Error: multiple RESOURCE elements not supported");
        if (event == VOT_FINISH && node->element == VOT_TABLE && !end_table(job, node, error)) return false;
        if (event == VOT_ROWS)
            done = begin_rows(job, error);
        else if (event == VOT_ROW && vot_current_table(job->reader) == job->selection.source)
            done = take_row(job, error);
        else if (event == VOT_ROWS_END)
            done = end_rows(job, error);
        else if (job->sink)
            done = write_event(job, event, error);
        if (!done) return false;
    } while (event > VOT_END && !(job->sink && output_failed(job->sink->output)));
    return true;
}

static void report(const struct job *job, bool is_only_counted) {
    const struct selection *selection = &job->selection;
    if (!is_only_counted)
        conversion_report(job->arguments, job->settings.format, selection->selected, selection->chosen.count);
    else
        opset_integer("selected", (int64_t)selection->selected);
    opset_integer("matched", (int64_t)selection->matched);
    opset_integer("read", (int64_t)selection->read);
    if (is_only_counted || !selection->result) return;
    opset_begin("columns");
    json_array_begin();
    for (size_t i = 0; i < selection->result->field_count; i++) {
        char room[32];
        json_text(vot_field_label(&selection->result->fields[i], i, room));
    }
    json_array_end();
    opset_end();
}

/* Reads and writes the document; the reader is open. */
static bool run_job(struct job *job, struct error *error) {
    bool is_counted = arguments_flag(job->arguments, COUNT);
    if (arguments_flag(job->arguments, QUIET)) return select_all(job, error);
    struct output *output = conversion_output(job->arguments, error);
    if (!output) return false;
    if (!is_counted) job->sink = sink_open(job->settings, output, error);
    bool done = (job->sink || is_counted) && select_all(job, error);
    if (done && is_counted) output_format(output, "%llu\n", (unsigned long long)job->selection.selected);
    return conversion_close(job->sink, output, done, error);
}

static int run(const struct arguments *arguments) {
    struct error error = {0};
    struct job job = {.arguments = arguments};
    bool is_quiet = arguments_flag(arguments, QUIET);
    int status = EXIT_FAILURE;
    if (!conversion_settings(arguments, &job.settings)) return EXIT_FAILURE;
    if (!parse_options(&job, &error)) {
        fail_error(&error);
    } else if (!(job.reader = vot_open(arguments->first_operand, &error))) {
        fail_input(&error, arguments->first_operand);
    } else {
        job.settings.input_name = vot_input_name(job.reader);
        if (run_job(&job, &error)) {
            report(&job, is_quiet || arguments_flag(arguments, COUNT));
            status = is_quiet && job.selection.selected == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        } else {
            fail_either(&error, job.settings.input_name);
        }
    }
    kept_rows_close(job.kept);
    selection_free(&job.selection);
    vot_close(job.reader);
    return status;
}

#define DESCRIPTION                                                                                                  \
    "Writes the first table of the only RESOURCE with some of its rows and columns, in any format; cells stay "      \
    "as they are. The order of application is: -R, -w, -s, -t, then the columns.\n\n"                                \
    "Column options add up in the order given, and that is the order of the columns; one asked for twice "           \
    "appears once, and without any all are kept. Names, IDs and UCDs are compared without regard to case "           \
    "where none is spelt exactly so; all columns that have the value are taken. Conditions may use columns "         \
    "that are not written. In a VOTable all else stays: only references to removed FIELDs go, and GROUPs that "      \
    "hold nothing but these, and what MIVOT annotations say of these FIELDs; nrows is corrected. Later tables pass " \
    "unchanged.\n\n"                                                                                                 \
    "EXPRESSIONS. From weak to strong: OR; AND; NOT; comparisons; + and -; * / and %; a sign; ** (from the "         \
    "right). Words in any case. A column is a bare name (letters, digits, _ and .), any name in \"double "           \
    "quotes\", $3 (the fourth), id:X or ucd:X; where several have the name the first is meant. Text stands in "      \
    "'single quotes', a quote inside twice. $row is the number of the row, from 0; TRUE and FALSE are what "         \
    "they say.\n\n"                                                                                                  \
    "Comparisons: = == != <> < <= > >=, BETWEEN a AND b, IN (a, b, ...), LIKE and ILIKE (% any text, _ one "         \
    "character; ILIKE in any case of ASCII letters), ~ and !~ (a POSIX extended regular expression), IS NULL; "      \
    "all with NOT. Numeric columns (scalars of the types unsignedByte to double), numbers and arithmetic are "       \
    "compared as numbers, integers to all their digits; a column of text against a number is, too, when its "        \
    "cell reads as a number, and false when it does not. Everything else is compared as text, byte by byte. A "      \
    "float is compared with a number as float, and counts in arithmetic as the decimal number it is written "        \
    "as: 0.1 equals 0.1. Booleans are true, t, 1 and false, f, 0.\n\n"                                               \
    "Empty cells, NaN and the null values of FIELDs are null. Any comparison or arithmetic with null is "            \
    "unknown, NOT of unknown is unknown, and only rows whose condition is true are selected. A number that is "      \
    "not one, like sqrt(-1), is null.\n\n"                                                                           \
    "/ and ** give real numbers, + - * and % of integers an integer; one beyond 64 bits goes on as a real "          \
    "number, and is null in a column of its own. % has the sign of its left side. Text counts as a number "          \
    "where one is needed, if it reads as one.\n\n"                                                                   \
    "Functions: abs, sqrt, exp, log (natural), log10, sin, cos, tan (degrees), floor, ceil, round (halves "          \
    "away from 0), min and max (of two or more); len, lower, upper (ASCII letters), trim, concat (two or "           \
    "more), substr(s, from, n) (characters counted from 1); hms2deg, dms2deg (sexagesimal text as degrees); "        \
    "dist(ra1, dec1, ra2, dec2) and within(ra, dec, radius), which is whether the row's position is so near, "       \
    "all in degrees; it stands in the columns that votpos prints, or else in those of the UCDs pos.eq.ra and "       \
    "pos.eq.dec or named ra and dec or RAJ2000 and DEJ2000, and may be in other units of angles or sexagesimal. A "  \
    "null argument makes the result null.\n\n"                                                                       \
    "A computed column has the type boolean, long, double or (uni)char.\n\n"                                         \
    "Limits: 128 KiB an expression, 100 levels of parentheses, 1000 operations that depend on each other."

const struct tool tool = {
    .name = "votselect",
    .summary = "select rows and columns of a VOTable",
    .synopsis = "[options] [votable]",
    .operands = INPUT_OPERANDS,
    .description = DESCRIPTION,
    .options = options,
    .examples = examples,
    .exit_status =
        "0 for success, also when no row was selected; 1 for any error. With -q: 0 when at least one row was "
        "selected, 1 when none was, or for an error, which is told.",
    .environment = CONVERSION_ENVIRONMENT,
    .self_tests = self_tests,
    .run = run,
};
