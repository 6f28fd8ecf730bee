/* options.c - any command line: words between line ends. What is understood is within the table, and the words that are
 * operands are those given. Its complaints go to standard error: -close_fd_mask=2. */
#include "cli/options.h"
#include "fuzz.h"

static const struct option options[] = {
    {1, 'f', "fmt", OPTION_VALUE, "FORMAT", "a value", .choices = "vot csv"},
    {2, 'n', "noheader", OPTION_FLAG, NULL, "a flag", .aliases = "nohead bare"},
    {3, 'i', "indent", OPTION_INTEGER, "N", "an integer"},
    {4, 'x', "number", OPTION_REAL, "N", "a number"},
    {5, 'v', "verbose", OPTION_COUNT, NULL, "a count"},
    {6, 'c', "columns", OPTION_OPTIONAL, "WHAT", "a value that may be missing"},
    {7, 'w', "where", OPTION_VALUE, "TEXT", "a new one", .is_new = true, .is_repeatable = true},
    {8, 't', NULL, OPTION_ACTION, NULL, "an action"},
    {9, 'd', "depth", OPTION_INTEGER, "N", "an integer that may be missing", .bare = "3"},
    {0},
};

static void check(const struct tool *tool, const struct option *table, int argc, char **argv) {
    struct arguments arguments;
    int action = 0;
    enum parse_result result = options_parse(tool, table, argc, argv, &arguments, &action);
    hold(result == PARSE_RUN || result == PARSE_ACTION || result == PARSE_FAILED, "a result");
    size_t operands = 0, known = 0;
    while (table[known].id) known++;
    for (size_t i = 0; result == PARSE_RUN && i < arguments.count; i++) {
        const struct argument *item = &arguments.items[i];
        if (!item->option) {
            hold(item->value != NULL, "an operand is a word");
            if (operands++ == 0) hold(item->value == arguments.first_operand, "the first operand");
        } else {
            hold(item->option >= table && item->option < table + known, "an option of the table");
            hold(item->value || !option_wants_value(item->option), "a value where one is wanted");
        }
    }
    if (result == PARSE_RUN) {
        hold(operands == arguments.operand_count, "the number of operands");
        hold((operands == 0) == (arguments.first_operand == NULL), "a first operand");
        hold(arguments_count(&arguments, 5) <= arguments.count || argc > 1, "no more than were given");
        arguments_flag(&arguments, 2);
    }
    const struct argument *last = arguments.count > 0 ? &arguments.items[arguments.count - 1] : NULL;
    bool acts = last && last->option && last->option->kind == OPTION_ACTION && last->is_on;
    if (result == PARSE_RUN && !acts) { /* what stands before an action has no effect */
        arguments_integer(&arguments, 3, 7);
        arguments_integer(&arguments, 9, 7);
        double number = arguments_real(&arguments, 4, 0.5);
        hold(number == number, "a number is one");
    }
    options_free(&arguments);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct tool tool = {.name = "fuzz", .options = options};
    tool.numbers_are_operands = length > 0 && bytes[0] & 1;
    tool.stops_at_operand = length > 0 && bytes[0] & 2;
    char *words[66] = {"fuzz"}, *text = malloc(length + 1);
    int count = 1;
    if (!text) return 0;
    memcpy(text, bytes, length);
    text[length] = '\0';
    for (char *at = text; count < 65 && at < text + length; at += strlen(at) + 1) {
        words[count++] = at;
        char *end = strchr(at, '\n');
        if (end) *end = '\0';
    }
    struct option *table = options_collect(&tool);
    hold(table != NULL, "there is memory");
    check(&tool, table, count, words);
    free(table);
    free(text);
    return 0;
}
