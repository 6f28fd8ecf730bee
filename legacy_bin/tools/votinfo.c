/* votinfo.c - reports the structure of a VOTable: a readable summary, or one requested fact. */
#include <stdlib.h>

#include "cli/message.h"
#include "cli/opset.h"
#include "cli/tool.h"
#include "lint/lint.h"
#include "table/facts.h"
#include "tools/input.h"
#include "votable/reader.h"

enum {
    BRIEF = 1,
    VERBOSE,
    COLUMNS,
    DESCRIPTION,
    INFO,
    PARAM,
    NUMBER_OF,
    QUERY_STATUS,
    SIZE,
    WARN,
    OUTPUT,
    LINT,
    REPEATS
};

static const struct option options[] = {
    {BRIEF, 'b', "brief", OPTION_FLAG, .help = "Summary without column list; cancels an earlier -v"},
    {VERBOSE, 'v', "verbose", OPTION_COUNT, .help = "Summary plus column list; twice: plus column descriptions",
     .is_repeatable = true},
    {COLUMNS, 'c', "columns", OPTION_OPTIONAL, "WHAT", "Column table, or only one attribute of each column",
     .choices = "id name ucd", .detail = "With -v, the columns' descriptions are shown too."},
    {DESCRIPTION, 'd', "description", OPTION_FLAG, .help = "Description text"},
    {INFO, 'i', "info", OPTION_FLAG, .help = "INFO elements"},
    {PARAM, 'p', "param", OPTION_FLAG, .help = "PARAM elements"},
    {NUMBER_OF, 'n', "numberOf", OPTION_VALUE, "WORD", "Count of something",
     .choices = "param info rows cols resources table field group link coosys",
     .detail = "param and info are counted in the first RESOURCE; table, field, group, link and coosys in the whole "
               "document."},
    {QUERY_STATUS, 'q', "query_status", OPTION_FLAG, .help = "Query status code: 0 OK, 1 another value, -1 none"},
    {SIZE, 's', "size", OPTION_FLAG, .help = "Table size: rows and columns"},
    {WARN, 'w', "warn", OPTION_COUNT, .help = "Parser warnings on stderr; twice: labelled as errors",
     .detail =
         "They tell of elements that are deprecated: DEFINITIONS, and COOSYS before VOTable 1.4, which has it again.",
     .is_repeatable = true},
    {OUTPUT, 'o', "output", OPTION_VALUE, "FILE", "Where to write", .standard = "stdout", .is_new = true},
    {LINT, 0, "lint", OPTION_FLAG, .help = "Check the document against the standard, instead of a report",
     .detail =
         "Every element, attribute, reference and cell is held against the VOTable version that the document "
         "declares (1.0 to 1.5). What is found is told a line each: FILE:LINE:COLUMN: Error, Warning or Info, what "
         "was found and what is accepted, and the rule in brackets. The last line says whether the document is "
         "valid: it is when there are no errors.",
     .is_new = true},
    {REPEATS, 0, "repeats", OPTION_INTEGER, "N", "With --lint: tell N findings of one kind, 0 for all", .standard = "4",
     .is_new = true},
    {0},
};

static const struct example examples[] = {
    {"votinfo stars.xml", "a summary"},
    {"votinfo -s stars.xml", "rows and columns, as two numbers"},
    {"votinfo -n rows stars.xml", "the number of rows"},
    {"cat stars.xml | votinfo -c", "the columns of a table on standard input"},
    {"votinfo --lint stars.xml", "whether it is a valid VOTable, and if not, why"},
    {0},
};

static const char *const self_tests[] = {
    "",   "-b",     "-v",      "-v -v",  "-c",     "-cid",         "-d",       "-i",       "-p",    "-q",
    "-s", "-n row", "-n cols", "-n res", "-n inf", "--numberOf=p", "-n field", "-n table", "-w -s", NULL,
};

/* What -n can count. */
static const struct countable {
    const char *word;
    enum vot_element element;
    bool in_document; /* not only in the first RESOURCE */
} countables[] = {
    {"param", VOT_PARAM, false},  {"info", VOT_INFO, false},          {"rows", VOT_TABLEDATA, false},
    {"cols", VOT_FIELD, false},   {"resources", VOT_RESOURCE, false}, {"table", VOT_TABLE, true},
    {"field", VOT_FIELD, true},   {"group", VOT_GROUP, true},         {"link", VOT_LINK, true},
    {"coosys", VOT_COOSYS, true},
};
enum { COUNTABLE_COUNT = sizeof countables / sizeof *countables };

