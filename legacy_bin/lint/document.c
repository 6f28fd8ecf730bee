/* document.c - see lint.h: a document opened, read to its end or to where it cannot be read any further, and judged. */
#include <stdlib.h>

#include "io/reference.h"
#include "lint/lint.h"
#include "lint/state.h"

static ptrdiff_t read_source(void *source, void *bytes, size_t room, struct error *error) {
    return source_read(source, bytes, room, error);
}

/* An encoding that nobody knows is a finding too. */
static bool explain_opening(struct lint *lint, struct error *error) {
    if (!error->is_input) return false;
    report_say(&lint->report, RULE_XML, (struct lint_place){1, 1}, SLICE(""), "%s", error->text);
    error_clear(error);
    return lint->is_stopped = true;
}

static bool open_document(struct lint *lint, struct error *error) {
    lint->no_lane = getenv("VOT_NO_LANE") != NULL;
    lint->source = source_open(lint->argument, SOURCE_DOCUMENT, NULL, error);
    if (!lint->source) return false;
    struct byte_reader from = {read_source, lint->source};
    if (!xml_open(&lint->xml, from, lint->no_lane, lint, error)) return explain_opening(lint, error);
    lint_walk(lint);
    return true;
}

/* What stopped expat is a finding too, unless it is the system's fault. */
static bool explain_stop(struct lint *lint, struct error *error) {
    if (lint->is_short) return error_set_memory(error);
    if (lint->is_stopped) return true;
    if (!error->is_input) return false;
    enum XML_Error code = XML_GetErrorCode(lint->xml.parser);
    bool is_expats = code != XML_ERROR_NONE && code != XML_ERROR_ABORTED;
    report_say(&lint->report, RULE_XML, lint_here(lint), SLICE(""), "%s%s: nothing behind it was checked",
               is_expats ? "not well-formed XML: " : "", is_expats ? XML_ErrorString(code) : error->text);
    error_clear(error);
    lint->is_stopped = true;
    return true;
}

static bool check_all(struct lint *lint, struct error *error) {
    while (!lint->xml.is_finished && !lint->is_stopped) {
        bool is_read = lint_rows_are_ready(lint) ? lint_rows_read(lint, error) : xml_pump(&lint->xml, error);
        if (!is_read && !explain_stop(lint, error)) return false;
    }
    if (!lint->is_stopped) references_finish(&lint->references, &lint->report);
    if (lint->is_short || lint->report.is_short) return error_set_memory(error);
    report_finish(&lint->report, lint->has_version ? lint_version_name(lint->schema.version) : NULL);
    return true;
}

/* What its messages begin with. */
static const char *shown_name(const char *argument) {
    bool is_text = argument && argument[strspn(argument, " \t\r\n")] == '<';
    return is_text ? "text" : reference_shown(argument);
}

bool lint_document(const char *argument, unsigned long repeats, struct output *output, bool *is_valid,
                   struct error *error) {
    struct lint *lint = calloc(1, sizeof *lint);
    if (!lint) return error_set_memory(error);
    lint->argument = argument;
    report_open(&lint->report, shown_name(argument), repeats, output);
    bool is_done = open_document(lint, error) && check_all(lint, error);
    *is_valid = is_done && lint->report.counts[LINT_ERROR] == 0;
    lint_rows_close(lint);
    tabledata_close(&lint->rows.tabledata);
    xml_close(&lint->xml);
    source_close(lint->source);
    tree_free(&lint->tree);
    references_close(&lint->references);
    text_map_free(&lint->names);
    report_close(&lint->report);
    free(lint);
    return is_done;
}
