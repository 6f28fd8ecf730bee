/* body.c - a body on its way to its consumer: which bytes an answer holds, gzip undone, sizes watched,
 * nothing delivered twice. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/transfer.h"

/* A gzip stream that grows more than this, once it is large, is a bomb: tables grow 5 to 50 times. */
enum { EXPANSION_FREE = 64 << 20, EXPANSION_MAXIMUM = 200 };

void version_free(struct version *version) {
    free(version->etag);
    free(version->last_modified);
    *version = (struct version){0};
}

void body_forget(struct transfer *transfer) {
    transfer->is_started = false;
    transfer->delivered = 0;
    transfer->was_coded = false;
    version_free(&transfer->version);
}

/* Last-Modified tells versions apart when it is a minute older than the answer (RFC 9110 section 8.8.2.2). */
static const char *strong_date(struct transfer *transfer) {
    const char *modified = attempt_header(transfer, "Last-Modified"), *date = attempt_header(transfer, "Date");
    if (!modified || !date) return NULL;
    time_t then = curl_getdate(modified, NULL), now = curl_getdate(date, NULL);
    return then >= 0 && now >= 0 && now - then >= 60 ? modified : NULL;
}

static bool keep_version(struct transfer *transfer) {
    const char *etag = attempt_header(transfer, "ETag"), *modified = strong_date(transfer);
    version_free(&transfer->version);
    if (etag && !(transfer->version.etag = strdup(etag))) return false;
    if (modified && !(transfer->version.last_modified = strdup(modified))) return false;
    return true;
}

static bool is_same_version(struct transfer *transfer) {
    const char *etag = attempt_header(transfer, "ETag");
    return etag && transfer->version.etag && strncmp(etag, "W/", 2) != 0 && strcmp(etag, transfer->version.etag) == 0;
}

static bool set_coding(struct transfer *transfer) {
    const char *coding = attempt_header(transfer, "Content-Encoding");
    if (!coding || !*coding || strcasecmp(coding, "identity") == 0) return true;
    if (strcasecmp(coding, "gzip") != 0 && strcasecmp(coding, "x-gzip") != 0)
        return attempt_fail(transfer, VERDICT_DROP, "the answer has Content-Encoding '%s', gzip is accepted", coding);
    if (transfer->request.no_compression) return true; /* kept as it is */
    transfer->decoding = decoding_open();
    return transfer->decoding || attempt_fail(transfer, VERDICT_STOP, "not enough memory");
}

/* The consumer has bytes already, and this answer does not continue them. */
static bool begin_again(struct transfer *transfer, const char *why) {
    if (!transfer->request.is_restartable)
        return attempt_fail(transfer, VERDICT_STOP, "broken off after %" PRIu64 " bytes and cannot be continued: %s",
                            transfer->delivered, why);
    body_forget(transfer);
    return true;
}

/* 206: must be what was asked for, of the version that was asked for. */
static bool begin_part(struct transfer *transfer) {
    const char *range = attempt_header(transfer, "Content-Range");
    unsigned long long first = 0, last = 0, total = 0;
    int fields = range ? sscanf(range, "bytes %llu-%llu/%llu", &first, &last, &total) : 0;
    if (transfer->range_from == 0 || fields < 2 || first != transfer->range_from || transfer->decoding)
        return attempt_fail(transfer, VERDICT_DROP, "the answer is a part (%s) that was not asked for",
                            range ? range : "without Content-Range");
    if (fields == 3) transfer->total = (int64_t)total;
    const char *etag = attempt_header(transfer, "ETag");
    if (!etag || !transfer->version.etag || is_same_version(transfer)) return true;
    /* The server did not heed If-Range: a part of another version is of no use. */
    begin_again(transfer, "it has changed on the server");
    return attempt_fail(transfer, VERDICT_AGAIN, "it has changed on the server");
}

/* Both are of the bytes as they are sent, compressed; many servers reckon them before they compress. Of a compressed
 * body that is kept nothing can be said then. */
static void begin_digests(struct transfer *transfer) {
    bool is_plain = !attempt_header(transfer, "Content-Encoding");
    const char *md5 = attempt_header(transfer, "Content-MD5"), *repr = attempt_header(transfer, "Repr-Digest");
    bool is_known = is_plain || transfer->decoding;
    digest_begin(&transfer->digest, is_known ? md5 : NULL, is_known ? repr : NULL);
    digest_begin(&transfer->decoded_digest, transfer->decoding ? md5 : NULL, transfer->decoding ? repr : NULL);
}

static bool matches_digest(struct transfer *transfer) {
    return digest_matches(&transfer->digest) || (transfer->decoding && digest_matches(&transfer->decoded_digest));
}

