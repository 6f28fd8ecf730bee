/* help.c - what -h prints: synopsis, operands, aligned options in both forms, examples. */
#include "cli/describe.h"

#include "base/buffer.h"

enum {
    WIDTH = 79,
    HELP_COLUMN = 28, /* where the explanations of options stand */
};

bool next_word(const char *list, struct slice *word) {
    if (!word->text) word->text = list;
    if (!word->text) return false;
    word->text += word->length;
    word->text += strspn(word->text, " ");
    word->length = strcspn(word->text, " ");
    return word->length > 0;
}

/* Columns on a terminal: code points, for the text is ours and has no wide ones. */
static size_t count_columns(struct slice text) {
    size_t columns = 0;
    for (size_t i = 0; i < text.length; i++) columns += (text.text[i] & 0xc0) != 0x80;
    return columns;
}

/* Words of `text`, the first at column `column` where the line stands, the next lines from `indent` on. */
static void write_wrapped(struct output *output, const char *text, size_t column, size_t indent) {
    size_t start = column;
    for (struct slice word = {0}; next_word(text, &word);) {
        size_t columns = count_columns(word);
        if (column > start && column + 1 + columns > WIDTH) {
            output_format(output, "\n%*s", (int)indent, "");
            column = start = indent;
        } else if (column > start) {
            output_write_string(output, " ");
            column++;
        }
        output_write_slice(output, word);
        column += columns;
    }
    output_write_string(output, "\n");
}

/* `-f, --fmt=FORMAT` */
static void append_forms(struct buffer *line, const struct option *option) {
    bool wants = option_wants_value(option), may_take = option->kind == OPTION_OPTIONAL;
    buffer_append_format(line, option->letter ? "  -%c" : "    ", option->letter);
    if (option->name) buffer_append_format(line, "%s --%s", option->letter ? "," : " ", option->name);
    const char *value = option->value ? option->value : "VALUE";
    if (wants) buffer_append_format(line, "%s%s", option->name ? "=" : " ", value);
    if (may_take) buffer_append_format(line, option->name ? "[=%s]" : "[%s]", value);
}

static void append_explanation(struct buffer *text, const struct option *option) {
    buffer_append_string(text, option->help);
    if (option->choices) buffer_append_format(text, ": %s", option->choices);
    if (option->standard && option->unit)
        buffer_append_format(text, " (default %s %s)", option->standard, option->unit);
    else if (option->standard)
        buffer_append_format(text, " (default %s)", option->standard);
    else if (option->unit)
        buffer_append_format(text, " (%s)", option->unit);
    const char *also = "; also";
    for (struct slice alias = {0}; next_word(option->aliases, &alias); also = "")
        buffer_append_format(text, "%s --%.*s", also, (int)alias.length, alias.text);
}

static void write_option(struct output *output, const struct option *option) {
    struct buffer forms = {0}, text = {0};
    append_forms(&forms, option);
    append_explanation(&text, option);
    output_write_buffer(output, &forms);
    size_t column = count_columns(buffer_slice(&forms));
    if (column + 2 > HELP_COLUMN) {
        output_write_string(output, "\n");
        column = 0;
    }
    output_format(output, "%*s", (int)(HELP_COLUMN - column), "");
    const char *explanation = buffer_string(&text);
    if (explanation)
        write_wrapped(output, explanation, HELP_COLUMN, HELP_COLUMN);
    else
        output_write_buffer(output, &text);
    buffer_free(&forms);
    buffer_free(&text);
}

static void write_options(struct output *output, const char *title, const struct option *table, bool common) {
    bool any = false;
    for (; table->id; table++) {
        if (option_is_common(table) != common || table->is_hidden) continue;
        if (!any) output_format(output, "\n%s:\n", title);
        any = true;
        write_option(output, table);
    }
}

void describe_help(const struct tool *tool, const struct option *table, struct output *output) {
    output_format(output, "%s - %s\n\n", tool->name, tool->summary);
    const char *form = tool->synopsis ? tool->synopsis : "[options]";
    for (const char *lead = "Usage:"; *form; lead = "   or:") {
        size_t length = strcspn(form, "\n");
        output_format(output, "%s %s %.*s\n", lead, tool->name, (int)length, form);
        form += length;
        form += *form == '\n';
    }
    if (tool->operands) {
        output_write_string(output, "\n");
        write_wrapped(output, tool->operands, 0, 0);
    }
    write_options(output, "Options", table, false);
    write_options(output, "General options", table, true);
    if (tool->examples && tool->examples->command) {
        output_write_string(output, "\nExamples:\n");
        for (const struct example *example = tool->examples; example->command; example++)
            output_format(output, "  %s\n      %s\n", example->command, example->text);
    }
    output_write_string(output, "\nLong names may be shortened, or written as name=value, flag+, flag-\n");
}
