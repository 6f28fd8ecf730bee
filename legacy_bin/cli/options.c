/* options.c - the command line's grammar: every spelling of an option, in the order of the command line. */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "cli/message.h"

static const struct option common_options[] = {
    {COMMON_HELP, 'h', "help", OPTION_ACTION, NULL, "Show this help and exit"},
    {COMMON_RETURN, 'r', "return", OPTION_FLAG, NULL, "Hand the result to a calling program instead of printing it"},
    {COMMON_TEST, '%', "test", OPTION_OPTIONAL, "FILE", "Run the built-in self tests, on this table",
     .detail = "The exit status is the number of tests that failed."},
    {COMMON_VERSION, 0, "version", OPTION_ACTION, NULL, "Show the version and exit", .is_new = true},
    {COMMON_DESCRIBE, 0, "describe", OPTION_ACTION, NULL, "Describe all options in YAML and exit", .is_new = true},
    {COMMON_MAN_PAGE, 0, "man-page", OPTION_ACTION, NULL, "Print the manual page (for man -l -) and exit",
     .is_new = true},
    {COMMON_COMPLETION, 0, "completion", OPTION_VALUE, "SHELL", "Print a completion script for this shell and exit",
     .choices = "bash zsh fish", .is_new = true},
};
enum { COMMON_COUNT = sizeof common_options / sizeof *common_options };

bool option_is_common(const struct option *option) {
    return option->id < 0;
}

bool option_wants_value(const struct option *option) {
    return option->kind == OPTION_VALUE || option->kind == OPTION_INTEGER || option->kind == OPTION_REAL;
}

/* Long names of an option: its name, then the words of `aliases`. Starts with *name == NULL. */
static bool next_name(const struct option *option, struct slice *name) {
    const char *from = name->text ? name->text + name->length : option->name;
    bool is_alias = name->text && !(option->name && name->text == option->name);
    if (name->text && !is_alias) from = option->aliases;
    if (!from) return false;
    from += strspn(from, " ");
    *name = (struct slice){from, strcspn(from, " ")};
    return name->length > 0;
}

bool option_has_name(const struct option *option, const char *name, size_t length) {
    for (struct slice own = {0}; next_name(option, &own);)
        if (slice_equal(own, (struct slice){name, length})) return true;
    return false;
}

static bool option_has_prefix(const struct option *option, const char *prefix, size_t length) {
    for (struct slice own = {0}; next_name(option, &own);)
        if (length < own.length && memcmp(own.text, prefix, length) == 0) return true;
    return false;
}

static const struct option *find_letter(const struct option *table, char letter) {
    for (; table->id; table++)
        if (letter && table->letter == letter) return table;
    return NULL;
}

static const struct option *find_exact(const struct option *table, const char *name, size_t length) {
    for (; table->id; table++)
        if (option_has_name(table, name, length)) return table;
    return NULL;
}

/* Exact, or an abbreviation of names that the original had too. *is_ambiguous: of several of them. */
static const struct option *find_name(const struct option *table, const char *name, size_t length, bool *is_ambiguous) {
    *is_ambiguous = false;
    const struct option *found = find_exact(table, name, length);
    if (found || length == 0) return found;
    for (; table->id; table++) {
        if (table->is_new || !option_has_prefix(table, name, length)) continue;
        if (found && found->id != table->id) *is_ambiguous = true;
        if (!found) found = table;
    }
    return *is_ambiguous ? NULL : found;
}

struct option *options_collect(const struct tool *tool) {
    size_t own = 0;
    while (tool->options[own].id) own++;
    struct option *table = calloc(own + COMMON_COUNT + 1, sizeof *table);
    if (!table) return NULL;
    memcpy(table, tool->options, own * sizeof *table);
    size_t count = own;
    for (size_t i = 0; i < COMMON_COUNT; i++) {
        struct option option = common_options[i];
        if (find_letter(tool->options, option.letter)) option.letter = 0;
        if (find_exact(tool->options, option.name, strlen(option.name))) option.name = NULL;
        if (option.letter || option.name) table[count++] = option;
    }
    return table;
}

/* The state of one parse. */
struct parser {
    const struct tool *tool;
    const struct option *table;
    char **next; /* the next word, NULL at the end */
    struct argument *items;
    size_t count;
    size_t capacity;
    struct arguments *arguments;
    const struct option *action; /* a common option that acts now */
    bool is_over;                /* nothing more is read */
    bool only_operands;          /* after `--` */
    bool has_failed;
    bool is_traced;
};

static void fail_usage(struct parser *parser) {
    message("Use '%s -h' for a list of the options.", parser->tool->name);
    parser->has_failed = true;
}

static void push(struct parser *parser, struct argument item) {
    if (parser->count == parser->capacity) {
        size_t capacity = parser->capacity ? parser->capacity * 2 : 16;
        struct argument *items = reallocarray(parser->items, capacity, sizeof *items);
        if (!items) {
            fail("not enough memory for the arguments");
            parser->has_failed = true;
            return;
        }
        parser->items = items;
        parser->capacity = capacity;
    }
    parser->items[parser->count++] = item;
    if (parser->is_traced && item.option)
        message("PARAM_DBG: option -%c --%s, value '%s', %s", item.option->letter ? item.option->letter : '-',
                item.option->name ? item.option->name : "", item.value ? item.value : "", item.is_on ? "on" : "off");
    else if (parser->is_traced)
        message("PARAM_DBG: operand '%s'", item.value);
}

