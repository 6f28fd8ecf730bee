/* votjoin.c - two tables joined in one by a key column or by position, in any output format. */
#include "io/reference.h"
#include "table/join.h"
#include "tools/conversion.h"
#include "tools/input.h"

enum { NAME = 1, ID, UCD, COLUMN, POSITION, JOIN, BEST, STRING, NUMBER, NOHEADER };

static const struct option options[] = {
    {NAME, 'N', "name", OPTION_VALUE, "NAME", .help = "Join by the columns of this name; A,B names them separately",
     .detail = "A name with a comma stands in double quotes. A column whose name is spelt so goes before others in "
               "other case; of several it is the first. Without -N, -I, -U, -c and -p, tables are joined by the first "
               "name that both have."},
    {ID, 'I', "id", OPTION_VALUE, "ID", .help = "Join by the columns of this ID; A,B names them separately"},
    {UCD, 'U', "ucd", OPTION_VALUE, "UCD", .help = "Join by the columns of this UCD; A,B names them separately"},
    {COLUMN, 'c', "col", OPTION_VALUE, "N", .help = "Join by these columns, counted from 0; A,B names them separately"},
    {POSITION, 'p', "pos", OPTION_VALUE, "RADIUS",
     .help = "Join by position: what is not farther apart than this, in degrees, or with s, m or d in arcseconds, "
             "arcminutes or degrees",
     .detail =
         "From 0 to 180 degrees. Positions are in the columns that votpos prints; in a table without them in those "
         "of the UCDs pos.eq.ra and pos.eq.dec, or in degrees in columns of usual names: ra and dec, RAJ2000 and "
         "DEJ2000, RA_ICRS and DE_ICRS, ra_deg and dec_deg, radeg and decdeg. Numbers are in the unit of their FIELD "
         "(deg, rad, arcmin, arcsec, mas, h and the like), or in degrees; text may be sexagesimal."},
    {JOIN, 'j', "join", OPTION_VALUE, "KIND", "Which rows without match are kept", .choices = "inner left right full",
     .standard = "inner",
     .detail = "Of neither table, of the first, of the second, of both; cells of the other table are empty then."},
    {BEST, 'b', "best", OPTION_FLAG,
     .help = "Only the nearest match (by position) or the first one (by column) of each row of the first table"},
    {STRING, 's', "string", OPTION_FLAG, .help = "Compare columns of numbers as text, too"},
    {NUMBER, 'n', "number", OPTION_FLAG, .help = "Add the columns row1 and row2, the rows' numbers, counted from 0",
     .detail = "They take the place of the separation."},
    FORMAT_OPTION,
    INDENT_OPTION,
    NOHEADER_OPTION('H'),
    OUTPUT_OPTION,
    MEMORY_OPTION,
    THREADS_OPTION,
    {0},
};

static const struct example examples[] = {
    {"votjoin -N source_id gaia.xml stars.xml", "rows with the same source_id"},
    {"votjoin -j left -N HIP,hip -f csv a.xml b.xml", "all rows of a.xml, with what b.xml knows of them"},
    {"votjoin -p 1s -b a.xml b.xml", "the nearest source within an arcsecond of each"},
    {"votjoin -p 0.5m -j full -f votb2 -o all.xml a.xml b.xml", "a cross-match that loses nothing"},
    {0},
};

/* The other table is given here. */
#define OTHER "<VOTABLE><RESOURCE><TABLE><FIELD/><DATA><TABLEDATA><TR/></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
static const char *const self_tests[] = {
    "-c 0 " OTHER,
    "-c 0 -j full -f csv " OTHER,
    "-c 0 -n -j left -f votb2 " OTHER,
    "-c 0 --fmt=html " OTHER,
    "-s -c 0 -b -H -f tsv " OTHER,
    NULL,
};

/* `1s`, `0.5m`, `2d`, `0.1`. */
static bool read_radius(const char *text, double *arcsec) {
    struct slice number = slice_trim(slice_of(text));
    double factor = 3600;
    if (number.length > 0) {
        char unit = number.text[number.length - 1];
        if (unit == 's' || unit == 'm' || unit == 'd') number.length--;
        if (unit == 's') factor = 1;
        if (unit == 'm') factor = 60;
    }
    if (number_read_double(number, arcsec) != NUMBER_WHOLE) return false;
    *arcsec *= factor;
    return *arcsec >= 0 && *arcsec <= 180.0 * 3600;
}

static bool read_kind(const char *text, enum join_kind *kind) {
    static const char *const names[] = {"inner", "left", "right", "full"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) != 0) continue;
        *kind = (enum join_kind)i;
        return true;
    }
    return false;
}

/* The columns that are asked for by one of -N, -I, -U and -c. */
static bool read_columns(struct join_request *request, enum column_key key, const char *text, struct error *error) {
    struct column_choice *choice = &request->choice;
    request->by = JOIN_BY_COLUMN;
    bool done = column_choice_add(choice, key, text, error) && choice->count <= 2;
    for (size_t i = 0; done && key == COLUMN_NUMBER && i < choice->count; i++)
        done = !choice->requests[i].range.is_open && choice->requests[i].range.first == choice->requests[i].range.last;
    if (done || error_is_memory(error)) return done;
    error_clear(error);
    return error_set(error, "Error: invalid join column '%s': one is expected, or two separated by a comma", text);
}

