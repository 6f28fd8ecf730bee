/* votcnv.c - a VOTable in another format, or with another indentation. Rows are written as they are read. */
#include "table/first.h"
#include "tools/conversion.h"
#include "tools/input.h"

static const struct option options[] = {CONVERSION_OPTIONS, {0}};

static const struct example examples[] = {
    {"votcnv -f csv stars.xml", "comma-separated text on standard output"},
    {"votcnv -i 2 stars.xml", "the same VOTable, laid out for reading"},
    {"votcnv --fmt=fits --output=stars.fits stars.xml", "a FITS file with a binary table for each TABLE"},
    {0},
};

static const char *const self_tests[] = {
    "-f vot", "-f asv", "-f bsv", "-f csv", "-f tsv", "-f html", "-f shtml", "-f csv -n", "--fmt=xml --indent=2", NULL,
};

static bool convert(struct vot_reader *reader, struct sink *sink, struct error *error) {
    enum vot_event event;
    do {
        event = vot_next(reader, error);
        if (!sink_event(sink, reader, event, error)) return false;
    } while (event > VOT_END && !output_failed(sink->output));
    return true;
}

static int run(const struct arguments *arguments) {
    struct error error = {0};
    struct sink_settings settings = {0};
    if (!conversion_settings(arguments, &settings)) return EXIT_FAILURE;
    struct vot_reader *reader = vot_open(arguments->first_operand, &error);
    if (!reader) return fail_input(&error, arguments->first_operand);
    settings.input_name = vot_input_name(reader);

    struct output *output =
        arguments_return(arguments) ? output_open_nowhere(&error) : conversion_output(arguments, &error);
    struct sink *sink = output ? sink_open(settings, output, &error) : NULL;
    bool done = sink && convert(reader, sink, &error);
    done = conversion_close(sink, output, done, &error);
    if (done) {
        const struct vot_table *table = first_table_data(vot_root(reader));
        conversion_report(arguments, settings.format, table ? table->rows : 0, table ? table->field_count : 0);
    }
    int status = done ? EXIT_SUCCESS : fail_either(&error, settings.input_name);
    vot_close(reader);
    return status;
}

const struct tool tool = {
    .name = "votcnv",
    .summary = "convert a VOTable to another format",
    .synopsis = "[options] [votable]",
    .operands = INPUT_OPERANDS,
    .description =
        "Converts one VOTable, of any version and serialization, to text, JSON, HTML, FITS or a VOTable of another "
        "serialization or indentation.\n\n"
        "Text, JSON and shtml show the first table of the only (for shtml: the first) RESOURCE; html shows the first "
        "table "
        "of each RESOURCE; FITS and VOTable output hold all tables. Cells of TABLEDATA are passed on as they are; "
        "numbers of binary data are written with the fewest digits that read back to the same value.",
    .options = options,
    .examples = examples,
    .environment = CONVERSION_ENVIRONMENT,
    .self_tests = self_tests,
    .run = run,
};
