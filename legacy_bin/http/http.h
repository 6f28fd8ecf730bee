/* http.h - HTTP and HTTPS transfers, one or many in one thread, bodies handed on as bytes arrive.
 *
 *     struct http_request request = {.urls = urls, .url_count = n, .data = take, .context = &state};
 *     if (!http_fetch(NULL, &request, &error)) …
 *
 * Many at once: http_open(), http_add() as often as wanted, http_run(), http_close().
 *
 * What holds for every transfer
 * - Certificates are verified, against the system's authorities or those of CURL_CA_BUNDLE, SSL_CERT_FILE,
 *   SSL_CERT_DIR. Proxies are libcurl's affair (http_proxy, https_proxy, no_proxy).
 * - At most 10 redirects, to http and https only, never from https to http.
 * - URLs are mirrors of one thing: each round tries every one that may still work, then waits. Network
 *   failures and 429, 500, 502, 503, 504 are worth another round; any other status and a bad certificate
 *   are not. Retry-After is obeyed; when it asks for more than `longest_wait`, its mirror is given up.
 * - Nothing is delivered twice. A body broken off is continued behind the last byte delivered (Range with
 *   If-Range; or all of it again, passing over what is known, when a strong ETag says that it is the same),
 *   else started again if the consumer can (is_restartable), else the transfer fails.
 * - A server that says nothing within the time allowed is not asked again; one that stalls in a body is.
 * - gzip is accepted and undone; a length that does not match, a broken chunk, a damaged or truncated gzip
 *   stream and a digest (Content-MD5, Repr-Digest) that does not match are failures.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

/* Seconds may be fractions. 0: the default; a negative time: no limit. */
struct http_limits {
    double connect_seconds; /* 15 */
    double idle_seconds;    /* nothing came and nothing went: 60 */
    double attempt_seconds; /* one URL, once: no limit */
    double total_seconds;   /* all attempts and waits: no limit */
    uint64_t body_bytes;    /* after gzip is undone: no limit but that of expansion (a gzip bomb) */
    size_t header_bytes;    /* 256 KiB */
    unsigned rounds;        /* 4: one try and three more */
    double first_wait;      /* before the second round: 0.5, doubled for each later one */
    double longest_wait;    /* longest Retry-After that is obeyed: 60 */
};

/* What the server said of a body; lives as long as the callback it is given to. */
struct http_answer {
    int status;       /* 200, 206 …; 0: no answer at all */
    const char *url;  /* where the body came from, after redirects */
    uint64_t offset;  /* of the first byte that `data` will get: 0, or where the request wanted to resume */
    int64_t length;   /* of the whole body when it is known (and not compressed), else -1 */
    bool is_complete; /* in `done`: everything was delivered */
    const char *content_type, *content_disposition, *etag, *last_modified; /* NULL: not said */
    const char *content_md5, *repr_digest; /* of the whole body, where it comes whole; NULL: not said */
    const char *validator;                 /* what a later request can continue this version with; NULL: it cannot be */
    struct slice error_body;               /* of a status that is not 2xx: the first 64 KiB */
};

struct http_request {
    const char *const *urls; /* mirrors, tried in turn; borrowed, like all else here, until `done` */
    size_t url_count;
    const char *method;         /* NULL: GET, or POST when there is a body; HEAD; anything else as it is */
    struct slice body;          /* text != NULL: sent */
    const char *content_type;   /* of the body; NULL: application/x-www-form-urlencoded */
    const char *const *headers; /* "Name: value", ends with NULL; NULL: none */
    struct http_limits limits;
    bool is_repeatable;    /* a POST that may be sent again after a failure (GET and HEAD always are) */
    bool is_restartable;   /* `start` may come again: the consumer then drops what it has */
    bool is_direct;        /* without proxy, whatever the environment says: for services on this machine */
    bool no_compression;   /* do not ask for gzip (files that are kept as they are) */
    uint64_t offset;       /* resume here: the consumer has the bytes before … */
    const char *validator; /* … of the version with this ETag or Last-Modified */

    /* All optional. `start`: a 2xx answer begins; it may come again as long as nothing was delivered, and later
     * for a restartable consumer, then with offset 0.
     * `data`: the next bytes. Both return false with error set; if it is an input error (is_input: this body is
     * not what it should be) another mirror is tried when the consumer is restartable, any other error ends it.
     * `finish`: the body is complete; for consumers that judge a whole one, with the same two ways out.
     * `done`: once, at the very end; `error` is empty for success and is cleared afterwards. */
    bool (*start)(void *context, const struct http_answer *answer, struct error *error);
    bool (*data)(void *context, const void *bytes, size_t length, struct error *error);
    bool (*finish)(void *context, struct error *error);
    void (*done)(void *context, const struct http_answer *answer, struct error *error);
    void *context;
};

struct http;
/* One transfer, from beginning to end, with the connections of `http` (NULL: of its own). false with error
 * set: one line with URL and reason. */
bool http_fetch(struct http *http, const struct http_request *request, struct error *error);

/* Many: at most `parallel` at once, `per_host` to one host (0: 6 and 4). One owner: http_open() …
 * http_close(), which ends what is still under way. NULL with error set. */
struct http *http_open(unsigned parallel, unsigned per_host, struct error *error);
/* Queue a request (copied; what it points to is borrowed). May be called from `done`. */
bool http_add(struct http *http, const struct http_request *request, struct error *error);
/* Bytes a second that all transfers together may receive; 0: no limit. Before http_run(). */
void http_limit_rate(struct http *http, uint64_t bytes_per_second);
/* http_run() returns as soon as this descriptor (borrowed; a signalfd) can be read; what runs then waits for the next
 * http_run(), or for http_close(). */
void http_stop_at(struct http *http, int descriptor);
/* Until all have ended; false with error set only when the machinery itself failed. */
bool http_run(struct http *http, struct error *error);
void http_close(struct http *http);

/* `text` percent-encoded as part of a query or path segment: unreserved characters of RFC 3986 stay. */
bool http_encode(struct buffer *buffer, struct slice text);
/* A URL for messages: without password, and cut when very long. */
void http_show_url(struct buffer *buffer, const char *url);

#endif
