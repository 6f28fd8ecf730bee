/* base64.h - base64 (RFC 4648 section 4) in pieces, as STREAM content comes and goes.
 * Decoding is strict: only the alphabet, padding at the very end, no bits left over; white space is skipped. */
#ifndef VOTABLE_BASE64_H
#define VOTABLE_BASE64_H

#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "io/output.h"

struct base64_decoder {
    uint32_t group;    /* the characters of a group so far, six bits each */
    unsigned count;    /* how many of its four they are, padding included */
    unsigned padding;  /* how many of these were `=` */
    uint64_t position; /* characters read so far, for messages */
    unsigned char values[256];
    uint64_t tables[8][256]; /* a character's bits at each place of two groups, as they lie in memory */
};

void base64_start(struct base64_decoder *decoder);
/* What is decoded may be followed by this many bytes of scribbling. */
enum { BASE64_SLACK = 8 };
/* Decodes a piece into `bytes`, which has room for text.length / 4 * 3 + BASE64_SLACK; *length says how many came.
 * false with error set (position and character); *length then says how many came before that. */
bool base64_decode(struct base64_decoder *decoder, struct slice text, void *bytes, size_t *length, struct error *error);
/* Of the text only what is easy, whole groups and newlines between them; *text is then what is left, *lines counts the
 * newlines. Returns the length of what was decoded. */
size_t base64_decode_lines(struct base64_decoder *decoder, struct slice *text, void *bytes, unsigned long *lines);
/* The text is over: false with error set when it stopped inside a group. */
bool base64_finish(struct base64_decoder *decoder, struct error *error);

/* Bytes written as lines of 64 characters. */
struct base64_encoder {
    struct output *output;  /* borrowed */
    unsigned char rest[48]; /* bytes that do not fill a line yet */
    size_t rest_length;
    char pairs[4096][2]; /* the two characters for each twelve bits */
};

void base64_begin(struct base64_encoder *encoder, struct output *output);
void base64_write(struct base64_encoder *encoder, const void *bytes, size_t length);
/* The last line, padded; every line ends in a newline. */
void base64_end(struct base64_encoder *encoder);

#endif
