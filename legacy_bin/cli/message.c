/* message.c - one line on stderr at a time, safe to look at on a terminal. */
#include "cli/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/utf8.h"
#include "cli/opset.h"

/* Foreign text must not move the cursor or change colours: control characters (also those of
 * ISO 6429 above 0x7f) and bytes that are not UTF-8 are shown in hexadecimal. */
static void append_visible(struct buffer *line, struct slice text) {
    while (text.length > 0) {
        uint32_t code;
        size_t length = utf8_read(text, &code);
        bool is_control = length && code != '\t' && utf8_is_control(code);
        if (length && !is_control) {
            buffer_append(line, text.text, length);
        } else {
            if (!length) length = 1;
            for (size_t i = 0; i < length; i++) buffer_append_format(line, "\\x%02x", (unsigned char)text.text[i]);
        }
        text.text += length;
        text.length -= length;
    }
}

static void write_line(struct slice text) {
    struct buffer line = {0};
    append_visible(&line, text);
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
