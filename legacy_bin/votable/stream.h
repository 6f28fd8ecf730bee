/* stream.h - the content of a STREAM as bytes: inline base64 or a reference, with gzip undone
 * (VOTable 1.5, section 5.1). Inline text is taken from the window directly, from `>` to the next `<`;
 * what is not plain there (CDATA, comments, references) comes through expat. */
#ifndef VOTABLE_STREAM_H
#define VOTABLE_STREAM_H

#include "base/buffer.h"
#include "io/gunzip.h"
#include "io/source.h"
#include "votable/base64.h"
#include "votable/document.h"
#include "votable/xml.h"

enum { STREAM_TEXT = 64 * 1024, STREAM_BYTES = STREAM_TEXT / 4 * 3 };

/* One owner: starts zeroed, ends with stream_close(). */
struct stream {
    struct xml *xml;
    bool is_begun;    /* its start tag was seen */
    bool is_ended;    /* its end tag was seen */
    bool is_raw;      /* its text comes next in the window, and is not looked at by expat yet */
    const char *href; /* in the arena; NULL: inline */
    bool is_base64, is_gzip, may_be_gzip;
    struct buffer text; /* character data that came through expat */
    struct source *source;
    struct gunzip *gunzip;
    struct base64_decoder base64;
    char encoded[STREAM_TEXT];
    unsigned char decoded[STREAM_BYTES + BASE64_SLACK];
    size_t used, length;  /* of `decoded` */
    struct error failure; /* comes behind what is decoded: rows before it are read first */
};

/* For the reader's callbacks: start tag (false: refused, or no memory), character data, end tag. */
bool stream_begin(struct stream *stream, const struct vot_node *owner, const char *const *attributes,
                  struct arena *arena);
bool stream_text(struct stream *stream, struct slice text);
void stream_end(struct stream *stream);

/* After the start tag: opens what it says. `base`: what the document was opened as. */
bool stream_open(struct stream *stream, const char *base, struct error *error);
/* The content, to read from; the context is the stream. */
struct byte_reader stream_reader(struct stream *stream);
/* Pass over inline text that nobody asked for, up to the end tag. */
bool stream_drain(struct stream *stream, struct error *error);
/* In place of all that: pass over it without looking at it. */
bool stream_leap(struct stream *stream, struct error *error);
void stream_close(struct stream *stream);

#endif
