/* output.h - where a tool's result goes: standard output or a file that appears only when complete.
 * Standard output: the first MiB is held back, so that an error within it leaves stdout empty.
 * A file: written without a name in the target's folder, put in place by output_commit(); devices
 * and pipes are written as they are. A closed pipe ends the program quietly, by SIGPIPE.
 * One owner: output_open() … output_commit(), output_discard() or output_close(), each frees it. */
#ifndef IO_OUTPUT_H
#define IO_OUTPUT_H

#include "base/buffer.h"
#include "base/error.h"

/* Only the two pointers are anybody's business, for the inline functions below. */
struct output {
    char *at;  /* next byte to be written */
    char *end; /* of the room */
};

/* name NULL, "-" or "stdout" (any case): standard output. NULL with error set: cannot be opened. */
struct output *output_open(const char *name, struct error *error);
bool output_is_standard(const char *name);
/* Whether it would be a file, which appears only when it is complete. */
bool output_is_file(const char *name);
/* An output whose bytes are thrown away (`-r`). */
struct output *output_open_nowhere(struct error *error);
/* An output that ends in a spool (spool.h; borrowed, to be closed after the output). */
struct spool;
struct output *output_open_spool(struct spool *spool, struct error *error);

/* An output that ends in a buffer (borrowed), behind what is in it; the buffer is whole after output_commit(). */
struct output *output_open_buffer(struct buffer *buffer, struct error *error);

/* Writing never fails at once: the first error is kept and returned by output_commit();
 * output_failed() tells it early, so that long work can stop. */
void output_write(struct output *output, const void *bytes, size_t length);
void output_write_slice(struct output *output, struct slice slice);
/* What was put together in a buffer; one that is incomplete makes the output fail. */
void output_write_buffer(struct output *output, const struct buffer *buffer);
void output_write_string(struct output *output, const char *string);
void output_format(struct output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool output_failed(const struct output *output);
/* Send what is buffered now (interactive tools); nothing is held back any more. */
void output_flush(struct output *output);

/* Everything written, closed and in its place, or error set and the old file left as it was. */
bool output_commit(struct output *output, struct error *error);
void output_discard(struct output *output);
/* One of the two: commit what `is_complete`, discard what is not (error is set already). NULL was not to be opened.
 * Returns whether all is in its place. */
bool output_close(struct output *output, bool is_complete, struct error *error);

/* The fast way: room for at least `length` bytes (at most OUTPUT_ROOM), then say how many were used.
 * Bytes behind the used ones may be scribbled on. */
enum { OUTPUT_ROOM = 64 * 1024 };

void output_make_room(struct output *output); /* at least OUTPUT_ROOM bytes are free afterwards */

static inline char *output_reserve(struct output *output, size_t length) {
    if ((size_t)(output->end - output->at) < length) output_make_room(output);
    return output->at;
}

static inline void output_advance(struct output *output, size_t used) {
    output->at += used;
}

#endif
