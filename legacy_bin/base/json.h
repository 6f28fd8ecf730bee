/* json.h - values as JSON text (RFC 8259), appended to a buffer. Each returns false when there is no room. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buffer.h"

/* In quotes. JSON is UTF-8: every byte that is not becomes U+FFFD, as decoders do. Control characters are escaped,
 * those of ISO 6429 and other line ends too, so that the text is also YAML and one line to everybody. */
bool json_append_string(struct buffer *buffer, struct slice text);
/* The shortest digits that read back to the same, never those of an integer (2.0); what JSON has no number for is the
 * string "NaN", "Infinity" or "-Infinity". */
bool json_append_double(struct buffer *buffer, double value);
bool json_append_float(struct buffer *buffer, float value);

#endif
