/* gunzip.c - libcurl's own decoding lets a truncated stream pass and does not bound what comes out. */
#include "http/gunzip.h"

#include <stdlib.h>
#include <zlib.h>

enum { BLOCK = 64 * 1024 };

struct gunzip {
    z_stream stream;
    bool is_between_members; /* nothing at all, or a member is complete */
    bool is_empty;
    unsigned char block[BLOCK];
};

struct gunzip *gunzip_open(void) {
    struct gunzip *gunzip = calloc(1, sizeof *gunzip);
    if (!gunzip) return NULL;
    gunzip->is_between_members = gunzip->is_empty = true;
    if (inflateInit2(&gunzip->stream, 16 + MAX_WBITS) == Z_OK) return gunzip;
    free(gunzip);
    return NULL;
}

bool gunzip_take(struct gunzip *gunzip, const void *bytes, size_t length,
                 bool (*take)(void *context, const void *bytes, size_t length), void *context) {
    z_stream *stream = &gunzip->stream;
    stream->next_in = (unsigned char *)bytes;
    stream->avail_in = (unsigned)length; /* libcurl hands over at most 16 MiB */
    do {
        if (stream->avail_in && gunzip->is_between_members && !gunzip->is_empty) inflateReset(stream);
        if (stream->avail_in) gunzip->is_between_members = gunzip->is_empty = false;
        stream->next_out = gunzip->block;
        stream->avail_out = BLOCK;
        int status = inflate(stream, Z_NO_FLUSH);
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return false;
        size_t made = BLOCK - stream->avail_out;
        if (made && !take(context, gunzip->block, made)) return false;
        gunzip->is_between_members = status == Z_STREAM_END;
    } while (stream->avail_in || (stream->avail_out == 0 && !gunzip->is_between_members));
    return true;
}

bool gunzip_is_complete(const struct gunzip *gunzip) {
    return gunzip->is_between_members;
}

void gunzip_close(struct gunzip *gunzip) {
    if (!gunzip) return;
    inflateEnd(&gunzip->stream);
    free(gunzip);
}
