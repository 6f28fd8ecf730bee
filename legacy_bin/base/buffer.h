/* buffer.h - bytes that grow, up to a stated maximum.
 * The owner sets `maximum` (0: BUFFER_MAXIMUM) and calls buffer_free() once. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/slice.h"

#define BUFFER_MAXIMUM ((size_t)1 << 30)

struct buffer {
    char *bytes; /* not terminated; NULL while empty and never grown */
    size_t length;
    size_t capacity;
    size_t maximum;
    bool is_incomplete; /* something could not be appended since buffer_free() */
};

/* For buffer_reserve() alone: the same, when there is not room enough. */
char *buffer_grow(struct buffer *buffer, size_t more);

/* Room for `more` bytes behind the content, or NULL: no memory (errno ENOMEM), or over the maximum (EOVERFLOW). */
static inline char *buffer_reserve(struct buffer *buffer, size_t more) {
    if (buffer->bytes && more <= buffer->capacity - buffer->length) return buffer->bytes + buffer->length;
    return buffer_grow(buffer, more);
}

/* Each returns false when there is no room. Who appends much looks at `is_incomplete` once, at the end. */
bool buffer_append(struct buffer *buffer, const void *bytes, size_t length);
bool buffer_append_byte(struct buffer *buffer, char byte);
bool buffer_append_slice(struct buffer *buffer, struct slice slice);
bool buffer_append_string(struct buffer *buffer, const char *string);
bool buffer_append_format(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The content as a C string (a NUL is kept behind it, not counted), or NULL: no room, or incomplete. */
char *buffer_string(struct buffer *buffer);
void buffer_free(struct buffer *buffer);

static inline struct slice buffer_slice(const struct buffer *buffer) {
    return (struct slice){buffer->bytes, buffer->length};
}

#endif
