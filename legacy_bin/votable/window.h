/* window.h - a part of a byte stream kept in memory: row sources look at whole rows in it.
 * Grows only as bytes really come, so a declared size costs nothing until it is true. */
#ifndef VOTABLE_WINDOW_H
#define VOTABLE_WINDOW_H

#include "votable/rows.h"

enum { WINDOW_BLOCK = 256 * 1024 };
/* No row may be larger. */
#define WINDOW_MAXIMUM ((size_t)1 << 30)

/* Zero-initialised but for `source`; ends with window_close(). */
struct window {
    struct byte_reader source;
    char *bytes; /* VOT_CELL_SLACK bytes more than `capacity` */
    size_t capacity;
    size_t start, end; /* the bytes not consumed yet */
    bool is_over;      /* the source has no more */
};

/* Have at least `length` bytes at `start`, unless the source ends before; what is there may move. More than
 * WINDOW_MAXIMUM is an error. false: error set. */
bool window_fill(struct window *window, size_t length, struct error *error);
static inline size_t window_length(const struct window *window) {
    return window->end - window->start;
}
static inline char *window_bytes(const struct window *window) {
    return window->bytes + window->start;
}
/* Pass over up to `length` bytes; *passed says how many there were. */
bool window_skip(struct window *window, uint64_t length, uint64_t *passed, struct error *error);
void window_close(struct window *window);

#endif
