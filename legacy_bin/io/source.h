/* source.h - the input argument of a tool, opened and read in blocks.
 * Resolves what the user typed (absent, `-`, `stdin`, file, file://, http://, https://, XML text) and
 * hides gzip. Encodings are not its affair. One owner: source_open() … source_close(). */
#ifndef IO_SOURCE_H
#define IO_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct source;

enum source_kind {
    SOURCE_DOCUMENT, /* the tool's argument: all the forms above; gzip is undone */
    SOURCE_REFERENCE /* a STREAM href inside a document: file or URL only, relative to `base` */
};

/* NULL with error set: what `argument` is and why it cannot be read. `base` is the argument that the
 * referring document was opened with (NULL for a document); a document fetched from the network may
 * not refer to local files. */
struct source *source_open(const char *argument, enum source_kind kind, const char *base, struct error *error);
/* What to call it in reports: the argument as given, `stdin` for standard input. */
const char *source_name(const struct source *source);
/* Whether the argument can be opened once more, for the same bytes: a regular file, XML text. */
bool source_is_lasting(const struct source *source);
/* Up to `room` bytes; 0 at the end of input (a failed transfer is an error, not an end); -1: error set. */
ptrdiff_t source_read(struct source *source, void *bytes, size_t room, struct error *error);
void source_close(struct source *source);

#endif
