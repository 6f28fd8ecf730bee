/* yaml.c - what --describe prints: the whole table, for descriptors to be checked against. */
#include "base/json.h"
#include "cli/describe.h"

static const char *kind_name(enum option_kind kind) {
    switch (kind) {
    case OPTION_FLAG: return "flag";
    case OPTION_COUNT: return "count";
    case OPTION_VALUE: return "value";
    case OPTION_INTEGER: return "integer";
    case OPTION_REAL: return "real";
    case OPTION_OPTIONAL: return "optional";
    case OPTION_ACTION: return "action";
    }
    return "flag";
}

/* A JSON string is a double-quoted scalar of YAML 1.2 (section 7.3.1): no word is taken for a number or a boolean. */
static void write_quoted(struct output *output, struct slice text) {
    struct buffer quoted = {0};
    json_append_string(&quoted, text);
    output_write_buffer(output, &quoted);
    buffer_free(&quoted);
}

static void write_entry(struct output *output, const char *indent, const char *key, const char *value) {
    if (!value) return;
    output_format(output, "%s%s: ", indent, key);
    write_quoted(output, slice_of(value));
    output_write_string(output, "\n");
}

static void write_list(struct output *output, const char *key, const char *words) {
    if (!words) return;
    output_format(output, "    %s: [", key);
    const char *comma = "";
    for (struct slice word = {0}; next_word(words, &word); comma = ", ") {
        output_write_string(output, comma);
        write_quoted(output, word);
    }
    output_write_string(output, "]\n");
}

static void write_option(struct output *output, const struct option *option) {
    output_format(output, "  - kind: %s\n", kind_name(option->kind));
    const char letter[] = {option->letter, '\0'};
    write_entry(output, "    ", "letter", option->letter ? letter : NULL);
    write_entry(output, "    ", "name", option->name);
    write_list(output, "aliases", option->aliases);
    write_entry(output, "    ", "value", option->value);
    write_entry(output, "    ", "help", option->help);
    write_list(output, "choices", option->choices);
    write_entry(output, "    ", "default", option->standard);
    write_entry(output, "    ", "unit", option->unit);
    if (option->is_repeatable) output_write_string(output, "    repeatable: true\n");
    if (option->is_new) output_write_string(output, "    new: true\n");
    if (option->is_hidden) output_write_string(output, "    hidden: true\n");
    if (option_is_common(option)) output_write_string(output, "    common: true\n");
}

void describe_yaml(const struct tool *tool, const struct option *table, struct output *output) {
    write_entry(output, "", "tool", tool->name);
    write_entry(output, "", "version", VOCLIENT_VERSION);
    write_entry(output, "", "summary", tool->summary);
    write_entry(output, "", "synopsis", tool->synopsis);
    write_entry(output, "", "operands", tool->operands);
    output_write_string(output, "options:\n");
    for (; table->id; table++) write_option(output, table);
    if (!tool->examples || !tool->examples->command) return;
    output_write_string(output, "examples:\n");
    for (const struct example *example = tool->examples; example->command; example++) {
        write_entry(output, "  - ", "command", example->command);
        write_entry(output, "    ", "text", example->text);
    }
}
