/* judge.c - what becomes of a transfer after an attempt: done, the next mirror, another round, or failed. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "http/transfer.h"

/* Seconds that the server asks to be left alone (RFC 9110 section 10.2.3), -1: it does not say. */
static double retry_after(struct transfer *transfer) {
    const char *text = attempt_header(transfer, "Retry-After");
    if (!text || !*text) return -1;
    char *end;
    double seconds = strtod(text, &end);
    if (*end == '\0') return seconds;
    time_t when = curl_getdate(text, NULL), now = time(NULL);
    return when < 0 ? -1 : when > now ? (double)(when - now) : 0;
}

static void judge_status(struct transfer *transfer) {
    int status = transfer->answer.status;
    bool may_pass = status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
    double wait = may_pass ? retry_after(transfer) : -1;
    if (wait > transfer->request.limits.longest_wait) {
        attempt_fail(transfer, VERDICT_DROP, "HTTP %s, and asks to wait %.0f s", transfer->status_text, wait);
        return;
    }
    if (wait > transfer->round_wait) transfer->round_wait = wait;
    if (status == 416 && transfer->range_from > 0 && transfer->request.is_restartable) {
        body_forget(transfer); /* less is there now than the consumer has: another version */
        attempt_fail(transfer, VERDICT_AGAIN, "it has changed on the server");
        return;
    }
    attempt_fail(transfer, may_pass ? VERDICT_AGAIN : VERDICT_DROP, "HTTP %s", transfer->status_text);
}

static void judge_code(struct transfer *transfer, CURLcode code) {
    const char *reason = transfer->curl_reason[0] ? transfer->curl_reason : curl_easy_strerror(code);
    if (code == CURLE_UNSUPPORTED_PROTOCOL && strncmp(reason, "Protocol", 8) != 0) code = CURLE_WEIRD_SERVER_REPLY;
    /* On a connection taken over from another transfer this may be the rest of that one's answer, which was longer
     * than its length said. */
    long connections = 1;
    curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connections);
    if (code == CURLE_WEIRD_SERVER_REPLY && connections == 0 && !transfer->has_begun) code = CURLE_RECV_ERROR;
    switch (code) {
    case CURLE_TOO_MANY_REDIRECTS: attempt_fail(transfer, VERDICT_DROP, "more than 10 redirects"); break;
    case CURLE_UNSUPPORTED_PROTOCOL:
        attempt_fail(transfer, VERDICT_DROP, "redirect to '%s' refused (http and https only, https stays https)",
                     transfer->location);
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: attempt_fail(transfer, VERDICT_DROP, "certificate refused: %s", reason); break;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: attempt_fail(transfer, VERDICT_AGAIN, "%s", reason); break;
    default: attempt_fail(transfer, VERDICT_DROP, "%s", reason); break;
    }
}

/* libcurl reads no further than Content-Length says; what lies behind it is lost without a word, unless
 * somebody looks. Only plain connections can be looked at (over TLS other records may lie there), and only those that
 * no other transfer may have taken over. */
static void check_nothing_follows(struct transfer *transfer) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    long protocol = 0;
    char byte;
    curl_easy_getinfo(transfer->easy, CURLINFO_ACTIVESOCKET, &socket);
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &protocol);
    if (transfer->is_refused || strncmp(transfer->answer.url, "http:", 5) != 0 || socket == CURL_SOCKET_BAD ||
        protocol > CURL_HTTP_VERSION_1_1)
        return;
    if (recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
        attempt_fail(transfer, VERDICT_DROP, "the answer is longer than its length says");
}

/* May a request that has side effects be sent again? */
static bool may_repeat(const struct transfer *transfer, CURLcode code) {
    const char *method = transfer->request.method;
    bool is_safe = method ? strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 : !transfer->request.body.text;
    int status = transfer->answer.status;
    return is_safe || transfer->request.is_repeatable || status == 429 || status == 503 ||
           code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_COULDNT_CONNECT;
}

static bool has_delivered(const struct transfer *transfer) {
    return transfer->is_started && transfer->delivered > transfer->request.offset;
}

static bool can_continue(const struct transfer *transfer) {
    const struct version *version = &transfer->version;
    return (version->etag && strncmp(version->etag, "W/", 2) != 0) ||
           (!version->etag && version->last_modified && !transfer->was_coded);
}

static bool stop(struct transfer *transfer) {
    transfer->verdict = VERDICT_STOP;
    return false;
}

/* The next mirror of this round, or the first of a new one. */
static bool choose_mirror(struct transfer *transfer) {
    size_t count = transfer->request.url_count, next = transfer->mirror + 1;
    bool is_bound = has_delivered(transfer); /* a body is continued where it came from */
    if (is_bound) next = count;
    while (next < count && transfer->mirrors[next].is_dropped) next++;
    if (next == count) {
        if (++transfer->round >= transfer->request.limits.rounds) return stop(transfer);
        for (next = is_bound ? transfer->mirror : 0; next < count && transfer->mirrors[next].is_dropped;) next++;
        if (next == count) return stop(transfer);
        double wait =
            transfer->request.limits.first_wait * (double)(1u << (transfer->round < 16 ? transfer->round - 1 : 15));
        wait *= 0.75 + 0.5 * (double)(random() % 1000) / 1000; /* many clients shall not come back all at once */
        if (wait < transfer->round_wait) wait = transfer->round_wait;
        transfer->round_wait = 0;
        transfer->not_before = now_seconds() + wait;
        double total = transfer->request.limits.total_seconds;
        if (total > 0 && transfer->not_before > transfer->begun + total) return stop(transfer);
    }
    transfer->mirror = next;
    return true;
}

bool judge_attempt(struct transfer *transfer, CURLcode code, bool is_alone) {
    if (transfer->verdict == VERDICT_NONE && code != CURLE_OK) judge_code(transfer, code);
    if (transfer->verdict == VERDICT_NONE && transfer->has_begun && is_alone) check_nothing_follows(transfer);
    if (transfer->verdict == VERDICT_NONE && body_end(transfer) && transfer->is_refused) judge_status(transfer);
    if (transfer->verdict == VERDICT_NONE) {
        transfer->answer.is_complete = true;
        return false;
    }
    struct mirror *mirror = &transfer->mirrors[transfer->mirror];
    free(mirror->reason);
    mirror->reason = strdup(transfer->error.text);
    mirror->is_dropped = transfer->verdict == VERDICT_DROP;
    if (transfer->verdict == VERDICT_STOP || !may_repeat(transfer, code)) return stop(transfer);
    if (has_delivered(transfer) && (mirror->is_dropped || !can_continue(transfer))) {
        if (!transfer->request.is_restartable) return stop(transfer);
        body_forget(transfer);
    }
    return choose_mirror(transfer);
}
