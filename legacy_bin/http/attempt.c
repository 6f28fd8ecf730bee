/* attempt.c - one try at one URL: a libcurl handle set up for it, and what libcurl reports while it runs. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http/transfer.h"
#include "io/reference.h"

enum { MAXIMUM_REDIRECTS = 10 };

double now_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool attempt_fail(struct transfer *transfer, enum verdict verdict, const char *format, ...) {
    if (transfer->verdict != VERDICT_NONE) return false;
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    transfer->verdict = verdict;
    if (length < 0) return error_set_memory(&transfer->error);
    struct buffer url = {0};
    http_show_url(&url, transfer->request.urls[transfer->mirror]);
    error_set(&transfer->error, "%.*s: %s", (int)url.length, url.bytes, text);
    buffer_free(&url);
    free(text);
    return false;
}

bool attempt_fail_consumer(struct transfer *transfer, struct error *error) {
    if (error->is_input)
        attempt_fail(transfer, VERDICT_DROP, "%s", error->text);
    else if (transfer->verdict == VERDICT_NONE) {
        transfer->verdict = VERDICT_STOP;
        error_set(&transfer->error, "%s", error->text);
    }
    error_clear(error);
    return false;
}

const char *attempt_header(struct transfer *transfer, const char *name) {
    struct curl_header *header;
    return curl_easy_header(transfer->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : NULL;
}

static bool starts_with(struct slice line, const char *start) {
    size_t length = strlen(start);
    return line.length >= length && strncasecmp(line.text, start, length) == 0;
}

/* What follows in a line, trimmed, for messages. */
static void keep_text(char *room, size_t size, struct slice line, size_t from) {
    struct slice rest = slice_trim((struct slice){line.text + from, line.length - from});
    snprintf(room, size, "%.*s", (int)rest.length, rest.text);
}

/* A header line, of any answer on the way (redirects, 100 Continue). */
static size_t take_header(char *line, size_t size, size_t count, void *context) {
    struct transfer *transfer = context;
    size_t length = size * count;
    transfer->last_news = now_seconds();
    struct slice text = {line, length};
    if (starts_with(text, "HTTP/")) { /* a new answer: keep the reason it gives */
        transfer->header_bytes = 0;
        const char *space = memchr(line, ' ', length);
        keep_text(transfer->status_text, sizeof transfer->status_text, text, space ? (size_t)(space - line) : length);
    } else if (starts_with(text, "Location:")) {
        keep_text(transfer->location, sizeof transfer->location, text, strlen("Location:"));
    }
    transfer->header_bytes += length;
    if (transfer->header_bytes > transfer->request.limits.header_bytes) {
        attempt_fail(transfer, VERDICT_DROP, "the header of the answer is larger than %zu bytes",
                     transfer->request.limits.header_bytes);
        return 0;
    }
    return length;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
    struct transfer *transfer = context;
    size_t length = size * count;
    bool is_taken = (transfer->has_begun || body_begin(transfer)) && body_take(transfer, bytes, length);
    transfer->last_news = now_seconds(); /* the time the consumer took is not the server's */
    return is_taken ? length : 0;
}

/* Called as bytes move in either direction: a long upload is news too. */
static int take_progress(void *context, curl_off_t total_down, curl_off_t down, curl_off_t total_up, curl_off_t up) {
    (void)total_down, (void)total_up;
    struct transfer *transfer = context;
    if (down + up != transfer->bytes_moved) transfer->last_news = now_seconds();
    transfer->bytes_moved = down + up;
    return 0;
}

static bool add_field(struct transfer *transfer, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool add_field(struct transfer *transfer, const char *format, ...) {
    char *line = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&line, format, arguments);
    va_end(arguments);
    struct curl_slist *longer = length < 0 ? NULL : curl_slist_append(transfer->fields, line);
    if (length >= 0) free(line);
    if (longer) transfer->fields = longer;
    return longer != NULL;
}

/* libcurl copies texts, for which there may be no memory; NULL and the empty text leave its default. */
static bool set_text(CURL *easy, CURLoption option, const char *text) {
    return !text || !*text || curl_easy_setopt(easy, option, text) != CURLE_OUT_OF_MEMORY;
}

