/* message.c - one line on stderr at a time, safe to look at on a terminal. */
#include "cli/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/visible.h"
#include "cli/opset.h"

static void write_line(struct slice text) {
    struct buffer line = {0};
    visible_append(&line, text);
    buffer_append_byte(&line, '\n');
    const char *from = line.bytes;
    for (size_t left = line.length; left > 0;) { /* in one piece, so that lines of two programs do not mix */
        ssize_t sent = write(STDERR_FILENO, from, left);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) break; /* nowhere left to complain */
        from += sent;
        left -= (size_t)sent;
    }
    buffer_free(&line);
}

static char *format_text(const char *format, va_list arguments) {
    char *text = NULL;
    return vasprintf(&text, format, arguments) < 0 ? NULL : text;
}

void message(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);
    write_line(text ? slice_of(text) : SLICE("not enough memory"));
    free(text);
}

int fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);
    write_line(text ? slice_of(text) : SLICE("not enough memory"));
    opset_error(text ? text : "not enough memory");
    free(text);
    return EXIT_FAILURE;
}

int fail_error(struct error *error) {
    fail("%s", error->text ? error->text : "unknown error");
    error_clear(error);
    return EXIT_FAILURE;
}

int fail_input(struct error *error, const char *argument) {
    struct buffer both = {0};
    buffer_append_format(&both, "Error opening VOTable '%s'", argument ? argument : "stdin");
    const char *line = buffer_string(&both);
    if (error->text) {
        bool is_labelled = strncmp(error->text, "openVOTable(): ", 15) == 0;
        message("%s%s", is_labelled ? "" : "Error: ", error->text);
    }
    message("%s", line ? line : "Error opening VOTable");
    if (error->text) buffer_append_format(&both, ": %s", error->text);
    line = buffer_string(&both);
    opset_error(line ? line : "Error opening VOTable");
    buffer_free(&both);
    error_clear(error);
    return EXIT_FAILURE;
}
