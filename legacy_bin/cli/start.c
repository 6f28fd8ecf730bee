/* start.c - from main() to a tool's run() and back: what is the same for every tool. */
#include "cli/start.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/describe.h"
#include "cli/message.h"
#include "cli/opset.h"
#include "cli/options.h"
#include "cli/self_test.h"
#include "io/output.h"

/* A file opened later must not become standard output or error by taking a closed one's number.
 * They are opened the wrong way round, so that reading and writing them still fails. */
static void occupy_standard_descriptors(void) {
    for (int descriptor = 0; descriptor <= STDERR_FILENO; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0) open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* Prints what a common option asks for. */
static int act(const struct tool *tool, const struct option *table, const struct arguments *arguments, int action) {
    struct error error = {0};
    struct output *output = output_open(NULL, &error);
    if (!output) return fail_error(&error);
    if (action == COMMON_HELP)
        describe_help(tool, table, output);
    else if (action == COMMON_VERSION)
        output_format(output, "%s (VOClient) %s\n", tool->name, VOCLIENT_VERSION);
    else if (action == COMMON_DESCRIBE)
        describe_yaml(tool, table, output);
    else if (action == COMMON_MAN_PAGE)
        describe_man_page(tool, table, output);
    else if (!describe_completion(tool, table, arguments_value(arguments, COMMON_COMPLETION), output, &error)) {
        output_discard(output);
        return fail_error(&error);
    }
    return output_commit(output, &error) ? EXIT_SUCCESS : fail_error(&error);
}

static int start(const struct tool *tool, const struct option *table, int argc, char **argv) {
    struct arguments arguments;
    int action = 0, status = EXIT_FAILURE;
    enum parse_result result = options_parse(tool, table, argc, argv, &arguments, &action);
    if (result == PARSE_ACTION)
        status = act(tool, table, &arguments, action);
    else if (result == PARSE_RUN && arguments_flag(&arguments, COMMON_TEST))
        status = self_test(tool, &arguments);
    else if (result == PARSE_RUN)
        status = tool->run(&arguments);
    options_free(&arguments);
    return status;
}

int tool_start(const struct tool *tool, int argc, char **argv) {
    occupy_standard_descriptors();
    signal(SIGXFSZ, SIG_IGN); /* a file too large is an error like a full disk */
    opset_open(!tool->is_result_on_stdout);
    struct option *table = options_collect(tool);
    int status = table ? start(tool, table, argc, argv) : fail("not enough memory");
    free(table);
    if (!opset_close() && status == EXIT_SUCCESS) status = fail("Error: not enough memory for the OPset channel");
    return status;
}
