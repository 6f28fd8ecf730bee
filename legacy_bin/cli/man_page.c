/* man_page.c - the manual page in mdoc(7), from the option table and the tool's prose. */
#include "cli/describe.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* The day the pages' common prose was last changed; a build's own date would make builds differ. */
#define PAGE_DATE "November 26, 2026"

enum { LINE = 72 };

/* One text line: no request may begin it, no escape may be in it. */
static void write_escaped(struct output *output, struct slice text) {
    if (text.length && (text.text[0] == '.' || text.text[0] == '\'')) output_write_string(output, "\\&");
    for (size_t i = 0; i < text.length; i++) {
        if (text.text[i] == '\\')
            output_write_string(output, "\\e");
        else if (text.text[i] == '-')
            output_write_string(output, "\\-"); /* a minus that can be copied */
        else
            output_write(output, &text.text[i], 1);
    }
}

/* A line ends after each sentence, as mdoc wants it. */
static size_t sentence_length(const char *text) {
    size_t i = 0;
    for (; text[i] && text[i] != '\n'; i++)
        if (text[i] == ' ' && i > 1 && strchr(".!?", text[i - 1]) && isupper((unsigned char)text[i + 1])) break;
    return i;
}

/* Words of one sentence, on lines that are easy to look at; a terminal fills its own. */
static void write_lines(struct output *output, struct slice text) {
    while (text.length > LINE) {
        size_t length = LINE;
        while (length > 0 && text.text[length] != ' ') length--;
        if (length == 0) break; /* one long word */
        write_escaped(output, (struct slice){text.text, length});
        output_write_string(output, "\n");
        text.text += length + 1;
        text.length -= length + 1;
    }
    write_escaped(output, text);
    output_write_string(output, "\n");
}

/* Paragraphs separated by empty lines. */
static void write_prose(struct output *output, const char *text) {
    bool is_behind_text = false;
    while (text && *text) {
        text += strspn(text, " ");
        size_t length = sentence_length(text);
        if (length) {
            write_lines(output, (struct slice){text, length});
            is_behind_text = true;
        } else if (is_behind_text) {
            output_write_string(output, ".Pp\n");
            is_behind_text = false;
        }
        text += length;
        text += *text == ' ' || *text == '\n';
    }
}

/* A phrase of the option table, which has no full stop, as a sentence behind `start`. */
static void write_sentence(struct output *output, const char *start, const char *phrase) {
    char *sentence = NULL;
    if (asprintf(&sentence, "%s%s.", start, phrase) < 0) return;
    write_prose(output, sentence);
    free(sentence);
}

static void write_synopsis(const struct tool *tool, struct output *output) {
    output_write_string(output, ".Sh SYNOPSIS\n");
    for (const char *form = tool->synopsis ? tool->synopsis : "[options]"; *form;) {
        size_t length = strcspn(form, "\n");
        output_write_string(output, ".Nm\n");
        if (strncmp(form, "[options]", 9) == 0) {
            output_write_string(output, ".Op Ar options\n");
            form += 9, length -= 9;
        }
        struct slice rest = slice_trim((struct slice){form, length});
        if (rest.length) {
            write_escaped(output, rest);
            output_write_string(output, "\n");
        }
        form += length;
        form += *form == '\n';
    }
}

static void write_option(struct output *output, const struct option *option) {
    const char *value = option->value ? option->value : "VALUE";
    bool wants = option_wants_value(option), may_take = option->kind == OPTION_OPTIONAL;
    output_write_string(output, ".It");
    if (option->letter) {
        output_format(output, " Fl \\&%c", option->letter);
        if (wants) output_format(output, " Ar \\&%s", value);
        if (may_take) output_format(output, " Ns Oo Ar \\&%s Oc", value); /* not Op, which would hold the rest */
        if (option->name) output_write_string(output, " ,");
    }
    if (option->name) {
        output_format(output, " Fl \\-%s", option->name);
        if (wants) output_format(output, " Ns = Ns Ar \\&%s", value);
        if (may_take) output_format(output, " Ns Op = Ns Ar \\&%s", value);
    }
    output_write_string(output, "\n");
    write_sentence(output, "", option->help);
    if (option->choices) write_sentence(output, "One of: ", option->choices);
    if (option->standard)
        output_format(output, "Default: \\&%s%s%s.\n", option->standard, option->unit ? " " : "",
                      option->unit ? option->unit : "");
    else if (option->unit)
        output_format(output, "Unit: \\&%s.\n", option->unit);
    if (option->aliases) write_sentence(output, "Other names: ", option->aliases);
    write_prose(output, option->detail);
}