static bool read_request(const struct arguments *arguments, struct join_request *request, struct error *error) {
    static const struct {
        int option;
        enum column_key key;
    } columns[] = {{NAME, COLUMN_NAME}, {ID, COLUMN_ID}, {UCD, COLUMN_UCD}, {COLUMN, COLUMN_NUMBER}};
    const char *position = arguments_value(arguments, POSITION), *kind = arguments_value(arguments, JOIN);
    request->is_best = arguments_flag(arguments, BEST);
    request->as_text = arguments_flag(arguments, STRING);
    request->has_row_numbers = arguments_flag(arguments, NUMBER);
    if (kind && !read_kind(kind, &request->kind))
        return error_set(error, "Error: invalid join '%s': inner, left, right or full is expected", kind);
    unsigned given = position != NULL;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        const char *text = arguments_value(arguments, columns[i].option);
        if (text && given++) return error_set(error, "Error: only one of -N, -I, -U, -c and -p may be given");
        if (text && !read_columns(request, columns[i].key, text, error)) return false;
    }
    if (!position) return true;
    request->by = JOIN_BY_POSITION;
    return read_radius(position, &request->radius_arcsec) ||
           error_set(error, "Error: invalid radius '%s': 0 to 180 degrees, or a number followed by s, m or d",
                     position);
}

static bool collect_inputs(const struct arguments *arguments, const char *inputs[2]) {
    size_t count = 0, standard = 0;
    for (size_t i = 0; i < arguments->count; i++) {
        if (arguments->items[i].option) continue;
        const char *input = arguments->items[i].value;
        standard += reference_is_stdin(input);
        if (count < 2) inputs[count] = input;
        count++;
    }
    return count == 2 && standard <= 1;
}

static void report(const struct arguments *arguments, const struct join *join, enum format format) {
    const struct vot_table *table = join->joined.table;
    conversion_report(arguments, format, join->rows, table->field_count);
    opset_integer("matches", (int64_t)join->result.matches);
    opset_integer("matched1", (int64_t)join->result.matched[0]);
    opset_integer("matched2", (int64_t)join->result.matched[1]);
    opset_begin("by");
    json_array_begin();
    for (size_t i = 0; i < 2; i++) json_text(join->columns.label[i]);
    json_array_end();
    opset_end();
    opset_begin("columns");
    json_array_begin();
    for (size_t i = 0; i < table->field_count; i++) {
        char room[32];
        json_text(vot_field_label(&table->fields[i], i, room));
    }
    json_array_end();
    opset_end();
}

static int write_joined(const struct arguments *arguments, struct join *join, struct sink_settings *settings) {
    struct error error = {0};
    settings->input_name = join->joined.title;
    struct output *output = conversion_output(arguments, &error);
    struct sink *sink = output ? sink_open(*settings, output, &error) : NULL;
    bool done = sink && join_write(join, sink, &error);
    if (conversion_close(sink, output, done, &error)) {
        report(arguments, join, settings->format);
        return EXIT_SUCCESS;
    }
    return error.is_input && join->reading ? fail_input(&error, join->reading->name) : fail_error(&error);
}

static int run(const struct arguments *arguments) {
    struct error error = {0};
    struct sink_settings settings = {0};
    struct join join = {0};
    const char *inputs[2];
    int status;
    if (!collect_inputs(arguments, inputs))
        return fail("Usage:  votjoin [options] votable1 votable2    (- for standard input: one of them)");
    if (!conversion_settings(arguments, &settings) || !resources_memory(arguments, &join.memory)) return EXIT_FAILURE;
    join.threads = settings.threads;
    if (!read_request(arguments, &join.request, &error))
        status = fail_error(&error);
    else if (!join_open(&join, inputs[0], inputs[1], &error) || !join_match(&join, &error))
        status = join.reading && (error.is_input || !error.text || !join.reading->tree)
                     ? fail_input(&error, join.reading->name)
                     : fail_error(&error);
    else
        status = write_joined(arguments, &join, &settings);
    join_close(&join);
    return status;
}

const struct tool tool = {
    .name = "votjoin",
    .summary = "join the rows of two VOTables",
    .synopsis = "[options] votable1 votable2",
    .operands = "Two VOTables: files, URLs, XML texts, and once - for standard input.",
    .description =
        "Joins the first table of each input: rows that have the same key in a column, or positions that are not "
        "farther apart than a radius, become rows of one table, in any output format. A row of the first table comes "
        "once for each of its matches; without any it is left out, or with -j left or full comes alone.\n\n"
        "Keys are compared by value if both columns have numbers: integers exactly, up to 64 bits. Otherwise, or with "
        "-s, they are compared as text, without outer blanks and with regard to case. Empty cells, null values, NaN, "
        "and what is no number in a column of numbers match nothing.\n\n"
        "The rows of the first table come in order, for each its matches in order of the second table, or nearest "
        "first; with -j right or full, rows of the second table without match come last.\n\n"
        "The columns are those of the first table and those of the second one but its key column, which stays with -j "
        "right and full; then the key column of the first table is filled from it, in a datatype that holds both. "
        "Names that both tables have, in any case, get a suffix, _1 and _2; an ID that both have gets one in the "
        "second table. By position a column `separation` (arcsec) is added.\n\n"
        "The result says in a DESCRIPTION and INFOs what it was made of, and keeps COOSYS, TIMESYS and GROUPs of its "
        "columns.\n\n"
        "The second table is held in memory. The first one is read twice, the second time from a temporary file if it "
        "is none itself. Where --memory does not suffice, the second table is held piece by piece and the first one "
        "read once for each; the matches are sorted in a temporary file. The result is the same.",
    .options = options,
    .examples = examples,
    .environment = CONVERSION_ENVIRONMENT,
    .self_tests = self_tests,
    .run = run,
};
