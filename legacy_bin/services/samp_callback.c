/* samp_callback.c - see samp_callback.h. */
#include "services/samp_callback.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    LARGEST_REQUEST = 1 << 20,
    REQUEST_MS = 10000, /* time for a request to arrive */
};

/* Where the body begins and how long it is; false: the header is not there yet, or there is no length. */
static bool find_body(struct buffer *request, size_t *start, size_t *length) {
    const char *text = buffer_string(request), *end = text ? strstr(text, "\r\n\r\n") : NULL;
    const char *field = text ? strcasestr(text, "\r\nContent-Length:") : NULL;
    if (!end || !field || field > end) return false;
    *start = (size_t)(end + 4 - text);
    long long given = strtoll(field + strlen("\r\nContent-Length:"), NULL, 10);
    if (given < 0 || given > LARGEST_REQUEST) return false;
    *length = (size_t)given;
    return true;
}

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool read_request(int connection, struct buffer *request, struct slice *body) {
    size_t start = 0, length = 0;
    long end_ms = now_ms() + REQUEST_MS;
    while (!find_body(request, &start, &length) || request->length < start + length) {
        struct pollfd ready = {.fd = connection, .events = POLLIN};
        char *room = buffer_reserve(request, 64 * 1024);
        long left_ms = end_ms - now_ms();
        if (!room || left_ms <= 0 || poll(&ready, 1, (int)left_ms) <= 0) return false;
        ssize_t got = recv(connection, room, 64 * 1024, 0);
        if (got <= 0) return false;
        request->length += (size_t)got;
    }
    *body = (struct slice){request->bytes + start, length};
    return true;
}

static void answer_request(int connection) {
    static const char body[] =
        "<?xml version=\"1.0\"?>\n<methodResponse><params><param><value><string></string></value>"
        "</param></params></methodResponse>\n";
    char text[sizeof body + 200];
    int length =
        snprintf(text, sizeof text,
                 "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                 sizeof body - 1, body);
    for (int sent = 0; sent < length;) {
        ssize_t part = send(connection, text + sent, (size_t)(length - sent), MSG_NOSIGNAL);
        if (part <= 0) return;
        sent += (int)part;
    }
}

bool samp_callback_take(int listener, struct buffer *request, struct slice *body) {
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0) return false;
    request->maximum = 2 * LARGEST_REQUEST;
    bool is_whole = read_request(connection, request, body);
    if (is_whole) answer_request(connection);
    close(connection);
    return is_whole;
}
