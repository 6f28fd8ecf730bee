/* url.c - the little that is needed to know of URLs here; libcurl reads them. */
#include <string.h>

#include "http/transfer.h"

enum { LONGEST_SHOWN = 300 };

struct slice url_authority(const char *url) {
    const char *start = strstr(url, "://");
    start = start ? start + 3 : url;
    return (struct slice){start, strcspn(start, "/?#")};
}

void http_show_url(struct buffer *buffer, const char *url) {
    struct slice authority = url_authority(url);
    const char *at = memrchr(authority.text, '@', authority.length);
    if (at) { /* user:password */
        buffer_append(buffer, url, (size_t)(authority.text - url));
        url = at + 1;
    }
    size_t length = strlen(url);
    buffer_append(buffer, url, length > LONGEST_SHOWN ? LONGEST_SHOWN : length);
    if (length > LONGEST_SHOWN) buffer_append_string(buffer, "...");
}

bool http_encode(struct buffer *buffer, struct slice text) {
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.text[i];
        bool is_unreserved = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                             (byte >= '0' && byte <= '9') || (byte && strchr("-._~", byte));
        if (is_unreserved ? !buffer_append_byte(buffer, (char)byte) : !buffer_append_format(buffer, "%%%02X", byte))
            return false;
    }
    return true;
}