/* The only word that starts with `request`, case ignored, or NULL. */
static const struct countable *find_prefix(struct slice request) {
    const struct countable *found = NULL;
    for (size_t i = 0; i < COUNTABLE_COUNT && request.length; i++) {
        const char *word = countables[i].word;
        if (request.length > strlen(word) || strncasecmp(word, request.text, request.length) != 0) continue;
        if (found) return NULL;
        found = &countables[i];
    }
    return found;
}

/* Words may be abbreviated, and have an `s` that the word lacks. */
static const struct countable *find_countable(const char *request) {
    struct slice word = slice_of(request);
    const struct countable *found = find_prefix(word);
    if (found || !word.length || (word.text[word.length - 1] | 0x20) != 's') return found;
    word.length--;
    return find_prefix(word);
}

static uint64_t count(const struct facts *facts, const struct countable *what) {
    if (what->in_document) return facts_count_all(facts, what->element);
    switch (what->element) {
    case VOT_TABLEDATA: return facts_rows(facts);
    case VOT_FIELD: return facts_columns(facts);
    case VOT_RESOURCE: return vot_count_children(facts->root, VOT_RESOURCE);
    default: return vot_count_children(facts->resource, what->element);
    }
}

/* -v counted since the last -b. */
static unsigned detail(const struct arguments *arguments) {
    unsigned level = 0;
    for (size_t i = 0; i < arguments->count; i++) {
        const struct argument *item = &arguments->items[i];
        if (!item->option || (item->option->id != BRIEF && item->option->id != VERBOSE)) continue;
        level = item->option->id == VERBOSE && item->is_on ? level + 1 : 0;
    }
    return level;
}

/* The attribute that -cid, -cname, -cucd ask for: the first letter decides. NULL: all; "": none of them. */
static const char *column_attribute(const struct arguments *arguments) {
    const char *value = arguments_value(arguments, COLUMNS);
    if (!value || !*value) return NULL;
    switch (value[0] | 0x20) {
    case 'i': return "ID";
    case 'n': return "name";
    case 'u': return "ucd";
    default: return "";
    }
}

static void warn(const struct facts *facts, unsigned level) {
    const char *label = level > 1 ? "Error" : "Warning";
    struct slice version = vot_attribute(facts->root, "version");
    bool is_before_1_4 = version.length < 3 || strncmp(version.text, "1.4", 3) < 0; /* which has COOSYS again */
    if (facts_count_all(facts, VOT_DEFINITIONS) > 0) message("%s: <DEFINITIONS> element was deprecated in v1.1", label);
    if (is_before_1_4 && facts_count_all(facts, VOT_COOSYS) > 0)
        message("%s: <COOSYS> element was deprecated in v1.2", label);
}

static void write_description(const struct facts *facts, struct output *output) {
    struct slice text = facts_description(facts, facts->root);
    if (!text.length) text = facts_description(facts, facts->resource);
    output_write_slice(output, text.length ? text : SLICE("none"));
    output_write_string(output, "\n");
}

/* One fact, when one was asked for. */
static bool write_fact(const struct facts *facts, const struct arguments *arguments, struct output *output) {
    const char *request = arguments_value(arguments, NUMBER_OF);
    if (request) {
        output_format(output, "%llu\n", (unsigned long long)count(facts, find_countable(request)));
    } else if (arguments_flag(arguments, SIZE)) {
        output_format(output, "%llu %llu\n", (unsigned long long)facts_rows(facts),
                      (unsigned long long)facts_columns(facts));
    } else if (arguments_flag(arguments, DESCRIPTION)) {
        write_description(facts, output);
    } else if (arguments_flag(arguments, PARAM)) {
        facts_write_values(facts, VOT_PARAM, output);
    } else if (arguments_flag(arguments, INFO)) {
        facts_write_values(facts, VOT_INFO, output);
    } else if (arguments_flag(arguments, QUERY_STATUS)) {
        output_format(output, "%d\n", facts_query_status(facts));
    } else {
        return false;
    }
    return true;
}

