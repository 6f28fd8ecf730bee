/* decoding.c - libcurl's own decoding lets a truncated stream pass and does not bound what comes out. */
#include "http/decoding.h"

#include <stdlib.h>
#include <zlib.h>

enum { BLOCK = 64 * 1024 };

struct decoding {
    z_stream stream;
    bool is_between_members; /* nothing at all, or a member is complete */
    bool is_empty;
    unsigned char block[BLOCK];
};

struct decoding *decoding_open(void) {
    struct decoding *decoding = calloc(1, sizeof *decoding);
    if (!decoding) return NULL;
    decoding->is_between_members = decoding->is_empty = true;
    if (inflateInit2(&decoding->stream, 16 + MAX_WBITS) == Z_OK) return decoding;
    free(decoding);
    return NULL;
}

bool decoding_take(struct decoding *decoding, const void *bytes, size_t length,
                   bool (*take)(void *context, const void *bytes, size_t length), void *context) {
    z_stream *stream = &decoding->stream;
    stream->next_in = (unsigned char *)bytes;
    stream->avail_in = (unsigned)length; /* libcurl hands over at most 16 MiB */
    do {
        if (stream->avail_in && decoding->is_between_members && !decoding->is_empty) inflateReset(stream);
        if (stream->avail_in) decoding->is_between_members = decoding->is_empty = false;
        stream->next_out = decoding->block;
        stream->avail_out = BLOCK;
        int status = inflate(stream, Z_NO_FLUSH);
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return false;
        size_t made = BLOCK - stream->avail_out;
        if (made && !take(context, decoding->block, made)) return false;
        decoding->is_between_members = status == Z_STREAM_END;
    } while (stream->avail_in || (stream->avail_out == 0 && !decoding->is_between_members));
    return true;
}

bool decoding_is_complete(const struct decoding *decoding) {
    return decoding->is_between_members;
}

void decoding_close(struct decoding *decoding) {
    if (!decoding) return;
    inflateEnd(&decoding->stream);
    free(decoding);
}
