/* describe.h - the option table as people and programs read it. `table` is options_collect()'s. */
#ifndef CLI_DESCRIBE_H
#define CLI_DESCRIBE_H

#include "cli/options.h"
#include "io/output.h"

void describe_help(const struct tool *tool, const struct option *table, struct output *output);
void describe_yaml(const struct tool *tool, const struct option *table, struct output *output);
/* mdoc, for man(1). */
void describe_man_page(const struct tool *tool, const struct option *table, struct output *output);
/* False with error set: a shell that is not among bash, zsh and fish. */
bool describe_completion(const struct tool *tool, const struct option *table, const char *shell, struct output *output,
                         struct error *error);

/* The next of the words of *list that blanks separate; false: none left. Starts with *word == NULL. */
bool next_word(const char *list, struct slice *word);

#endif
