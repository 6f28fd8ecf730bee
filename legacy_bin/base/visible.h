/* visible.h - foreign text made fit to look at on a terminal. */
#ifndef BASE_VISIBLE_H
#define BASE_VISIBLE_H

#include "base/buffer.h"

enum { VISIBLE_ROOM = 20 };

/* Foreign text must not move the cursor or change colours: control characters (also those of
 * ISO 6429 above 0x7f) and bytes that are not UTF-8 are shown in hexadecimal.
 * Takes the first character of *text, which is not empty, into `room`; returns how long it has become. */
size_t visible_take(struct slice *text, char room[VISIBLE_ROOM]);
/* All of it. */
bool visible_append(struct buffer *buffer, struct slice text);

#endif
