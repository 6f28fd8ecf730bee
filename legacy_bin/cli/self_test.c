/* self_test.c - the tool runs itself with each of its argument lists and counts the failures. */
#include "cli/self_test.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/describe.h"
#include "cli/message.h"
#include "cli/options.h"

enum { LARGEST_STATUS = 255 };

/* Taken when no file is given; a tool reads an argument that starts with '<' as the document itself. */
static const char sample[] =
    "<VOTABLE version='1.3' xmlns='http://www.ivoa.net/xml/VOTable/v1.3'><RESOURCE><DESCRIPTION>Two stars</DESCRIPTION>"
    "<INFO name='QUERY_STATUS' value='OK'/><TABLE name='stars'>"
    "<FIELD name='name' datatype='char' arraysize='*' ucd='meta.id;meta.main'/>"
    "<FIELD name='ra' datatype='double' unit='deg' ucd='pos.eq.ra;meta.main'/>"
    "<FIELD name='dec' datatype='double' unit='deg' ucd='pos.eq.dec;meta.main'/>"
    "<DATA><TABLEDATA><TR><TD>Vega</TD><TD>279.2347</TD><TD>38.7837</TD></TR>"
    "<TR><TD>Sirius</TD><TD>101.2872</TD><TD>-16.7161</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>";

#define RULER "------------------------------------------------------------"

/* Runs this program with the blank-separated `words`, then `file`. Its exit status, or -1 when a signal ended it. */
static int run_self(const struct tool *tool, const char *words, const char *file) {
    size_t count = 2;
    for (struct slice word = {0}; next_word(words, &word);) count++;
    char **argv = calloc(count + 1, sizeof *argv);
    char *copy = strdup(words);
    int status = -1;
    if (argv && copy) {
        size_t used = 0;
        argv[used++] = (char *)tool->name;
        for (char *rest = NULL, *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
            argv[used++] = word;
        argv[used++] = (char *)file;
        pid_t child;
        int reason = posix_spawn(&child, "/proc/self/exe", NULL, NULL, argv, environ);
        if (reason != 0) {
            message("Error: cannot run '%s' again: %s", tool->name, strerror(reason));
        } else {
            int how = 0;
            while (waitpid(child, &how, 0) < 0 && errno == EINTR) continue;
            status = WIFEXITED(how) ? WEXITSTATUS(how) : -1;
        }
    }
    free(copy);
    free(argv);
    return status;
}

int self_test(const struct tool *tool, const struct arguments *arguments) {
    if (!tool->self_tests) {
        message("%s: no self tests are built in.", tool->name);
        return EXIT_SUCCESS;
    }
    const char *file = arguments_value(arguments, COMMON_TEST);
    if (!file) file = arguments->first_operand;
    if (file && !strstr(file, "://") && file[0] != '<' && access(file, R_OK) != 0)
        message("Warning:  cannot open file '%s'", file);
    int count = 0, passed = 0;
    for (const char *const *words = tool->self_tests; *words; words++, count++) {
        message(RULER);
        message("== Test Cmd:  %s %s %s", tool->name, *words, file ? file : "(a small table)");
        int status = run_self(tool, *words, file ? file : sample);
        message(RULER "  status = %2d", status);
        passed += status == 0;
    }
    int failed = count - passed;
    message("Task: %-12.12s  No. of Tests: %3d    Passed: %-3d    Failed: %d", tool->name, count, passed, failed);
    message("@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@");
    return failed > LARGEST_STATUS ? LARGEST_STATUS : failed;
}
