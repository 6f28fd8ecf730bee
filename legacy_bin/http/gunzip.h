/* gunzip.h - gzip undone as it arrives, strictly: damage, truncation and anything behind it are errors. */
#ifndef HTTP_GUNZIP_H
#define HTTP_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

struct gunzip;

/* One owner: gunzip_open() … gunzip_close(). NULL: no memory. */
struct gunzip *gunzip_open(void);
/* Every decoded piece goes to `take`; false: not gzip, or `take` returned false. */
bool gunzip_take(struct gunzip *gunzip, const void *bytes, size_t length,
                 bool (*take)(void *context, const void *bytes, size_t length), void *context);
/* Whether the stream has come to its end. */
bool gunzip_is_complete(const struct gunzip *gunzip);
void gunzip_close(struct gunzip *gunzip);

#endif
