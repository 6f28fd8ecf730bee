/* self_test.h - what --test does: the tool runs itself with each of its argument lists. */
#ifndef CLI_SELF_TEST_H
#define CLI_SELF_TEST_H

#include "cli/tool.h"

/* On the file given with --test, else the first operand, else a small table of our own.
 * Reports on stderr; returns the number of tests that failed (at most 255), the exit status. */
int self_test(const struct tool *tool, const struct arguments *arguments);

#endif
