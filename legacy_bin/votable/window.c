/* window.c - the bytes that are left move to the front before more are read. */
#include "votable/window.h"

#include <stdlib.h>

/* Twice the room (or the first block of it), with what is not consumed at its start. */
static bool make_room(struct window *window, struct error *error) {
    size_t length = window_length(window);
    if (length == window->capacity) {
        if (window->capacity >= WINDOW_MAXIMUM)
            return error_set_input(error, "a row of more than %zu MiB is not accepted", WINDOW_MAXIMUM >> 20);
        size_t capacity = window->capacity ? window->capacity * 2 : WINDOW_BLOCK;
        char *bytes = realloc(window->bytes, capacity + VOT_CELL_SLACK);
        if (!bytes) return error_set_memory(error);
        memset(bytes + capacity, 0, VOT_CELL_SLACK);
        window->bytes = bytes;
        window->capacity = capacity;
    }
    if (window->start) memmove(window->bytes, window->bytes + window->start, length);
    window->start = 0;
    window->end = length;
    return true;
}

bool window_fill(struct window *window, size_t length, struct error *error) {
    while (window_length(window) < length && !window->is_over) {
        if (!make_room(window, error)) return false;
        while (window->end < window->capacity) {
            ptrdiff_t got = window->source.read(window->source.context, window->bytes + window->end,
                                                window->capacity - window->end, error);
            if (got < 0) return false;
            window->end += (size_t)got;
            window->is_over = got == 0;
            if (got == 0 || window_length(window) >= length) break;
        }
    }
    return true;
}

bool window_skip(struct window *window, uint64_t length, uint64_t *passed, struct error *error) {
    *passed = 0;
    while (*passed < length) {
        if (!window_fill(window, 1, error)) return false;
        uint64_t here = window_length(window), wanted = length - *passed;
        if (here == 0) break;
        if (here > wanted) here = wanted;
        window->start += (size_t)here;
        *passed += here;
    }
    return true;
}

void window_close(struct window *window) {
    free(window->bytes);
    *window = (struct window){0};
}
