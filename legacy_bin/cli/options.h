/* options.h - the command line's grammar: a tool's table and an argv in, struct arguments out. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/tool.h"

/* Ids of the options that every tool has; a tool's own are positive. */
enum {
    COMMON_HELP = -1,
    COMMON_RETURN = -2,
    COMMON_TEST = -3,
    COMMON_VERSION = -4,
    COMMON_DESCRIBE = -5,
    COMMON_MAN_PAGE = -6,
    COMMON_COMPLETION = -7,
};

/* The tool's options, then the common ones that it has not taken for itself; ends with id 0.
 * The caller frees it; NULL: no memory. */
struct option *options_collect(const struct tool *tool);
/* `name` is the option's long name or one of its aliases. */
bool option_has_name(const struct option *option, const char *name, size_t length);
bool option_wants_value(const struct option *option); /* mandatory */
bool option_is_common(const struct option *option);

enum parse_result {
    PARSE_RUN,    /* all read */
    PARSE_ACTION, /* a common option acts now: *action */
    PARSE_FAILED, /* said so on stderr */
};

/* `table` comes from options_collect() and must outlive the arguments, as argv must.
 * The caller calls options_free() in every case. */
enum parse_result options_parse(const struct tool *tool, const struct option *table, int argc, char **argv,
                                struct arguments *arguments, int *action);
void options_free(struct arguments *arguments);

#endif
