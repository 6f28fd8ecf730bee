/* gunzip.c - zlib's inflate over pulled bytes. Zeros behind the last member are padding (tapes, some
 * archives), anything else behind it is ignored, as gzip does. */
#include "io/gunzip.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { INPUT_ROOM = 64 * 1024 };

struct gunzip {
    struct byte_reader from;
    char *name;
    z_stream stream; /* its next_in and avail_in also serve where nothing is to be undone */
    bool is_plain;   /* not gzip */
    bool is_inside;  /* a member has begun and is not over */
    bool is_over;
    unsigned char input[INPUT_ROOM];
};

/* More input behind what is left of it (then less than 2 bytes); false: the end or an error. */
static bool refill(struct gunzip *gunzip, struct error *error) {
    z_stream *stream = &gunzip->stream;
    if (stream->avail_in) memmove(gunzip->input, stream->next_in, stream->avail_in);
    stream->next_in = gunzip->input;
    ptrdiff_t got = bytes_read(gunzip->from, gunzip->input + stream->avail_in, INPUT_ROOM - stream->avail_in, error);
    if (got > 0) stream->avail_in += (uInt)got;
    return got > 0;
}

static bool is_magic(const unsigned char *bytes) {
    return bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static bool start(struct gunzip *gunzip, enum gunzip_when when, struct error *error) {
    z_stream *stream = &gunzip->stream;
    while (stream->avail_in < 2 && refill(gunzip, error)) continue;
    if (error->text) return false;
    gunzip->is_plain = when == GUNZIP_IF_MAGIC && (stream->avail_in < 2 || !is_magic(stream->next_in));
    gunzip->is_inside = true;
    return gunzip->is_plain || inflateInit2(stream, 16 + MAX_WBITS) == Z_OK || error_set_memory(error);
}

struct gunzip *gunzip_open(struct byte_reader from, enum gunzip_when when, const char *name, struct error *error) {
    struct gunzip *gunzip = calloc(1, sizeof *gunzip);
    if (!gunzip || !(gunzip->name = strdup(name))) {
        error_set_memory(error);
        free(gunzip);
        return NULL;
    }
    gunzip->from = from;
    if (start(gunzip, when, error)) return gunzip;
    gunzip_close(gunzip);
    return NULL;
}

/* Between members: whether another one follows. */
static bool next_member(struct gunzip *gunzip, struct error *error) {
    z_stream *stream = &gunzip->stream;
    while (stream->avail_in < 2)
        if (!refill(gunzip, error)) return false;
    if (!is_magic(stream->next_in)) return false;
    inflateReset(stream);
    return gunzip->is_inside = true;
}

static ptrdiff_t read_plain(struct gunzip *gunzip, void *bytes, size_t room, struct error *error) {
    z_stream *stream = &gunzip->stream;
    if (stream->avail_in == 0) return bytes_read(gunzip->from, bytes, room, error);
    if (room > stream->avail_in) room = stream->avail_in;
    memcpy(bytes, stream->next_in, room);
    stream->next_in += room;
    stream->avail_in -= (uInt)room;
    return (ptrdiff_t)room;
}

ptrdiff_t gunzip_read(void *context, void *bytes, size_t room, struct error *error) {
    struct gunzip *gunzip = context;
    z_stream *stream = &gunzip->stream;
    if (gunzip->is_plain) return read_plain(gunzip, bytes, room, error);
    if (room > INT32_MAX) room = INT32_MAX;
    stream->next_out = bytes;
    stream->avail_out = (uInt)room;
    while (!gunzip->is_over && stream->avail_out == room) {
        if (!gunzip->is_inside && !next_member(gunzip, error)) {
            if (error->text) return -1;
            gunzip->is_over = true;
            break;
        }
        if (stream->avail_in == 0 && !refill(gunzip, error)) {
            if (!error->text) error_set_input(error, "the gzip data of '%s' end too early", gunzip->name);
            return -1;
        }
        int status = inflate(stream, Z_NO_FLUSH);
        if (status == Z_STREAM_END) {
            gunzip->is_inside = false;
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            error_set_input(error, "the gzip data of '%s' are damaged (%s)", gunzip->name,
                            stream->msg ? stream->msg : "not gzip");
            return -1;
        }
    }
    return (ptrdiff_t)(room - stream->avail_out);
}

void gunzip_close(struct gunzip *gunzip) {
    if (!gunzip) return;
    if (!gunzip->is_plain) inflateEnd(&gunzip->stream);
    free(gunzip->name);
    free(gunzip);
}
