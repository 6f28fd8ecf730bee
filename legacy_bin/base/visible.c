/* visible.c - see visible.h. */
#include "base/visible.h"

#include <stdio.h>

#include "base/utf8.h"

size_t visible_take(struct slice *text, char room[VISIBLE_ROOM]) {
    uint32_t code;
    size_t length = utf8_read(*text, &code), shown = length;
    bool is_control = length && code != '\t' && utf8_is_control(code);
    if (length && !is_control) {
        memcpy(room, text->text, length);
    } else {
        shown = 0;
        if (!length) length = 1;
        for (size_t i = 0; i < length; i++)
            shown += (size_t)sprintf(room + shown, "\\x%02x", (unsigned char)text->text[i]);
    }
    text->text += length;
    text->length -= length;
    return shown;
}

bool visible_append(struct buffer *buffer, struct slice text) {
    char room[VISIBLE_ROOM];
    bool done = true;
    while (text.length > 0 && done) done = buffer_append(buffer, room, visible_take(&text, room));
    return done;
}
