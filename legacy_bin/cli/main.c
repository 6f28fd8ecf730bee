/* main.c - main() of every tool. It is compiled into each, beside the tool's own file that defines `tool`. */
#include "cli/start.h"

extern const struct tool tool;

int main(int argc, char **argv) {
    return tool_start(&tool, argc, argv);
}
