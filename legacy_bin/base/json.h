/* json.h - values as JSON text (RFC 8259), appended to a buffer. Each returns false when there is no room. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buffer.h"

/* In quotes. JSON is UTF-8: every byte that is not becomes U+FFFD, as decoders do. */
bool json_append_string(struct buffer *buffer, struct slice text);
/* The shortest digits that read back to the same, never those of an integer (2.0); what JSON has no number for is the
 * string "NaN", "Infinity" or "-Infinity". */
bool json_append_double(struct buffer *buffer, double value);

#endif