bool body_begin(struct transfer *transfer) {
    transfer->has_begun = true;
    struct http_answer *answer = &transfer->answer;
    long status = 0;
    char *url = NULL;
    curl_off_t length = -1;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &url);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    answer->status = (int)status;
    answer->url = url;
    answer->content_type = attempt_header(transfer, "Content-Type");
    answer->content_disposition = attempt_header(transfer, "Content-Disposition");
    answer->etag = attempt_header(transfer, "ETag");
    answer->last_modified = attempt_header(transfer, "Last-Modified");
    /* Content-MD5 of a part is that of the part; of a coded body neither may be of what is delivered. */
    if (status == 200 && !attempt_header(transfer, "Content-Encoding")) {
        answer->content_md5 = attempt_header(transfer, "Content-MD5");
        answer->repr_digest = attempt_header(transfer, "Repr-Digest");
    }
    transfer->is_refused = status < 200 || status > 299;
    if (transfer->is_refused) return true;
    if (!set_coding(transfer)) return false;
    if (status == 206) {
        if (!begin_part(transfer)) return false;
    } else {
        transfer->total = transfer->decoding ? -1 : length;
        transfer->range_from = 0;
        if (transfer->delivered > 0 && is_same_version(transfer))
            transfer->to_pass_over = transfer->delivered;
        else if (transfer->delivered > 0 && !begin_again(transfer, "the server sends another version"))
            return false;
        begin_digests(transfer);
    }
    if (transfer->is_started && transfer->delivered > transfer->request.offset) return true;
    if (!keep_version(transfer)) return attempt_fail(transfer, VERDICT_STOP, "not enough memory");
    transfer->was_coded = transfer->decoding != NULL;
    transfer->is_started = true;
    const struct version *version = &transfer->version;
    answer->validator = version->etag         ? strncmp(version->etag, "W/", 2) != 0 ? version->etag : NULL
                        : transfer->was_coded ? NULL
                                              : version->last_modified;
    answer->offset = transfer->delivered;
    answer->length = transfer->total;
    struct error error = {0};
    if (transfer->request.start && !transfer->request.start(transfer->request.context, answer, &error))
        return attempt_fail_consumer(transfer, &error);
    return true;
}

/* Decoded bytes: those that the consumer has not seen yet go to it. */
static bool deliver(void *context, const void *bytes, size_t length) {
    struct transfer *transfer = context;
    transfer->decoded += length;
    if (transfer->decoding) digest_take(&transfer->decoded_digest, bytes, length);
    if (transfer->decoding && transfer->decoded > EXPANSION_FREE &&
        transfer->decoded / EXPANSION_MAXIMUM > transfer->raw)
        return attempt_fail(transfer, VERDICT_DROP, "the compressed answer grows more than %d times",
                            EXPANSION_MAXIMUM);
    if (transfer->to_pass_over >= length) {
        transfer->to_pass_over -= length;
        return true;
    }
    const char *from = (const char *)bytes + transfer->to_pass_over;
    length -= (size_t)transfer->to_pass_over;
    transfer->to_pass_over = 0;
    uint64_t maximum = transfer->request.limits.body_bytes;
    if (maximum && (length > maximum || transfer->delivered > maximum - length))
        return attempt_fail(transfer, VERDICT_DROP, "the answer is larger than %" PRIu64 " bytes", maximum);
    struct error error = {0};
    if (transfer->request.data && !transfer->request.data(transfer->request.context, from, length, &error))
        return attempt_fail_consumer(transfer, &error);
    transfer->delivered += length;
    return true;
}

bool body_take(struct transfer *transfer, const char *bytes, size_t length) {
    if (transfer->is_refused) { /* kept as far as it goes: it may say why */
        size_t room = transfer->refusal.maximum - transfer->refusal.length;
        buffer_append(&transfer->refusal, bytes, length < room ? length : room);
        return true;
    }
    transfer->raw += length;
    digest_take(&transfer->digest, bytes, length);
    if (!transfer->decoding) return deliver(transfer, bytes, length);
    return decoding_take(transfer->decoding, bytes, length, deliver, transfer) ||
           attempt_fail(transfer, VERDICT_DROP, "the compressed answer is damaged");
}

bool body_end(struct transfer *transfer) {
    if (!transfer->has_begun && !body_begin(transfer)) return false;
    if (transfer->is_refused || (transfer->request.method && strcmp(transfer->request.method, "HEAD") == 0))
        return true;
    if (transfer->decoding && !decoding_is_complete(transfer->decoding))
        return attempt_fail(transfer, VERDICT_AGAIN, "the compressed answer is cut short");
    if (transfer->to_pass_over > 0 || (transfer->total >= 0 && transfer->delivered != (uint64_t)transfer->total))
        return attempt_fail(transfer, VERDICT_AGAIN, "the answer is shorter than its length says");
    if (!matches_digest(transfer))
        return attempt_fail(transfer, VERDICT_DROP, "the answer does not match its %s digest",
                            digest_name(&transfer->digest));
    struct error error = {0};
    if (transfer->request.finish && !transfer->request.finish(transfer->request.context, &error))
        return attempt_fail_consumer(transfer, &error);
    return true;
}
