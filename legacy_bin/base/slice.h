/* slice.h - bytes that somebody else owns: a pointer and a length, not terminated. */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct slice {
    const char *text;
    size_t length;
};

#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})

static inline struct slice slice_of(const char *string) {
    return (struct slice){string, string ? strlen(string) : 0};
}

static inline bool slice_equal(struct slice a, struct slice b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

/* ASCII letters only, independent of locale (the tools never call setlocale). */
static inline bool slice_equal_nocase(struct slice a, struct slice b) {
    return a.length == b.length && (a.length == 0 || strncasecmp(a.text, b.text, a.length) == 0);
}

static inline bool byte_is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline struct slice slice_trim(struct slice s) {
    while (s.length && byte_is_blank(s.text[0])) s.text++, s.length--;
    while (s.length && byte_is_blank(s.text[s.length - 1])) s.length--;
    return s;
}

#endif
