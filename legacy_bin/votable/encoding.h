/* encoding.h - a document's bytes as UTF-8, whatever it is written in. The encoding is known from the byte order
 * mark, the first bytes, or the XML declaration (XML 1.0, appendix F); expat is then told that all is UTF-8.
 * A sequence that cannot be converted becomes one byte 0xFF, at which expat stops with its own error and line. */
#ifndef VOTABLE_ENCODING_H
#define VOTABLE_ENCODING_H

#include <iconv.h>

#include "io/bytes.h"

enum { ENCODING_ROOM = 32 * 1024 };

/* One owner: encoding_open() … encoding_close() (also after a failed open). */
struct encoding {
    struct byte_reader from; /* borrowed */
    iconv_t conversion;      /* (iconv_t)-1: the bytes are UTF-8 already */
    bool is_over;            /* nothing more comes from `from` */
    bool is_broken;          /* met a sequence that cannot be converted */
    size_t used, length;     /* of `bytes` */
    char bytes[ENCODING_ROOM];
};

/* Looks at the start of the document. false with error set: cannot be read, or an encoding nobody knows. */
bool encoding_open(struct encoding *encoding, struct byte_reader from, struct error *error);
/* UTF-8 text: up to `room` (at least 16) bytes, 0 at the end, -1: error set. */
ptrdiff_t encoding_read(struct encoding *encoding, char *text, size_t room, struct error *error);
void encoding_close(struct encoding *encoding);

#endif
