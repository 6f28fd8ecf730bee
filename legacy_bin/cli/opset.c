/* opset.c - the OPset channel: one JSON line an event, written when a key is known, rows in batches. */
#include "cli/opset.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/number.h"

enum {
    BATCH = 32 * 1024,       /* bytes of rows that are sent together */
    LONGEST_WAIT_MS = 50,    /* a row waits at most this long for the next one */
    LARGEST_LINE = 64 << 20, /* one value cannot eat all memory */
};

static struct {
    int descriptor; /* -1: there is no channel */
    struct buffer buffer;
    size_t line_start;      /* where the unfinished line begins */
    bool needs_comma;       /* a value stands before in the array or object */
    bool is_spoilt;         /* the line could not be built whole: it is left out, */
    bool has_lost;          /* … as was some line before */
    struct timespec oldest; /* when the first waiting row was finished */
} channel = {.descriptor = -1, .buffer = {.maximum = LARGEST_LINE}};

/* What the environment says is a descriptor that can be written, and none of the standard three. */
static int parse_descriptor(const char *text) {
    if (!text || !*text) return -1;
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (errno || *end || number <= STDERR_FILENO || number > INT32_MAX) return -1;
    int flags = fcntl((int)number, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) return -1;
    return (int)number;
}

bool opset_is_open(void) {
    return channel.descriptor >= 0;
}

static void give_up(void) {
    channel.descriptor = -1;
    buffer_free(&channel.buffer);
}

bool opset_close(void) {
    if (channel.descriptor < 0) return true;
    int descriptor = channel.descriptor;
    opset_flush();
    if (channel.descriptor >= 0) close(descriptor);
    give_up();
    return !channel.has_lost;
}

/* Sends all of `bytes`; false: nobody listens any more. */
static bool send_bytes(const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = write(channel.descriptor, bytes, length);
        if (sent >= 0) {
            bytes += sent;
            length -= (size_t)sent;
        } else if (errno == EAGAIN) {
            struct pollfd wait = {.fd = channel.descriptor, .events = POLLOUT};
            poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* The channel's end must not end the tool: SIGPIPE is held back while we write, and eaten. */
static bool send_without_signal(const char *bytes, size_t length) {
    sigset_t pipe, before, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    bool was_pending = sigismember(&pending, SIGPIPE);
    sigprocmask(SIG_BLOCK, &pipe, &before);
    bool done = send_bytes(bytes, length);
    if (!done && errno == EPIPE && !was_pending) {
        const struct timespec now = {0};
        while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR) continue;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return done;
}

void opset_open(bool has_keys) {
    int descriptor = parse_descriptor(getenv("VOCLIENT_OPSET_FD"));
    unsetenv("VOCLIENT_OPSET_FD"); /* it is ours, not our children's */
    if (descriptor < 0) return;
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    channel.descriptor = descriptor;
    static const char first[] = "{\"opset\": 1}\n"; /* goes out now, before any output */
    if (has_keys && !send_without_signal(first, sizeof first - 1)) give_up();
}

void opset_flush(void) {
    if (channel.descriptor < 0 || channel.line_start == 0) return;
    size_t length = channel.line_start;
    if (!send_without_signal(channel.buffer.bytes, length)) {
        give_up();
        return;
    }
    channel.buffer.length -= length;
    channel.line_start = 0;
    if (channel.buffer.length) memmove(channel.buffer.bytes, channel.buffer.bytes + length, channel.buffer.length);
}

/* Building a line. What cannot be built is left out whole: half a line would be worse than none. */

static void put(struct slice text) {
    if (channel.descriptor >= 0 && !buffer_append_slice(&channel.buffer, text)) channel.is_spoilt = true;
}

static void begin_value(void) {
    if (channel.needs_comma) put(SLICE(","));
    channel.needs_comma = true;
}

static void begin_line(struct slice start) {
    channel.is_spoilt = false;
    channel.needs_comma = false;
    put(start);
}

static void end_line(struct slice end) {
    put(end);
    if (channel.descriptor < 0) return;
    if (channel.is_spoilt)
        channel.buffer.length = channel.line_start;
    else
        channel.line_start = channel.buffer.length;
    channel.has_lost = channel.has_lost || channel.is_spoilt;
}

static void put_string(struct slice text) {
    if (channel.descriptor >= 0 && !json_append_string(&channel.buffer, text)) channel.is_spoilt = true;
}

static void put_double(double value) {
    if (channel.descriptor >= 0 && !json_append_double(&channel.buffer, value)) channel.is_spoilt = true;
}

void json_object_begin(void) {
    begin_value();
    put(SLICE("{"));
    channel.needs_comma = false;
}

void json_object_end(void) {
    put(SLICE("}"));
    channel.needs_comma = true;
}

void json_array_begin(void) {
    begin_value();
    put(SLICE("["));
    channel.needs_comma = false;
}

void json_array_end(void) {
    put(SLICE("]"));
    channel.needs_comma = true;
}

void json_member(struct slice name) {
    begin_value();
    put_string(name);
    put(SLICE(":"));
    channel.needs_comma = false;
}

void json_text(struct slice value) {
    begin_value();
    put_string(value);
}

void json_integer(int64_t value) {
    char digits[NUMBER_ROOM];
    begin_value();
    put((struct slice){digits, number_write_integer(digits, value)});
}

void json_double(double value) {
    begin_value();
    put_double(value);
}

void json_boolean(bool value) {
    begin_value();
    put(value ? SLICE("true") : SLICE("false"));
}

void json_null(void) {
    begin_value();
    put(SLICE("null"));
}

/* The lines of the channel. */

void opset_begin(const char *key) {
    begin_line(SLICE("{\"key\":"));
    put_string(slice_of(key));
    put(SLICE(",\"value\":"));
}

void opset_end(void) {
    end_line(SLICE("}\n"));
    opset_flush();
}

void opset_text(const char *key, struct slice value) {
    opset_begin(key);
    json_text(value);
    opset_end();
}

void opset_integer(const char *key, int64_t value) {
    opset_begin(key);
    json_integer(value);
    opset_end();
}

void opset_double(const char *key, double value, const char *unit) {
    opset_begin(key);
    json_double(value);
    if (unit) {
        put(SLICE(",\"unit\":"));
        put_string(slice_of(unit));
    }
    opset_end();
}

void opset_null(const char *key) {
    opset_begin(key);
    json_null();
    opset_end();
}

void opset_row_begin(void) {
    begin_line(SLICE("{\"row\":{"));
}

void opset_row_end(void) {
    bool is_first = channel.line_start == 0;
    end_line(SLICE("}}\n"));
    if (channel.descriptor < 0) return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    if (is_first) channel.oldest = now;
    long waited_ms = (now.tv_sec - channel.oldest.tv_sec) * 1000 + (now.tv_nsec - channel.oldest.tv_nsec) / 1000000;
    if (channel.line_start >= BATCH || waited_ms >= LONGEST_WAIT_MS) opset_flush();
}

void opset_progress(double fraction, const char *text) {
    begin_line(SLICE("{\"progress\":"));
    if (isfinite(fraction))
        put_double(fraction);
    else
        put(SLICE("null"));
    if (text) {
        put(SLICE(",\"text\":"));
        put_string(slice_of(text));
    }
    end_line(SLICE("}\n"));
    opset_flush();
}

void opset_error(const char *text) {
    begin_line(SLICE("{\"error\":"));
    put_string(slice_of(text));
    end_line(SLICE("}\n"));
    opset_flush();
}
