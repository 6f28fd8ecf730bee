/* buffer.c - capacity doubles, so that appending costs the same for each byte. */
#include "base/buffer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

char *buffer_grow(struct buffer *buffer, size_t more) {
    enum { SMALLEST = 64 };
    size_t maximum = buffer->maximum ? buffer->maximum : BUFFER_MAXIMUM;
    if (more > maximum || buffer->length > maximum - more) {
        buffer->is_incomplete = true;
        errno = EOVERFLOW;
        return NULL;
    }
    size_t capacity = buffer->capacity ? buffer->capacity : maximum < SMALLEST ? maximum : SMALLEST;
    while (capacity < buffer->length + more) capacity = capacity > maximum / 2 ? maximum : capacity * 2;
    char *bytes = realloc(buffer->bytes, capacity);
    if (!bytes) {
        buffer->is_incomplete = true;
        return NULL;
    }
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return buffer->bytes + buffer->length;
}

bool buffer_append(struct buffer *buffer, const void *bytes, size_t length) {
    if (length == 0) return true;
    char *end = buffer_reserve(buffer, length);
    if (!end) return false;
    memcpy(end, bytes, length);
    buffer->length += length;
    return true;
}

bool buffer_append_byte(struct buffer *buffer, char byte) {
    return buffer_append(buffer, &byte, 1);
}

bool buffer_append_slice(struct buffer *buffer, struct slice slice) {
    return buffer_append(buffer, slice.text, slice.length);
}

bool buffer_append_string(struct buffer *buffer, const char *string) {
    return buffer_append(buffer, string, strlen(string));
}

bool buffer_append_format(struct buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        buffer->is_incomplete = true;
        return false;
    }
    bool done = buffer_append(buffer, text, (size_t)length);
    free(text);
    return done;
}

char *buffer_string(struct buffer *buffer) {
    char *end = buffer_reserve(buffer, 1);
    if (!end || buffer->is_incomplete) return NULL;
    *end = '\0';
    return buffer->bytes;
}

void buffer_free(struct buffer *buffer) {
    free(buffer->bytes);
    size_t maximum = buffer->maximum;
    *buffer = (struct buffer){.maximum = maximum};
}
