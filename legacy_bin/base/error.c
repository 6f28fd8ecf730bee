/* error.c - messages are formatted at once: what they speak of may be gone when they are read. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Shown when there is no memory left for the message itself; never freed. */
static char no_memory[] = "not enough memory";

static void set(struct error *error, bool is_input, const char *suffix, const char *format, va_list arguments) {
    if (error->text) return;
    error->is_input = is_input;
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0) {
        error->text = no_memory;
        return;
    }
    if (suffix) {
        char *whole = NULL;
        int length = asprintf(&whole, "%s: %s", text, suffix);
        free(text);
        text = length < 0 ? no_memory : whole;
    }
    error->text = text;
}

bool error_set(struct error *error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    set(error, false, NULL, format, arguments);
    va_end(arguments);
    return false;
}

bool error_set_input(struct error *error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    set(error, true, NULL, format, arguments);
    va_end(arguments);
    return false;
}

bool error_set_errno(struct error *error, const char *format, ...) {
    const char *reason = strerror(errno);
    va_list arguments;
    va_start(arguments, format);
    set(error, false, reason, format, arguments);
    va_end(arguments);
    return false;
}

bool error_set_memory(struct error *error) {
    if (!error->text) error->text = no_memory;
    return false;
}

void *error_null_memory(struct error *error) {
    error_set_memory(error);
    return NULL;
}

bool error_is_memory(const struct error *error) {
    return error->text == no_memory;
}

bool error_prefix(struct error *error, const char *format, ...) {
    if (!error->text || error->text == no_memory) return false;
    va_list arguments;
    va_start(arguments, format);
    char *prefix = NULL, *whole = NULL;
    if (vasprintf(&prefix, format, arguments) < 0) prefix = NULL;
    va_end(arguments);
    if (prefix && asprintf(&whole, "%s%s", prefix, error->text) >= 0) {
        free(error->text);
        error->text = whole;
    }
    free(prefix);
    return false;
}

void error_clear(struct error *error) {
    if (error->text != no_memory) free(error->text);
    *error = (struct error){0};
}
