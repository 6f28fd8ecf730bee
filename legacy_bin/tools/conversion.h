/* conversion.h - the options of tools that write a table in any format: -f -i -n -o --threads. Who starts a tool to
 * read its table may say in the environment how it is to come, when no option says it: VOCLIENT_TABLES. */
#ifndef TOOLS_CONVERSION_H
#define TOOLS_CONVERSION_H

#include <limits.h>
#include <stdlib.h>

#include "cli/opset.h"
#include "tools/input.h"
#include "tools/resources.h"
#include "votable/sink.h"

enum { OPTION_FORMAT = 101, OPTION_INDENT, OPTION_NOHEADER, OPTION_OUTPUT };

#define CONVERSION_FORMATS "vot asv bsv csv tsv html shtml fits ascii xml raw votb votb2 votfits ecsv json jsonl"
#define CONVERSION_FORMATS_DETAIL                                                                                   \
    "vot, xml and raw are a VOTable with TABLEDATA, votb, votb2 and votfits one with BINARY, BINARY2 and FITS. "    \
    "asv (or ascii), bsv, csv and tsv are text with blanks, bars, commas and tabs between the cells; ecsv is text " \
    "with commas behind a header that says what the columns are; json is one object with the rows as lists, jsonl " \
    "an object a row, a line each; html is a page, shtml a single table. The original's names may be abbreviated."

#define FORMAT_OPTION                                                                             \
    {                                                                                             \
        OPTION_FORMAT, 'f', "fmt", OPTION_VALUE, "FORMAT", "Output format",                       \
            .choices = CONVERSION_FORMATS, .standard = "xml", .detail = CONVERSION_FORMATS_DETAIL \
    }
#define INDENT_OPTION                                                                                              \
    {                                                                                                              \
        OPTION_INDENT, 'i', "indent", OPTION_INTEGER, "N", "Blanks for each level of a VOTable, 0: one long line", \
            .standard = "0"                                                                                        \
    }
#define NOHEADER_OPTION(letter) \
    { OPTION_NOHEADER, letter, "noheader", OPTION_FLAG, .help = "Leave out the line of labels (asv, bsv, csv, tsv)" }
#define OUTPUT_OPTION \
    { OPTION_OUTPUT, 'o', "output", OPTION_VALUE, "FILE", "Where to write", .standard = "stdout" }

#define CONVERSION_OPTIONS FORMAT_OPTION, INDENT_OPTION, NOHEADER_OPTION('n'), OUTPUT_OPTION, THREADS_OPTION

#define CONVERSION_ENVIRONMENT                                                                                        \
    INPUT_ENVIRONMENT                                                                                                 \
    "VOCLIENT_TABLES\tthe data of VOTables on standard output when no format is asked for: TABLEDATA (as when it is " \
    "not set), or BINARY2 where all values fit their FIELDs\n"

/* The format when none is asked for. false: the environment names none, and that has been said. */
static inline bool conversion_default(const struct arguments *arguments, enum format *format) {
    const char *tables = getenv("VOCLIENT_TABLES");
    bool is_exchange = tables && strcmp(tables, "BINARY2") == 0;
    *format = FORMAT_VOTABLE;
    if (!tables || !*tables || !output_is_standard(arguments_value(arguments, OPTION_OUTPUT))) return true;
    if (is_exchange) *format = FORMAT_EXCHANGE;
    if (is_exchange || strcmp(tables, "TABLEDATA") == 0) return true;
    fail("Error: VOCLIENT_TABLES is '%s': TABLEDATA or BINARY2 is expected", tables);
    return false;
}

/* What the options say. false: a value is none of those accepted, and that has been said. */
static inline bool conversion_settings(const struct arguments *arguments, struct sink_settings *settings) {
    const char *format = arguments_value(arguments, OPTION_FORMAT);
    long indent = arguments_integer(arguments, OPTION_INDENT, 0);
    if (format)
        settings->format = format_parse(format);
    else if (!conversion_default(arguments, &settings->format))
        return false;
    settings->indent = indent < 0 ? 0 : indent > SHRT_MAX ? SHRT_MAX : (int)indent;
    settings->no_header = arguments_flag(arguments, OPTION_NOHEADER);
    if (settings->format == FORMAT_INVALID) {
        fail("Error: invalid format '%s'", format);
        return false;
    }
    return resources_threads(arguments, &settings->threads);
}

/* The output that the options ask for. NULL with error set. */
static inline struct output *conversion_output(const struct arguments *arguments, struct error *error) {
    return output_open(arguments_value(arguments, OPTION_OUTPUT), error);
}

/* The end of both, either may be NULL. Returns whether all was `done` and is in its place. */
static inline bool conversion_close(struct sink *sink, struct output *output, bool done, struct error *error) {
    sink_settle(sink, error);
    sink_close(sink);
    return output_close(output, done, error);
}

/* What was written, for the tasking framework. */
static inline void conversion_report(const struct arguments *arguments, enum format format, uint64_t rows,
                                     size_t columns) {
    const char *file = arguments_value(arguments, OPTION_OUTPUT);
    opset_text("format", slice_of(format_name(format)));
    opset_integer("rows", (int64_t)rows);
    opset_integer("cols", (int64_t)columns);
    if (file) opset_text("output", slice_of(file));
}

#endif
