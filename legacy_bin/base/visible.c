/* visible.c - see visible.h. */
#include "base/visible.h"

#include "base/utf8.h"

bool visible_append(struct buffer *buffer, struct slice text) {
    bool done = true;
    while (text.length > 0 && done) {
        uint32_t code;
        size_t length = utf8_read(text, &code);
        bool is_control = length && code != '\t' && utf8_is_control(code);
        if (length && !is_control) {
            done = buffer_append(buffer, text.text, length);
        } else {
            if (!length) length = 1;
            for (size_t i = 0; i < length && done; i++)
                done = buffer_append_format(buffer, "\\x%02x", (unsigned char)text.text[i]);
        }
        text.text += length;
        text.length -= length;
    }
    return done;
}
