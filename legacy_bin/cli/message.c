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

/* Pipes take so much in one piece (PIPE_BUF), so that lines of two programs do not mix; no memory is asked for,
 * so that its lack can be told, too. */
enum { LINE_ROOM = 4096 };

struct line {
    size_t length;
    char bytes[LINE_ROOM];
};

static void send_line(struct line *line) {
    const char *from = line->bytes;
    for (size_t left = line->length; left > 0;) {
        ssize_t sent = write(STDERR_FILENO, from, left);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) break; /* nowhere left to complain */
        from += sent;
        left -= (size_t)sent;
    }
    line->length = 0;
}

static void put(struct line *line, const char *bytes, size_t length) {
    if (length > LINE_ROOM - line->length) send_line(line);
    memcpy(line->bytes + line->length, bytes, length);
    line->length += length;
}

static void write_line(const char *text) {
    struct line line = {.length = 0};
    char room[VISIBLE_ROOM];
    for (struct slice rest = slice_of(text); rest.length > 0;) put(&line, room, visible_take(&rest, room));
    put(&line, "\n", 1);
    send_line(&line);
}

/* The text in `room`, or, where that is too small, in *longer, freed by the caller; cut off if there is no memory. */
static const char *format_text(char room[LINE_ROOM], char **longer, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(room, LINE_ROOM, format, arguments);
    *longer = NULL;
    if (length < 0 || (length >= LINE_ROOM && vasprintf(longer, format, again) < 0)) *longer = NULL;
    va_end(again);
    return *longer ? *longer : length < 0 ? "not enough memory" : room;
}

void message(const char *format, ...) {
    char room[LINE_ROOM], *longer;
    va_list arguments;
    va_start(arguments, format);
    write_line(format_text(room, &longer, format, arguments));
    va_end(arguments);
    free(longer);
}

int fail(const char *format, ...) {
    char room[LINE_ROOM], *longer;
    va_list arguments;
    va_start(arguments, format);
    const char *text = format_text(room, &longer, format, arguments);
    va_end(arguments);
    write_line(text);
    opset_error(text);
    free(longer);
    return EXIT_FAILURE;
}

int fail_error(struct error *error) {
    fail("%s", error->text ? error->text : "unknown error");
    error_clear(error);
    return EXIT_FAILURE;
}

int fail_input(struct error *error, const char *argument) {
    const char *shown = argument ? argument : "stdin", *reason = error->text;
    if (reason) {
        bool is_labelled = strncmp(reason, "openVOTable(): ", 15) == 0;
        message("%s%s", is_labelled ? "" : "Error: ", reason);
    }
    message("Error opening VOTable '%s'", shown);
    struct buffer both = {0};
    buffer_append_format(&both, "Error opening VOTable '%s'%s%s", shown, reason ? ": " : "", reason ? reason : "");
    const char *told = buffer_string(&both);
    opset_error(told ? told : "not enough memory");
    buffer_free(&both);
    error_clear(error);
    return EXIT_FAILURE;
}

int fail_either(struct error *error, const char *argument) {
    return error->is_input ? fail_input(error, argument) : fail_error(error);
}
