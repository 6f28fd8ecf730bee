/* http.c - transfers queued, run side by side in one thread on libcurl's multi interface, and timed. */
#include "http/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/transfer.h"

enum { DEFAULT_PARALLEL = 6, DEFAULT_PER_HOST = 4 };

struct http {
    CURLM *multi;
    unsigned parallel, per_host;
    unsigned running;
    uint64_t rate;          /* bytes a second for all together; 0: no limit */
    int stop;               /* descriptor that ends http_run() when it can be read; -1: none */
    struct transfer *first; /* in the order they were added */
};

static struct http_limits fill_limits(struct http_limits limits) {
    if (limits.connect_seconds == 0) limits.connect_seconds = 15;
    if (limits.idle_seconds == 0) limits.idle_seconds = 60;
    if (limits.header_bytes == 0) limits.header_bytes = 256 * 1024;
    if (limits.rounds == 0) limits.rounds = 4;
    if (limits.first_wait == 0) limits.first_wait = 0.5;
    if (limits.longest_wait == 0) limits.longest_wait = 60;
    return limits;
}

struct http *http_open(unsigned parallel, unsigned per_host, struct error *error) {
    struct http *http = calloc(1, sizeof *http);
    if (!http || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(http->multi = curl_multi_init())) {
        free(http);
        error_set_memory(error);
        return NULL;
    }
    http->parallel = parallel ? parallel : DEFAULT_PARALLEL;
    http->per_host = per_host ? per_host : DEFAULT_PER_HOST;
    http->stop = -1;
    return http;
}

static void free_transfer(struct transfer *transfer) {
    attempt_free(transfer);
    body_forget(transfer);
    for (size_t i = 0; transfer->mirrors && i < transfer->request.url_count; i++) free(transfer->mirrors[i].reason);
    free(transfer->mirrors);
    free(transfer);
}

static struct transfer *add(struct http *http, const struct http_request *request, struct error *error) {
    struct transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer) transfer->mirrors = calloc(request->url_count, sizeof *transfer->mirrors);
    if (!transfer || !transfer->mirrors) {
        free(transfer);
        error_set_memory(error);
        return NULL;
    }
    transfer->http = http;
    transfer->request = *request;
    transfer->request.limits = fill_limits(request->limits);
    transfer->begun = now_seconds();
    transfer->delivered = request->offset;
    if (request->validator) {
        bool is_etag = strchr(request->validator, '"') != NULL;
        *(is_etag ? &transfer->version.etag : &transfer->version.last_modified) = strdup(request->validator);
    }
    struct transfer **end = &http->first;
    while (*end) end = &(*end)->next;
    *end = transfer;
    return transfer;
}

bool http_add(struct http *http, const struct http_request *request, struct error *error) {
    return add(http, request, error) != NULL;
}

void http_limit_rate(struct http *http, uint64_t bytes_per_second) {
    http->rate = bytes_per_second;
}

void http_stop_at(struct http *http, int descriptor) {
    http->stop = descriptor;
}

static void remove_easy(struct transfer *transfer) {
    if (!transfer->is_running) return;
    curl_multi_remove_handle(transfer->http->multi, transfer->easy);
    transfer->is_running = false;
    transfer->http->running--;
}

/* Every mirror's last word in one line; of a single one, also how often it was tried. */
static void describe_failure(struct transfer *transfer, struct error *error) {
    struct buffer text = {0};
    for (size_t i = 0; i < transfer->request.url_count; i++) {
        const char *reason = transfer->mirrors[i].reason;
        if (!reason) continue;
        if (text.length) buffer_append_string(&text, "; ");
        buffer_append_string(&text, reason);
    }
    if (transfer->round > 1 && transfer->request.url_count == 1)
        buffer_append_format(&text, " (tried %u times)", transfer->round);
    if (text.is_incomplete)
        error_set_memory(error);
    else
        error_set(error, "%.*s", (int)text.length, text.bytes ? text.bytes : "");
    buffer_free(&text);
}

static void end_transfer(struct transfer *transfer) {
    struct error error = {0};
    if (!transfer->answer.is_complete) {
        describe_failure(transfer, &error);
        transfer->answer.error_body = buffer_slice(&transfer->refusal);
    }
    struct transfer **place = &transfer->http->first;
    while (*place != transfer) place = &(*place)->next;
    *place = transfer->next;
    if (transfer->request.done) transfer->request.done(transfer->request.context, &transfer->answer, &error);
    if (error.text && transfer->error_out) error_set(transfer->error_out, "%s", error.text);
    error_clear(&error);
    free_transfer(transfer);
}

/* How many transfers run to the host that this one is about to ask. */
static unsigned count_running_alike(const struct http *http, const struct transfer *like) {
    struct slice host = url_authority(like->request.urls[like->mirror]);
    unsigned running = 0;
    for (const struct transfer *other = http->first; other; other = other->next)
        if (other->is_running && slice_equal_nocase(url_authority(other->request.urls[other->mirror]), host)) running++;
    return running;
}

static void end_attempt(struct transfer *transfer, CURLcode code) {
    bool goes_on = judge_attempt(transfer, code, transfer->http->running == 1);
    remove_easy(transfer);
    if (goes_on)
        attempt_free(transfer);
    else
        end_transfer(transfer);
}