/* libcurl itself reads none of these; its command line does. */
static bool set_authorities(CURL *easy) {
    const char *bundle = getenv("CURL_CA_BUNDLE"), *file = getenv("SSL_CERT_FILE"), *folder = getenv("SSL_CERT_DIR");
    if (bundle && *bundle) return set_text(easy, CURLOPT_CAINFO, bundle);
    return set_text(easy, CURLOPT_CAPATH, folder) && set_text(easy, CURLOPT_CAINFO, file);
}

static bool set_method(struct transfer *transfer) {
    const struct http_request *request = &transfer->request;
    CURL *easy = transfer->easy;
    const char *method = request->method ? request->method : request->body.text ? "POST" : "GET";
    if (request->body.text) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.text);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
        if (request->content_type && !add_field(transfer, "Content-Type: %s", request->content_type)) return false;
    }
    if (strcmp(method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else if (strcmp(method, request->body.text ? "POST" : "GET") != 0)
        return set_text(easy, CURLOPT_CUSTOMREQUEST, method);
    return true;
}

static bool set_addresses(struct transfer *transfer, const char *url) {
    CURL *easy = transfer->easy;
    char agent[200];
    snprintf(agent, sizeof agent, "%s/%s voclient", program_invocation_short_name, VOCLIENT_VERSION);
    return set_text(easy, CURLOPT_URL, url) && set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
           set_text(easy, CURLOPT_REDIR_PROTOCOLS_STR, strncasecmp(url, "https", 5) == 0 ? "https" : "http,https") &&
           set_text(easy, CURLOPT_NOPROXY, transfer->request.is_direct ? "*" : NULL) && set_authorities(easy) &&
           set_text(easy, CURLOPT_USERAGENT, agent);
}

static bool set_fields(struct transfer *transfer) {
    const struct http_request *request = &transfer->request;
    for (const char *const *field = request->headers; field && *field; field++)
        if (!add_field(transfer, "%s", *field)) return false;
    const char *version = transfer->version.etag ? transfer->version.etag : transfer->version.last_modified;
    bool can_range = version && strncmp(version, "W/", 2) != 0 && !transfer->was_coded;
    transfer->range_from = can_range ? transfer->delivered : 0;
    if (transfer->range_from > 0)
        return add_field(transfer, "Range: bytes=%llu-", (unsigned long long)transfer->range_from) &&
               add_field(transfer, "If-Range: %s", version);
    return request->no_compression || add_field(transfer, "Accept-Encoding: gzip");
}

bool attempt_start(struct transfer *transfer) {
    attempt_free(transfer);
    const char *url = transfer->request.urls[transfer->mirror];
    transfer->attempt_begun = transfer->last_news = now_seconds();
    if (!reference_is_url(url))
        return attempt_fail(transfer, VERDICT_DROP, "only http and https addresses can be fetched");
    CURL *easy = transfer->easy = curl_easy_init();
    if (!easy || !set_method(transfer) || !set_fields(transfer) || !set_addresses(transfer, url))
        return attempt_fail(transfer, VERDICT_STOP, "not enough memory");

    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)MAXIMUM_REDIRECTS);
    curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L); /* decoding.c does it */
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->fields);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    if (transfer->round > 0)
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L); /* whatever was wrong with the old one */
    double connect = transfer->request.limits.connect_seconds;
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect < 0 ? 86400000L : 1 + (long)(connect * 1000));

    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->curl_reason);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, take_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    return true;
}

void attempt_free(struct transfer *transfer) {
    if (transfer->easy) curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->fields);
    decoding_close(transfer->decoding);
    buffer_free(&transfer->refusal);
    error_clear(&transfer->error);
    transfer->easy = NULL;
    transfer->fields = NULL;
    transfer->decoding = NULL;
    transfer->refusal = (struct buffer){.maximum = 64 * 1024};
    transfer->curl_reason[0] = transfer->status_text[0] = transfer->location[0] = '\0';
    transfer->bytes_moved = 0;
    transfer->header_bytes = 0;
    transfer->has_begun = transfer->is_refused = false;
    transfer->range_from = transfer->to_pass_over = transfer->raw = transfer->decoded = 0;
    transfer->total = -1;
    transfer->answer = (struct http_answer){.length = -1};
    transfer->verdict = VERDICT_NONE;
}
