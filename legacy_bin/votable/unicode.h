/* unicode.h - strings of binary cells as valid UTF-8 that XML 1.0 can hold (section 2.2, Char), and back.
 * What cannot stand in XML (broken UTF-8, lone surrogates, control characters) becomes U+FFFD. */
#ifndef VOTABLE_UNICODE_H
#define VOTABLE_UNICODE_H

#include "base/buffer.h"

/* How many bytes at the start are valid UTF-8 and XML characters. */
size_t utf8_valid_length(struct slice text);
/* Appended; false: no memory. */
bool utf8_append_clean(struct buffer *buffer, struct slice text);
/* UTF-16, big-endian, up to the first NUL. */
bool utf8_append_utf16(struct buffer *buffer, struct slice utf16);
/* Valid UTF-8 as UTF-16, big-endian. */
bool utf16_append_utf8(struct buffer *buffer, struct slice utf8);

#endif