/* -c stands between -s and -d in precedence, and is not silenced by -r. */
static bool wants_columns(const struct arguments *arguments) {
    return arguments_flag(arguments, COLUMNS) && !arguments_value(arguments, NUMBER_OF) &&
           !arguments_flag(arguments, SIZE);
}

static bool wants_fact(const struct arguments *arguments) {
    static const int facts[] = {SIZE, DESCRIPTION, PARAM, INFO, QUERY_STATUS};
    bool wants = arguments_value(arguments, NUMBER_OF) != NULL;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) wants = wants || arguments_flag(arguments, facts[i]);
    return wants && !wants_columns(arguments);
}

static void write_report(const struct facts *facts, const char *name, const struct arguments *arguments,
                         struct output *output) {
    const char *attribute = column_attribute(arguments);
    if (wants_fact(arguments))
        write_fact(facts, arguments, output);
    else if (!wants_columns(arguments))
        facts_write_summary(facts, name, detail(arguments), output);
    else if (attribute)
        facts_write_attribute(facts, attribute, output);
    else
        facts_write_columns(facts, detail(arguments) > 0, output);
}

static enum vot_event read_all(struct vot_reader *reader, struct error *error) {
    enum vot_event event = vot_next(reader, error);
    while (event > VOT_END) event = event == VOT_ROWS ? vot_skip_rows(reader, error) : vot_next(reader, error);
    return event;
}

static int report(struct vot_reader *reader, const struct arguments *arguments) {
    struct error error = {0};
    if (read_all(reader, &error) == VOT_ERROR) return fail_input(&error, vot_input_name(reader));
    struct facts facts = facts_of(vot_root(reader), vot_arena(reader));
    if (arguments_flag(arguments, WARN)) warn(&facts, arguments_count(arguments, WARN));
    bool is_discarded = arguments_return(arguments) && wants_fact(arguments);
    struct output *output =
        is_discarded ? output_open_nowhere(&error) : output_open(arguments_value(arguments, OUTPUT), &error);
    if (!output) return fail_error(&error);
    write_report(&facts, vot_input_name(reader), arguments, output);
    facts_tell(&facts);
    return output_commit(output, &error) ? EXIT_SUCCESS : fail_error(&error);
}

static int lint(const struct arguments *arguments) {
    long repeats = arguments_integer(arguments, REPEATS, 4);
    if (repeats < 0) return fail("Error: invalid number of repeats '%ld': a number from 0 is expected", repeats);
    struct error error = {0};
    struct output *output = output_open(arguments_value(arguments, OUTPUT), &error);
    if (!output) return fail_error(&error);
    bool is_valid;
    if (!lint_document(arguments->first_operand, (unsigned long)repeats, output, &is_valid, &error)) {
        output_discard(output);
        return fail_input(&error, arguments->first_operand);
    }
    if (!output_commit(output, &error)) return fail_error(&error);
    if (is_valid) return EXIT_SUCCESS;
    opset_error("the document is not valid");
    return EXIT_FAILURE;
}

static int run(const struct arguments *arguments) {
    if (arguments_flag(arguments, LINT)) return lint(arguments);
    const char *request = arguments_value(arguments, NUMBER_OF);
    if (request && !find_countable(request)) return fail("Unknown number request '%s'", request);
    const char *attribute = column_attribute(arguments);
    if (attribute && !*attribute)
        return fail("Unknown column attribute '%s' (id, name or ucd)", arguments_value(arguments, COLUMNS));
    struct error error = {0};
    struct vot_reader *reader = vot_open(arguments->first_operand, &error);
    if (!reader) return fail_input(&error, arguments->first_operand);
    int status = report(reader, arguments);
    vot_close(reader);
    return status;
}

const struct tool tool = {
    .name = "votinfo",
    .summary = "report the structure of a VOTable",
    .synopsis = "[options] [votable]",
    .operands = INPUT_OPERANDS,
    .description =
        "Tells what is in a VOTable of any version and serialization: a readable summary, or one requested fact. "
        "If several are asked for, only one is told; in this order: -n, -s, -c, -d, -p, -i, -q, the summary.\n\n"
        "What is told is about the first RESOURCE and its first TABLE (or that of a RESOURCE inside it).",
    .options = options,
    .examples = examples,
    .exit_status = "With --lint, 0 means that the document is valid (warnings do not count), 1 that it is not.",
    .environment = INPUT_ENVIRONMENT,
    .self_tests = self_tests,
    .run = run,
};
