/* tool.c - a tool of no use but to try cli/ and io/: it writes down what it was given.
 * Compiled by the tests (tests/legacy_bin/conftest.py); TRIAL_COMMAND makes the variant that stops at
 * its first operand, TRIAL_NUMBERS the one whose operands may be negative numbers, TRIAL_NAMED the one
 * whose file system knows no files without name. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/opset.h"
#include "cli/start.h"
#include "io/spool.h"

enum {
    FORMAT = 1,
    INDENT,
    NO_HEADER,
    VERBOSE,
    COLUMNS,
    RADIUS,
    OUTPUT,
    EMPTY,
    FRESH,
    TEST_FILTER,
    BYTES,
    SPOOL,
    PLAN,
    ONE
};

static const struct option options[] = {
    {FORMAT, 'f', "fmt", OPTION_VALUE, "FORMAT", "Output format", .choices = "csv tsv html", .standard = "csv"},
    {INDENT, 'i', "indent", OPTION_INTEGER, "N", "Blanks per level", .standard = "0", .detail = "None: one line."},
    {NO_HEADER, 'n', "noheader", OPTION_FLAG, NULL, "Leave the header out"},
    {VERBOSE, 'v', "verbose", OPTION_COUNT, NULL, "Say more, twice: everything"},
    {COLUMNS, 'c', "columns", OPTION_OPTIONAL, "WHAT", "Column table", .choices = "id name ucd"},
    {RADIUS, 's', "sr", OPTION_REAL, "RADIUS", "Search radius", .unit = "deg", .aliases = "radius size"},
    {OUTPUT, 'o', "output", OPTION_VALUE, "FILE", "Where to write", .standard = "stdout"},
    {EMPTY, 'I', "init_cache", OPTION_ACTION, NULL, "Empty the cache and exit"},
    {FRESH, 0, "fmt-fresh", OPTION_FLAG, NULL, "New: never makes --fm ambiguous", .is_new = true},
    {TEST_FILTER, 0, "form", OPTION_VALUE, "FORM", "Old: makes --f ambiguous"},
    {BYTES, 0, "bytes", OPTION_INTEGER, "N", "Write so many bytes more", .is_new = true},
    {SPOOL, 0, "spool", OPTION_INTEGER, "N", "Write so many bytes through a spool", .is_new = true},
    {PLAN, 0, "plan", OPTION_VALUE, "WHAT", "What to do at the end", .choices = "fail hang opset rows slow",
     .is_new = true},
    {ONE, '1', "one", OPTION_FLAG, NULL, "An option that is a digit"},
    {0},
};

static void write_items(const struct arguments *arguments, struct output *output) {
    for (size_t i = 0; i < arguments->count; i++) {
        const struct argument *item = &arguments->items[i];
        if (item->option && item->option->id >= OUTPUT && item->option->id != EMPTY &&
            item->option->id != TEST_FILTER && item->option->id != ONE && item->option->id != FRESH)
            continue;
        output_format(output, "%s", item->option ? item->option->name : "operand");
        if (item->value) output_format(output, " [%s]", item->value);
        output_format(output, "%s\n", item->is_on ? "" : " off");
    }
    if (arguments_count(arguments, VERBOSE))
        output_format(output, "verbosity %u\n", arguments_count(arguments, VERBOSE));
}

/* Different bytes at every place, so that a block lost or moved shows. */
static char byte_at(size_t index) {
    return (char)('a' + index * 2654435761u / 65536 % 26);
}

static void write_bytes(struct output *output, size_t count) {
    for (size_t done = 0; done < count;) {
        size_t part = count - done < 1000 ? count - done : 1000;
        char *room = output_reserve(output, part);
        for (size_t i = 0; i < part; i++) room[i] = byte_at(done + i);
        output_advance(output, part);
        done += part;
    }
}

