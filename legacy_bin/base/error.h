/* error.h - why a library function failed.
 * Owned by the caller, who passes it in empty ({0}) and calls error_clear() at the end.
 * The first error is kept: later ones are consequences of it. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

struct error {
    char *text;    /* one line without newline: what was wrong, where, what is accepted; NULL: no error */
    bool is_input; /* the input's fault (not well formed, wrong counts); false: the system's or the user's */
};

/* Each returns false, so that a function can end with `return error_set(…)`. */
bool error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool error_set_input(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* error_set() followed by ": " and strerror(errno) */
bool error_set_errno(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool error_set_memory(struct error *error);
void *error_null_memory(struct error *error); /* the same for a function that returns a pointer: NULL */
bool error_is_memory(const struct error *error);
/* Put where it happened (`row 3: `) before the text of an error that is set. Returns false. */
bool error_prefix(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
void error_clear(struct error *error);

#endif
