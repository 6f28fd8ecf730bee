/* bytes.h - bytes pulled from somewhere: a file, a transfer, a STREAM's decoded content, a spool.
 * The reader of the bytes borrows the context; whoever made it frees it. */
#ifndef IO_BYTES_H
#define IO_BYTES_H

#include <stddef.h>

#include "base/error.h"

struct byte_reader {
    /* Up to `room` bytes; 0: the end (and again 0 when asked again); -1: error set. */
    ptrdiff_t (*read)(void *context, void *bytes, size_t room, struct error *error);
    void *context;
};

static inline ptrdiff_t bytes_read(struct byte_reader from, void *bytes, size_t room, struct error *error) {
    return from.read(from.context, bytes, room, error);
}

#endif
