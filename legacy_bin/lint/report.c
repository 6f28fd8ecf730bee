/* report.c - see report.h. */
#include "lint/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/visible.h"
#include "cli/opset.h"

enum {
    CHANNEL_MAXIMUM = 10000, /* the channel's list is kept in memory until it is complete */
    KINDS_MAXIMUM = 10000,   /* behind that many, findings differ by their rule alone */
};

struct lint_kind {
    enum lint_rule rule;
    struct lint_place first;
    uint64_t count;
};

void report_open(struct lint_report *report, const char *input, unsigned long repeats, struct output *output) {
    *report = (struct lint_report){.input = input, .repeats = repeats, .output = output};
}

int report_shown(struct slice text) {
    if (text.length <= REPORT_SHOWN) return (int)text.length;
    int length = REPORT_SHOWN;
    while (length > REPORT_SHOWN - 4 && ((unsigned char)text.text[length] & 0xC0) == 0x80) length--;
    return length;
}

static struct lint_kind *add_kind(struct lint_report *report, enum lint_rule rule, struct lint_place place) {
    if (report->kind_count == report->kind_capacity) {
        size_t capacity = report->kind_capacity ? 2 * report->kind_capacity : 16;
        struct lint_kind *kinds = reallocarray(report->kinds, capacity, sizeof *kinds);
        if (!kinds) return NULL;
        report->kinds = kinds;
        report->kind_capacity = capacity;
    }
    struct lint_kind *kind = &report->kinds[report->kind_count++];
    *kind = (struct lint_kind){rule, place, 0};
    return kind;
}

/* NULL: no memory. */
static struct lint_kind *find_kind(struct lint_report *report, enum lint_rule rule, struct lint_place place,
                                   struct slice subject) {
    struct buffer key = {0};
    bool is_new = false;
    struct text_entry *entry = NULL;
    if (report->kind_count >= KINDS_MAXIMUM) subject.length = 0;
    if (buffer_append_format(&key, "%d ", (int)rule) && buffer_append_slice(&key, subject))
        entry = text_map_add(&report->places, buffer_slice(&key), &is_new);
    buffer_free(&key);
    if (!entry) return NULL;
    if (!is_new) return &report->kinds[entry->number];
    entry->number = report->kind_count;
    return add_kind(report, rule, place);
}

/* A finding that the channel will be told of. */
struct lint_told {
    enum lint_rule rule;
    struct lint_place place;
    struct slice text;
    struct lint_told *next;
};

static bool keep_for_channel(struct lint_report *report, enum lint_rule rule, struct lint_place place,
                             struct slice text) {
    if (!opset_is_open() || report->told_count == CHANNEL_MAXIMUM) return true;
    struct lint_told *told = arena_allocate(&report->arena, sizeof *told);
    if (!told) return false;
    *told = (struct lint_told){rule, place, arena_copy(&report->arena, text), NULL};
    *(report->last_told ? &report->last_told->next : &report->told) = told;
    report->last_told = told;
    report->told_count++;
    return told->text.text != NULL;
}

static void send_number(const char *name, unsigned long number) {
    json_member(slice_of(name));
    if (number)
        json_integer((int64_t)number);
    else
        json_null();
}

static void send_text(const char *name, struct slice text) {
    json_member(slice_of(name));
    json_text(text);
}

static void send(const struct lint_told *told) {
    json_object_begin();
    send_number("line", told->place.line);
    send_number("column", told->place.column);
    send_text("severity", slice_of(lint_severity_name(lint_rule_severity(told->rule))));
    send_text("text", told->text);
    send_text("rule", slice_of(lint_rule_name(told->rule)));
    send_text("source", slice_of(lint_rule_source(told->rule)));
    json_object_end();
}

static void send_all(const struct lint_report *report) {
    opset_begin("messages");
    json_array_begin();
    for (const struct lint_told *told = report->told; told; told = told->next) send(told);
    json_array_end();
    opset_end();
    opset_begin("valid");
    json_boolean(report->counts[LINT_ERROR] == 0);
    opset_end();
    opset_integer("errors", (int64_t)report->counts[LINT_ERROR]);
    opset_integer("warnings", (int64_t)report->counts[LINT_WARNING]);
}

/* "stars.xml:12:5: Error: what [rule]" */
static bool tell(struct lint_report *report, enum lint_rule rule, struct lint_place place, struct slice text) {
    struct buffer line = {0};
    bool done = visible_append(&line, slice_of(report->input));
    if (place.line) done = done && buffer_append_format(&line, ":%lu", place.line);
    if (place.line && place.column) done = done && buffer_append_format(&line, ":%lu", place.column);
    done = done && buffer_append_format(&line, ": %s: ", lint_severity_name(lint_rule_severity(rule)));
    done = done && visible_append(&line, text);
    done = done && buffer_append_format(&line, " [%s]\n", lint_rule_name(rule));
    if (done) output_write_slice(report->output, buffer_slice(&line));
    buffer_free(&line);
    return done;
}

void report_say(struct lint_report *report, enum lint_rule rule, struct lint_place place, struct slice subject,
                const char *format, ...) {
    report->counts[lint_rule_severity(rule)]++;
    struct lint_kind *kind = find_kind(report, rule, place, subject);
    if (kind) kind->count++;
    if (kind && report->repeats && kind->count > report->repeats) return;
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) text = NULL;
    va_end(arguments);
    bool is_told = kind && text && tell(report, rule, place, slice_of(text)) &&
                   keep_for_channel(report, rule, place, slice_of(text));
    if (!is_told) report->is_short = true;
    free(text);
}

static void write_input(struct lint_report *report) {
    struct buffer input = {0};
    visible_append(&input, slice_of(report->input));
    output_write_buffer(report->output, &input);
    buffer_free(&input);
}

/* "3 errors" */
static void write_count(struct lint_report *report, enum lint_severity severity, const char *word) {
    uint64_t count = report->counts[severity];
    output_format(report->output, "%" PRIu64 " %s%s", count, word, count == 1 ? "" : "s");
}

void report_finish(struct lint_report *report, const char *version) {
    struct output *output = report->output;
    for (size_t i = 0; i < report->kind_count && report->repeats; i++) {
        const struct lint_kind *kind = &report->kinds[i];
        if (kind->count <= report->repeats) continue;
        write_input(report);
        output_format(output, ": %s: %" PRIu64 " more like that of line %lu [%s]\n",
                      lint_severity_name(lint_rule_severity(kind->rule)), kind->count - report->repeats,
                      kind->first.line, lint_rule_name(kind->rule));
    }
    write_input(report);
    bool is_valid = report->counts[LINT_ERROR] == 0;
    output_format(output, ": %s VOTable%s%s: ", is_valid ? "valid" : "not a valid", version ? " " : "",
                  version ? version : "");
    write_count(report, LINT_ERROR, "error");
    output_write_string(output, ", ");
    write_count(report, LINT_WARNING, "warning");
    output_write_string(output, "\n");
    send_all(report);
}

void report_close(struct lint_report *report) {
    text_map_free(&report->places);
    arena_free(&report->arena);
    free(report->kinds);
    *report = (struct lint_report){0};
}