static void add_operand(struct parser *parser, const char *word) {
    push(parser, (struct argument){.value = word, .is_on = true, .is_literal = parser->only_operands});
    if (parser->arguments->operand_count++ == 0) parser->arguments->first_operand = word;
    if (parser->tool->stops_at_operand) parser->only_operands = true;
}

static void add_option(struct parser *parser, const struct option *option, const char *value, bool is_on) {
    push(parser, (struct argument){.option = option, .value = value, .is_on = is_on});
    bool acts = option->kind == OPTION_ACTION || option->id == COMMON_COMPLETION;
    if (acts && is_on) {
        parser->is_over = true;
        if (option_is_common(option)) parser->action = option;
    }
}

enum truth { TRUTH_NEITHER = -1, TRUTH_NO, TRUTH_YES };

static enum truth read_truth(const char *word) {
    static const char *const yes[] = {"", "1", "yes", "true", "on", "y", "t"};
    static const char *const no[] = {"0", "no", "false", "off", "n", "f"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (strcasecmp(word, yes[i]) == 0) return TRUTH_YES;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (strcasecmp(word, no[i]) == 0) return TRUTH_NO;
    return TRUTH_NEITHER;
}

/* `-v -v` as `verbose=2`. */
static bool is_repetition(const struct option *option, const char *value) {
    return option->kind == OPTION_COUNT && strlen(value) <= 3 && value[strspn(value, "0123456789")] == '\0';
}

static bool fits(const struct option *option, const char *value) {
    bool takes_value = option_wants_value(option) || option->kind == OPTION_OPTIONAL;
    return takes_value || read_truth(value) != TRUTH_NEITHER || is_repetition(option, value);
}

/* `--name=value` in any of its spellings; `word` is what the user typed. */
static void add_assigned(struct parser *parser, const struct option *option, const char *value, const char *word) {
    if (option_wants_value(option) || option->kind == OPTION_OPTIONAL) {
        add_option(parser, option, value, true);
    } else if (!fits(option, value)) {
        fail("%s: option '%s' is switched by yes or no, not by '%s'", parser->tool->name, word, value);
        fail_usage(parser);
    } else {
        enum truth truth = read_truth(value);
        add_option(parser, option, truth == TRUTH_NEITHER ? value : NULL, truth != TRUTH_NO);
    }
}

static bool read_integer(const char *text, long *value) {
    size_t sign = text[0] == '+' || text[0] == '-';
    if (!text[sign] || text[sign + strspn(text + sign, "0123456789")]) return false;
    errno = 0;
    *value = strtol(text, NULL, 10);
    return errno == 0;
}

/* `--name` or `-n` without a value of its own: a mandatory one is the next word, whatever it looks like. */
static bool add_bare(struct parser *parser, const struct option *option) {
    long integer;
    if (!option_wants_value(option)) {
        add_option(parser, option, NULL, true);
        return true;
    }
    if (option->bare && !(*parser->next && read_integer(*parser->next, &integer))) {
        add_option(parser, option, option->bare, true);
        return true;
    }
    if (!*parser->next) return false;
    add_option(parser, option, *parser->next++, true);
    return true;
}

static void list_ambiguous(struct parser *parser, const char *word, size_t length) {
    char *names = NULL;
    for (const struct option *option = parser->table; option->id; option++) {
        if (option->is_new || !option_has_prefix(option, word + 2, length)) continue;
        char *more = NULL;
        if (asprintf(&more, "%s '--%s'", names ? names : "", option->name) < 0) break;
        free(names);
        names = more;
    }
    fail("%s: option '%s' is ambiguous; possibilities:%s", parser->tool->name, word, names ? names : "");
    free(names);
    fail_usage(parser);
}

/* `--name`, `--name=value`, and `-name` when `dashes` is 1. */
static void parse_long(struct parser *parser, const char *word, int dashes) {
    const char *name = word + dashes;
    size_t length = strcspn(name, "=");
    bool is_ambiguous;
    const struct option *option = find_name(parser->table, name, length, &is_ambiguous);
    if (is_ambiguous) {
        list_ambiguous(parser, word, length);
    } else if (!option) {
        fail("%s: unrecognized option '%s'", parser->tool->name, word);
        fail_usage(parser);
    } else if (name[length] == '=') {
        add_assigned(parser, option, name + length + 1, word);
    } else if (!add_bare(parser, option)) {
        fail("%s: option '%.*s%s' requires an argument", parser->tool->name, dashes, "--", option->name);
        fail_usage(parser);
    }
}

static void fail_letter(struct parser *parser, char letter) {
    fail("%s: invalid option -- '%c'", parser->tool->name, letter);
    fail_usage(parser);
}

/* `-abc`: letters without value; the last may take one, glued or as the next word. */
static void parse_cluster(struct parser *parser, const char *word) {
    for (const char *letter = word + 1; *letter && !parser->is_over && !parser->has_failed; letter++) {
        const struct option *option = find_letter(parser->table, *letter);
        if (!option) {
            fail_letter(parser, *letter);
        } else if (letter[1] && (option_wants_value(option) || option->kind == OPTION_OPTIONAL)) {
            add_option(parser, option, letter + 1, true);
            return;
        } else if (!add_bare(parser, option)) {
            fail("%s: option requires an argument -- '%c'", parser->tool->name, *letter);
            fail_usage(parser);
        }
    }
}

static bool is_number(const struct parser *parser, const char *word) {
    const char *digits = word + 1;
    size_t length = strlen(digits);
    if (!isdigit((unsigned char)digits[digits[0] == '.'])) return false;
    if (strspn(digits, "0123456789.:,+-eE") != length || isalpha((unsigned char)digits[length - 1])) return false;
    return length > 1 || !find_letter(parser->table, digits[0]);
}

/* A word with one dash. */
static void parse_short(struct parser *parser, const char *word) {
    const char *name = word + 1, *equals = strchr(name, '=');
    size_t length = strcspn(name, "=");
    const struct option *first = find_letter(parser->table, name[0]);
    if (parser->tool->numbers_are_operands && is_number(parser, word)) {
        add_operand(parser, word);
    } else if (length > 1 && find_exact(parser->table, name, length)) {
        parse_long(parser, word, 1);
    } else if (length == 1 && equals) {
        if (first)
            add_assigned(parser, first, equals + 1, word);
        else
            fail_letter(parser, name[0]);
    } else if (equals && !(first && (option_wants_value(first) || first->kind == OPTION_OPTIONAL))) {
        message("Illegal flag '%s', skipping.", word);
    } else {
        parse_cluster(parser, word);
    }
}

/* `name=value`, `flag+`, `flag-`: only when the word is a name of this tool; else it is an operand. */
static bool parse_keyword(struct parser *parser, const char *word) {
    size_t length = strcspn(word, "=");
    bool is_assigned = word[length] == '=', is_ambiguous;
    if (!is_assigned && length > 0 && (word[length - 1] == '+' || word[length - 1] == '-'))
        length--;
    else if (!is_assigned)
        return false;
    const struct option *option = find_name(parser->table, word, length, &is_ambiguous);
    if (!option) return false;
    if (is_assigned) {
        /* `a=b.xml` is a file rather than a wrong value of --all */
        if (!option_has_name(option, word, length) && !fits(option, word + length + 1)) return false;
        add_assigned(parser, option, word + length + 1, word);
    } else {
        if (option_wants_value(option)) return false;
        add_option(parser, option, NULL, word[length] == '+');
    }
    return true;
}

static void parse_word(struct parser *parser, const char *word) {
    if (parser->only_operands)
        add_operand(parser, word);
    else if (strcmp(word, "--") == 0)
        parser->only_operands = true;
    else if (word[0] == '-' && word[1] == '-')
        parse_long(parser, word, 2);
    else if (word[0] == '-' && word[1])
        parse_short(parser, word);
    else if (!parse_keyword(parser, word))
        add_operand(parser, word);
}

static bool read_real(const char *text, double *value) {
    return number_read_double(slice_of(text), value) == NUMBER_WHOLE && isfinite(*value);
}

/* Values are looked at when all is read, so that what stands before -h has no effect on it. */
static void check_values(struct parser *parser) {
    for (size_t i = 0; i < parser->count && !parser->has_failed; i++) {
        const struct argument *item = &parser->items[i];
        enum option_kind kind = item->option ? item->option->kind : OPTION_VALUE;
        long integer;
        double real;
        if (kind == OPTION_INTEGER && !read_integer(item->value, &integer)) {
            fail("Warning: value '%s' is not an integer", item->value);
            parser->has_failed = true;
        } else if (kind == OPTION_REAL && !read_real(item->value, &real)) {
            fail("Warning: value '%s' is not a floating point value", item->value);
            parser->has_failed = true;
        }
    }
}

enum parse_result options_parse(const struct tool *tool, const struct option *table, int argc, char **argv,
                                struct arguments *arguments, int *action) {
    *arguments = (struct arguments){.tool = tool};
    struct parser parser = {.tool = tool,
                            .table = table,
                            .next = argv + (argc > 0),
                            .arguments = arguments,
                            .is_traced = getenv("PARAM_DBG") != NULL};
    while (*parser.next && !parser.is_over && !parser.has_failed) parse_word(&parser, *parser.next++);
    if (!parser.is_over && !parser.has_failed) check_values(&parser);
    arguments->items = parser.items;
    arguments->count = parser.count;
    if (parser.has_failed) return PARSE_FAILED;
    if (!parser.action) return PARSE_RUN;
    *action = parser.action->id;
    return PARSE_ACTION;
}

void options_free(struct arguments *arguments) {
    free((void *)arguments->items);
    *arguments = (struct arguments){0};
}
