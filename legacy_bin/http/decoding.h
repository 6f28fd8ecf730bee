/* decoding.h - gzip undone as it arrives, strictly: damage, truncation and anything behind it are errors. */
#ifndef HTTP_DECODING_H
#define HTTP_DECODING_H

#include <stdbool.h>
#include <stddef.h>

struct decoding;

/* One owner: decoding_open() … decoding_close(). NULL: no memory. */
struct decoding *decoding_open(void);
/* Every decoded piece goes to `take`; false: not gzip, or `take` returned false. */
bool decoding_take(struct decoding *decoding, const void *bytes, size_t length,
                   bool (*take)(void *context, const void *bytes, size_t length), void *context);
/* Whether the stream has come to its end. */
bool decoding_is_complete(const struct decoding *decoding);
void decoding_close(struct decoding *decoding);

#endif