static bool write_spooled(struct output *output, size_t count, struct error *error) {
    struct spool *spool = spool_open(error);
    if (!spool) return false;
    bool done = true;
    char part[777];
    for (size_t from = 0; done && from < count; from += sizeof part) {
        size_t length = count - from < sizeof part ? count - from : sizeof part;
        for (size_t i = 0; i < length; i++) part[i] = byte_at(from + i);
        done = spool_write(spool, part, length, error);
    }
    char middle[100];
    if (done && count > sizeof middle) {
        done = spool_read_at(spool, count / 2, middle, sizeof middle, error);
        for (size_t i = 0; done && i < sizeof middle; i++)
            if (middle[i] != byte_at(count / 2 + i)) done = error_set(error, "wrong byte at %zu", count / 2 + i);
    }
    done = done && spool_copy(spool, output, error);
    spool_close(spool);
    return done;
}

static void speak(void) {
    opset_text("text", SLICE("q\"b\\n\nt\t\xff\xc0\xaf\xe2\x82\xac\xed\xa0\x80 end"));
    opset_integer("integer", INT64_MIN);
    opset_double("double", 0.1, "deg");
    opset_double("nan", NAN, NULL);
    opset_double("infinity", -INFINITY, NULL);
    opset_null("null");
    opset_begin("nested");
    json_array_begin();
    json_object_begin();
    json_member(SLICE("a\"b"));
    json_array_begin();
    json_array_end();
    json_member(SLICE("c"));
    json_double(2.5);
    json_object_end();
    json_object_begin();
    json_object_end();
    json_null();
    json_text(SLICE(""));
    json_array_end();
    opset_end();
    opset_progress(0.5, "half");
    opset_progress(NAN, NULL);
    opset_error("bad");
}

static void write_rows(struct output *output, int count, bool is_slow) {
    for (int i = 0; i < count; i++) {
        opset_row_begin();
        json_member(SLICE("number"));
        json_integer(i);
        opset_row_end();
        output_format(output, "%d\n", i);
        if (!is_slow) continue;
        opset_flush();
        output_flush(output);
        char answer; /* the test has seen this row: on to the next */
        if (read(STDIN_FILENO, &answer, 1) != 1) break;
    }
}

static int run(const struct arguments *arguments) {
    struct error error = {0};
    struct output *output = arguments_return(arguments) ? output_open_nowhere(&error)
                                                        : output_open(arguments_value(arguments, OUTPUT), &error);
    if (!output) return fail_error(&error);
    const char *plan = arguments_value(arguments, PLAN);
    if (!plan) plan = "";
    write_items(arguments, output);
    write_bytes(output, (size_t)arguments_integer(arguments, BYTES, 0));
    size_t spooled = (size_t)arguments_integer(arguments, SPOOL, 0);
    if (spooled && !write_spooled(output, spooled, &error)) {
        output_discard(output);
        return fail_error(&error);
    }
    if (strcmp(plan, "opset") == 0) speak();
    if (strcmp(plan, "rows") == 0) write_rows(output, 100000, false);
    if (strcmp(plan, "slow") == 0) write_rows(output, 3, true);
    if (strcmp(plan, "hang") == 0) {
        message("ready");
        for (;;) pause();
    }
    if (strcmp(plan, "fail") == 0) {
        output_discard(output);
        return fail("Error: planned, on \x1b[31m'%s'", arguments->first_operand ? arguments->first_operand : "");
    }
    return output_commit(output, &error) ? EXIT_SUCCESS : fail_error(&error);
}

#ifdef TRIAL_NAMED
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    unsigned mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, unsigned) : 0;
    va_end(arguments);
    if ((flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return __real_open(path, flags, mode);
}
#endif

static const struct example examples[] = {
    {"trial -f csv stars.xml", "Write CSV"},
    {"trial .hidden 'quoted\\n'", ".dots and \\backslashes in examples"},
    {NULL, NULL},
};
static const char *const self_tests[] = {"-n", "-f csv -i 2", "-i bad", "--plan fail", NULL};

const struct tool tool = {
    .name = "trial",
    .summary = "Write down what was given on the command line",
    .synopsis = "[options] [word ...]\n[options] -I",
    .operands = "Any words: each is shown as it was understood.",
    .description = "It does nothing else. This is a second sentence.\n\n.A paragraph that starts with a dot.",
    .options = options,
    .examples = examples,
    .environment = "TRIAL\tIs not looked at.\n",
    .self_tests = self_tests,
#ifdef TRIAL_COMMAND
    .stops_at_operand = true,
#endif
#ifdef TRIAL_NUMBERS
    .numbers_are_operands = true,
#endif
    .run = run,
};