static void start_attempt(struct transfer *transfer) {
    if (attempt_start(transfer)) {
        transfer->is_running = curl_multi_add_handle(transfer->http->multi, transfer->easy) == CURLM_OK;
        if (transfer->is_running)
            transfer->http->running++;
        else
            attempt_fail(transfer, VERDICT_STOP, "not enough memory");
    }
    if (transfer->verdict != VERDICT_NONE) end_attempt(transfer, CURLE_OK);
}

static bool may_start(const struct http *http, const struct transfer *transfer, double now) {
    return http->running < http->parallel && !transfer->is_running && transfer->not_before <= now &&
           (http->per_host >= http->parallel || count_running_alike(http, transfer) < http->per_host);
}

/* Bytes a second for each of those that run. */
static double rate_of_each(const struct http *http) {
    double each = http->running ? (double)http->rate / http->running : (double)http->rate;
    return each < 1 ? 1 : each;
}

static void share_rate(struct http *http) {
    curl_off_t each = (curl_off_t)rate_of_each(http);
    for (struct transfer *transfer = http->first; http->rate && transfer; transfer = transfer->next)
        if (transfer->is_running) curl_easy_setopt(transfer->easy, CURLOPT_MAX_RECV_SPEED_LARGE, each);
}

static void start_what_may(struct http *http) {
    double now = now_seconds();
    for (struct transfer *next, *transfer = http->first; transfer && http->running < http->parallel; transfer = next) {
        next = transfer->next;
        if (may_start(http, transfer, now)) start_attempt(transfer);
    }
    share_rate(http);
}

static void end_what_has(struct http *http) {
    CURLMsg *note;
    int left;
    while ((note = curl_multi_info_read(http->multi, &left))) {
        struct transfer *transfer;
        if (note->msg != CURLMSG_DONE) continue;
        CURLcode code = note->data.result;
        curl_easy_getinfo(note->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        end_attempt(transfer, code);
    }
}

/* The first of a transfer's limits that has passed ends its attempt; returns when the next one will. */
static double enforce_limits(struct transfer *transfer, double now) {
    const struct http_limits *limits = &transfer->request.limits;
    double next = now + 3600;
    /* libcurl reads a whole buffer at once, and then nothing until it may go on. */
    double pause = transfer->http->rate ? 2 * CURL_MAX_WRITE_SIZE / rate_of_each(transfer->http) : 0;
    double idle = limits->idle_seconds > 0 ? limits->idle_seconds + pause : limits->idle_seconds;
    const struct {
        double seconds, since;
        const char *what;
        bool is_final;
    } clocks[] = {
        {limits->total_seconds, transfer->begun, "the time limit of %g s is over", true},
        {limits->attempt_seconds, transfer->attempt_begun, "no complete answer within %g s", false},
        {idle, transfer->last_news, "nothing came for %g s", false},
    };
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        double due = clocks[i].since + clocks[i].seconds;
        if (clocks[i].seconds <= 0) continue;
        if (now >= due) {
            enum verdict verdict = clocks[i].is_final ? VERDICT_STOP : transfer->raw ? VERDICT_AGAIN : VERDICT_DROP;
            char what[80];
            snprintf(what, sizeof what, clocks[i].what, clocks[i].seconds);
            attempt_fail(transfer, verdict, "%s", what);
            end_attempt(transfer, CURLE_OPERATION_TIMEDOUT);
            return now;
        }
        if (due < next) next = due;
    }
    return next;
}

/* Limits enforced; how long nothing needs to be done but what libcurl asks for. */
static double enforce_all_limits(struct http *http) {
    double now = now_seconds(), next = now + 3600;
    for (struct transfer *following, *transfer = http->first; transfer; transfer = following) {
        following = transfer->next;
        double due = next;
        if (transfer->is_running)
            due = enforce_limits(transfer, now);
        else if (transfer->not_before > now)
            due = transfer->not_before;
        else if (may_start(http, transfer, now))
            due = now;
        if (due < next) next = due;
    }
    return next - now;
}

bool http_run(struct http *http, struct error *error) {
    CURLMcode status = CURLM_OK;
    while (http->first && status == CURLM_OK) {
        start_what_may(http);
        double wait_seconds = enforce_all_limits(http);
        int running, wait_ms = wait_seconds > 0 ? 1 + (int)(wait_seconds * 1000) : 0;
        struct curl_waitfd stop = {.fd = http->stop, .events = CURL_WAIT_POLLIN};
        if (http->first) status = curl_multi_poll(http->multi, &stop, http->stop >= 0, wait_ms, NULL);
        if (stop.revents) return true;
        if (status == CURLM_OK) status = curl_multi_perform(http->multi, &running);
        end_what_has(http);
    }
    return status == CURLM_OK || error_set(error, "transfers failed: %s", curl_multi_strerror(status));
}

void http_close(struct http *http) {
    if (!http) return;
    while (http->first) {
        struct transfer *transfer = http->first;
        http->first = transfer->next;
        remove_easy(transfer);
        free_transfer(transfer);
    }
    curl_multi_cleanup(http->multi);
    free(http);
}

bool http_fetch(struct http *http, const struct http_request *request, struct error *error) {
    struct http *own = http ? NULL : http_open(1, 1, error);
    if (!http && !own) return false;
    struct transfer *transfer = add(http ? http : own, request, error);
    if (transfer) transfer->error_out = error;
    bool done = transfer && http_run(http ? http : own, error) && !error->text;
    http_close(own);
    return done;
}
