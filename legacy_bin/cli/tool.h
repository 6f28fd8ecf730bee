/* tool.h - what a tool says of itself: one table drives parsing, --help, --version, --describe (YAML),
 * completion and the man page. A tool file defines one `struct tool` and a run function:
 *
 *     enum { FORMAT = 1, INDENT };
 *     static const struct option options[] = {
 *         {FORMAT, 'f', "fmt", OPTION_VALUE, "FORMAT", "Output format", .choices = "vot asv …"},
 *         {0}};
 *     static int run(const struct arguments *arguments) { … }
 *     const struct tool tool = {.name = "votcnv", …};
 *
 * main() is in cli/main.c: it parses, answers -h, --version, --describe and the like, and calls run. */
#ifndef CLI_TOOL_H
#define CLI_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
    OPTION_FLAG = 1, /* `-n`, `--noheader`, `noheader+`, `noheader-`, `--noheader=0` */
    OPTION_COUNT,    /* a flag whose repetition means something (`-v -v`); parsed as FLAG, given for documentation */
    OPTION_VALUE,    /* a value is mandatory */
    OPTION_INTEGER,  /* the same, checked: `Warning: value 'X' is not an integer`, exit 1 */
    OPTION_REAL,     /* the same for numbers with fraction */
    OPTION_OPTIONAL, /* `[=V]`: a value in the glued and `=` forms only */
    OPTION_ACTION,   /* acts at once, like -h: nothing behind it is read, run() finds it as the last item */
};

struct option {
    int id;           /* > 0, the tool's own enum; 0 ends the table */
    char letter;      /* 0: none */
    const char *name; /* long name and keyword, NULL: none */
    enum option_kind kind;
    const char *value;    /* what the value is called in help: "FILE" */
    const char *help;     /* one phrase, no full stop */
    const char *choices;  /* blank-separated words for help, completion and --describe; checked by the tool */
    const char *standard; /* default, as shown in help; NULL: none */
    const char *unit;     /* of the value, for --describe */
    const char *detail;   /* more sentences for the man page; NULL: help is enough */
    const char *bare;     /* OPTION_INTEGER: its value where no integer follows; NULL: a value is mandatory */
    const char *aliases;  /* more long names, blank-separated; NULL: none */
    bool is_new;          /* the original lacks it: must be spelt out, never makes an old abbreviation ambiguous */
    bool is_repeatable;   /* each use counts; otherwise the last one wins */
    bool is_hidden;       /* accepted, not shown in help */
};

struct example {
    const char *command;
    const char *text; /* what it does, one phrase */
};

/* One thing met on the command line, in order. */
struct argument {
    const struct option *option; /* NULL: an operand */
    const char *value;           /* operand or option value; NULL when a flag or optional value has none */
    bool is_on;                  /* options: false for `flag-`, `--flag=0` */
    bool is_literal;             /* operands: stands after `--` */
};

struct arguments {
    const struct tool *tool;
    const struct argument *items; /* in the order of the command line, -h etc. already answered */
    size_t count;
    const char *first_operand; /* NULL: none */
    size_t operand_count;
};

struct tool {
    const char *name;
    const char *summary;     /* man page NAME line and first line of --help, no full stop */
    const char *synopsis;    /* after the name: "[options] [votable]"; a line for each form */
    const char *operands;    /* one sentence on what the operands are */
    const char *description; /* paragraphs for the man page, separated by empty lines; plain text */
    const struct option *options;
    const struct example *examples; /* ends with {NULL, NULL} */
    const char *exit_status;        /* man page EXIT STATUS, when it is more than 0 and 1 */
    const char *environment;        /* man page ENVIRONMENT: "NAME\tmeaning\n" lines; NULL: none */
    const char *const *self_tests;  /* --test: argument lists as typed, run on the given file; ends with NULL.
                                     * NULL: --test prints a notice and exits 0 */
    bool numbers_are_operands;      /* `-12.5` and `-23:12:45` are coordinates, never options */
    bool stops_at_operand;          /* what follows the first operand is left alone (a command and its arguments) */
    bool is_result_on_stdout;       /* the framework parses stdout: no keys on the OPset channel */
    int (*run)(const struct arguments *arguments); /* returns the exit status */
};

/* Options that every tool has (-h -r -% --version --describe --man-page --completion) are added by the
 * parser. A tool whose own table uses one of these letters or names has it for itself. */
bool arguments_return(const struct arguments *arguments); /* -r was given */
/* The last value of an option, or NULL; whether a flag is on at the end; how often it is on. */
const char *arguments_value(const struct arguments *arguments, int id);
bool arguments_flag(const struct arguments *arguments, int id);
unsigned arguments_count(const struct arguments *arguments, int id);
/* The last value of an OPTION_INTEGER or OPTION_REAL as a number, `otherwise` when it was not given. */
long arguments_integer(const struct arguments *arguments, int id, long otherwise);
double arguments_real(const struct arguments *arguments, int id, double otherwise);
/* A number of bytes: `64k`, `1.5M`, `2G` (powers of 1024); false: it is none. */
bool size_parse(const char *text, uint64_t *bytes);

#endif
