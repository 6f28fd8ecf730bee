/* transfer.h - one request on its way through mirrors, rounds and attempts; private to this folder.
 * Its life: queued → attempt (attempt.c) ⇄ judged (judge.c) → ended; the pool (http.c) holds the clock. */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include <curl/curl.h>

#include "http/decoding.h"
#include "http/digest.h"
#include "http/http.h"

/* What an attempt's failure means for what comes next. */
enum verdict {
    VERDICT_NONE,  /* nothing has gone wrong so far */
    VERDICT_AGAIN, /* may work in another round */
    VERDICT_DROP,  /* will not work with this mirror; another may */
    VERDICT_STOP,  /* will not work at all */
};

struct mirror {
    bool is_dropped;
    char *reason; /* why its last attempt failed; NULL: not tried */
};

/* What must be the same for a body to be continued. */
struct version {
    char *etag;          /* NULL: none */
    char *last_modified; /* set only when strong in the sense of RFC 9110 section 8.8.2.2 */
};

struct transfer {
    struct transfer *next;
    struct http *http;
    struct http_request request; /* limits filled in */
    struct error *error_out;     /* where http_fetch() wants the error; NULL */

    struct mirror *mirrors;
    size_t mirror; /* under way, or to be tried next */
    unsigned round;
    double begun, not_before; /* monotonic seconds */
    double round_wait;        /* longest Retry-After of this round */

    /* The body over all attempts. */
    bool is_started;    /* `start` was called for what has been delivered */
    uint64_t delivered; /* position of the consumer's next byte */
    bool was_coded;     /* it came compressed, so that Range cannot continue it */
    struct version version;

    /* This attempt. */
    CURL *easy;      /* NULL: none */
    bool is_running; /* it is in the pool's multi handle */
    struct curl_slist *fields;
    char curl_reason[CURL_ERROR_SIZE];
    char status_text[64];
    char location[200]; /* where the last redirect leads, for messages */
    double attempt_begun, last_news;
    curl_off_t bytes_moved;
    size_t header_bytes;
    bool has_begun;               /* the header of the final answer was looked at */
    bool is_refused;              /* its status is not 2xx */
    uint64_t range_from;          /* asked for with Range; 0: the whole */
    uint64_t to_pass_over;        /* decoded bytes that the consumer has already */
    uint64_t raw, decoded;        /* bytes of the body before and after gzip is undone */
    int64_t total;                /* of the whole body, undecoded; -1: not known */
    struct decoding *decoding;    /* NULL: not compressed */
    struct digest digest;         /* of the bytes as sent, */
    struct digest decoded_digest; /* and of those decoded */
    struct buffer refusal;        /* body of a refusal */
    struct http_answer answer;
    enum verdict verdict;
    struct error error;
};

double now_seconds(void);

/* attempt.c: set up the next attempt (not yet added to the multi handle), look at what came, free it. */
bool attempt_start(struct transfer *transfer);
void attempt_free(struct transfer *transfer);
/* Set verdict and error (unless one is set already); returns false. */
bool attempt_fail(struct transfer *transfer, enum verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A consumer's error: its input errors drop the mirror, all others stop. Returns false. */
bool attempt_fail_consumer(struct transfer *transfer, struct error *error);
/* A header field of the final answer, or NULL. */
const char *attempt_header(struct transfer *transfer, const char *name);

/* body.c: the final answer's header is there; the next raw bytes of it; it is over. false: failed. */
bool body_begin(struct transfer *transfer);
bool body_take(struct transfer *transfer, const char *bytes, size_t length);
bool body_end(struct transfer *transfer);
/* Forget what was delivered: the next attempt starts from the beginning. */
void body_forget(struct transfer *transfer);
void version_free(struct version *version);

/* judge.c: an attempt is over; whether another follows (mirror and not_before set), or the transfer has ended.
 * `is_alone`: no other transfer runs, so its connection is still its own. */
bool judge_attempt(struct transfer *transfer, CURLcode code, bool is_alone);

/* url.c */
/* host:port part, for the limit per host */
struct slice url_authority(const char *url);

#endif
