/* visible.h - foreign text made fit to look at on a terminal. */
#ifndef BASE_VISIBLE_H
#define BASE_VISIBLE_H

#include "base/buffer.h"

/* Foreign text must not move the cursor or change colours: control characters (also those of
 * ISO 6429 above 0x7f) and bytes that are not UTF-8 are shown in hexadecimal. */
bool visible_append(struct buffer *buffer, struct slice text);

#endif
