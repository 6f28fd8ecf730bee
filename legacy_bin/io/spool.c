/* spool.c - bytes kept until what must stand before them is known: in memory, then in scratch space. */
#include "io/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "io/temporary.h"

enum { IN_MEMORY = 1 << 20 };

struct spool {
    struct buffer tail; /* the last bytes written, all of them while descriptor is -1 */
    int descriptor;
    size_t stored;   /* bytes in the file */
    size_t position; /* of the next read */
    bool is_read;    /* writing is over */
};

struct spool *spool_open(struct error *error) {
    struct spool *spool = calloc(1, sizeof *spool);
    if (!spool) {
        error_set_memory(error);
        return NULL;
    }
    spool->descriptor = -1;
    return spool;
}

static bool store(struct spool *spool, const char *bytes, size_t length, struct error *error) {
    if (spool->descriptor < 0) spool->descriptor = temporary_scratch();
    if (spool->descriptor < 0)
        return error_set_errno(error, "Cannot make a temporary file in '%s'", temporary_scratch_folder());
    while (length > 0) {
        ssize_t sent = write(spool->descriptor, bytes, length);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0)
            return error_set_errno(error, "Cannot write a temporary file in '%s'", temporary_scratch_folder());
        spool->stored += (size_t)sent;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static bool store_tail(struct spool *spool, struct error *error) {
    if (!store(spool, spool->tail.bytes, spool->tail.length, error)) return false;
    spool->tail.length = 0;
    return true;
}

bool spool_write(struct spool *spool, const void *bytes, size_t length, struct error *error) {
    if (spool->is_read) return error_set(error, "a spool that is being read cannot be written");
    if (length > IN_MEMORY - spool->tail.length && !store_tail(spool, error)) return false;
    if (length > IN_MEMORY) return store(spool, bytes, length, error);
    return buffer_append(&spool->tail, bytes, length) || error_set_memory(error);
}

size_t spool_length(const struct spool *spool) {
    return spool->stored + spool->tail.length;
}

/* Up to `room` bytes at `offset`, which may be the end; -1: error set. */
static ptrdiff_t read_part(struct spool *spool, size_t offset, void *bytes, size_t room, struct error *error) {
    spool->is_read = true;
    if (offset >= spool->stored) {
        size_t from = offset - spool->stored, left = spool->tail.length - from;
        if (room > left) room = left;
        if (room) memcpy(bytes, spool->tail.bytes + from, room);
        return (ptrdiff_t)room;
    }
    if (room > spool->stored - offset) room = spool->stored - offset;
    ssize_t got;
    do got = pread(spool->descriptor, bytes, room, (off_t)offset);
    while (got < 0 && errno == EINTR);
    if (got > 0 || room == 0) return got;
    if (got == 0) errno = EIO; /* somebody has cut our file short */
    error_set_errno(error, "Cannot read a temporary file in '%s'", temporary_scratch_folder());
    return -1;
}

ptrdiff_t spool_read(struct spool *spool, void *bytes, size_t room, struct error *error) {
    ptrdiff_t got = read_part(spool, spool->position, bytes, room, error);
    if (got > 0) spool->position += (size_t)got;
    return got;
}

static ptrdiff_t read_next(void *spool, void *bytes, size_t room, struct error *error) {
    return spool_read(spool, bytes, room, error);
}

struct byte_reader spool_reader(struct spool *spool) {
    return (struct byte_reader){read_next, spool};
}

bool spool_read_at(struct spool *spool, size_t offset, void *bytes, size_t length, struct error *error) {
    size_t whole = spool_length(spool);
    if (offset > whole || length > whole - offset)
        return error_set_input(error, "%zu bytes are wanted at byte %zu, but there are only %zu", length, offset,
                               whole);
    for (size_t have = 0; have < length;) {
        ptrdiff_t got = read_part(spool, offset + have, (char *)bytes + have, length - have, error);
        if (got < 0) return false;
        have += (size_t)got;
    }
    return true;
}

bool spool_copy(struct spool *spool, struct output *output, struct error *error) {
    ptrdiff_t got;
    while ((got = spool_read(spool, output_reserve(output, OUTPUT_ROOM), OUTPUT_ROOM, error)) > 0)
        output_advance(output, (size_t)got);
    return got == 0;
}

void spool_close(struct spool *spool) {
    if (!spool) return;
    if (spool->descriptor >= 0) close(spool->descriptor);
    buffer_free(&spool->tail);
    free(spool);
}
