/* start.h - from main() to a tool's run() and back. */
#ifndef CLI_START_H
#define CLI_START_H

#include "cli/tool.h"

/* Parses, answers the common options or runs the tool; returns the exit status. */
int tool_start(const struct tool *tool, int argc, char **argv);

#endif
