/* again.h - documents that are read more than once. What can be opened again is; of anything else (a pipe, a
 * transfer) the bytes are kept in a spool while they are read first. Documents may share the spool: all are read
 * once before the first is read again. */
#ifndef VOTABLE_AGAIN_H
#define VOTABLE_AGAIN_H

#include "io/source.h"
#include "io/spool.h"
#include "votable/reader.h"

/* One owner: starts with the first two members set, ends with again_close(). */
struct again {
    const char *argument; /* NULL: standard input */
    struct spool *spool;  /* borrowed */
    struct source *source;
    bool is_kept;          /* what was read is in the spool */
    size_t start, end, at; /* of the bytes kept in the spool, and of the next to be read */
};

/* Each gives a reader, to be closed by the caller; NULL with error set. For the first time: */
struct vot_reader *again_read_first(struct again *again, struct error *error);
/* When all of that was read, as often as is wanted; the first reader may stay open for its tree: */
struct vot_reader *again_read(struct again *again, struct error *error);
void again_close(struct again *again);

#endif