static void write_description(const struct tool *tool, const struct option *table, struct output *output) {
    output_write_string(output, ".Sh DESCRIPTION\n");
    if (tool->description)
        write_prose(output, tool->description);
    else
        output_format(output, ".Nm\nis a tool of the Virtual Observatory.\n");
    if (tool->operands) {
        output_write_string(output, ".Pp\n");
        write_prose(output, tool->operands);
    }
    output_write_string(output, ".Pp\nThe options are as follows:\n.Bl -tag -width indent\n");
    for (; table->id; table++)
        if (!table->is_hidden) write_option(output, table);
    output_write_string(output, ".El\n.Pp\n"
                                "Options and operands may be mixed.\n"
                                "Of an option that is repeated the last value counts, unless said otherwise.\n"
                                "The value of a one\\-letter option may be glued to it or follow an equals sign.\n"
                                "A long name may be shortened, may have one dash only,\n"
                                "and may be written without dashes as\n"
                                ".Ar name Ns = Ns Ar value ;\n"
                                "a flag is switched by\n"
                                ".Ar flag Ns +\nand\n.Ar flag Ns \\- .\n"
                                "What follows\n.Ql \\-\\-\nis never an option.\n");
}

static void write_environment(const struct tool *tool, struct output *output) {
    output_write_string(output, ".Sh ENVIRONMENT\n.Bl -tag -width indent\n");
    for (const char *line = tool->environment; line && *line;) {
        size_t length = strcspn(line, "\n"), name = strcspn(line, "\t\n");
        output_format(output, ".It Ev %.*s\n", (int)name, line);
        if (name < length) {
            write_lines(output, (struct slice){line + name + 1, length - name - 1});
        }
        line += length;
        line += *line == '\n';
    }
    output_write_string(output, ".It Ev PARAM_DBG\nwhen set, the options are shown on standard error as they are read\n"
                                ".It Ev VOCLIENT_OPSET_FD\nnumber of an open file descriptor that gets the results as\n"
                                "JSON lines, as the tasking framework wants them\n.El\n");
}

static void write_examples(const struct tool *tool, struct output *output) {
    if (!tool->examples || !tool->examples->command) return;
    output_write_string(output, ".Sh EXAMPLES\n");
    for (const struct example *example = tool->examples; example->command; example++) {
        if (example != tool->examples) output_write_string(output, ".Pp\n");
        write_escaped(output, slice_of(example->text));
        output_write_string(output, ":\n.Bd -literal -offset indent\n"); /* all of it is text, and on one line */
        write_escaped(output, slice_of(example->command));
        output_write_string(output, "\n.Ed\n");
    }
}

void describe_man_page(const struct tool *tool, const struct option *table, struct output *output) {
    output_write_string(output, ".Dd " PAGE_DATE "\n.Dt ");
    for (const char *c = tool->name; *c; c++) output_format(output, "%c", toupper((unsigned char)*c));
    output_format(output, " 1\n.Os VOClient %s\n.Sh NAME\n.Nm %s\n.Nd ", VOCLIENT_VERSION, tool->name);
    write_escaped(output, slice_of(tool->summary));
    output_write_string(output, "\n");
    write_synopsis(tool, output);
    write_description(tool, table, output);
    write_environment(tool, output);
    output_write_string(output, ".Sh EXIT STATUS\n");
    if (tool->exit_status)
        write_prose(output, tool->exit_status);
    else
        output_write_string(output, ".Ex -std\n");
    write_examples(tool, output);
}
