/* Distances from parallaxes: distances-c [--] PARALLAX...    (mas; parsecs)
 * cc -o bin/distances-c distances.c */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int channel = -1; /* no channel */

static void open_channel(void) {
    const char *text = getenv("VOCLIENT_OPSET_FD");
    if (!text || !*text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 9) return;
    int number = atoi(text), flags = fcntl(number, F_GETFL);
    unsetenv("VOCLIENT_OPSET_FD"); /* it is ours, not our children's */
    if (number <= STDERR_FILENO || flags < 0 || (flags & O_ACCMODE) == O_RDONLY) return;
    fcntl(number, F_SETFD, FD_CLOEXEC);
    channel = number;
}

/* Sends a line. When the reader has gone, the program goes on without it. */
static void say(const char *format, ...) {
    char line[4096];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(line, sizeof line, format, values);
    va_end(values);
    if (channel < 0 || length < 0 || (size_t)length >= sizeof line) return;
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    for (const char *rest = line; length > 0;) {
        ssize_t sent = write(channel, rest, (size_t)length);
        if (sent >= 0) {
            rest += sent;
            length -= (int)sent;
        } else if (errno == EAGAIN) {
            poll(&(struct pollfd){.fd = channel, .events = POLLOUT}, 1, -1);
        } else if (errno != EINTR) {
            channel = -1;
            break;
        }
    }
    signal(SIGPIPE, before);
}

/* What is no printable ASCII becomes '?', so that the text is JSON, and UTF-8, as it stands. */
static int fail(const char *what, const char *word, const char *why) {
    char quoted[1024];
    size_t length = 0;
    for (; *word && length < sizeof quoted - 2; word++) {
        if (*word == '"' || *word == '\\') quoted[length++] = '\\';
        quoted[length++] = *word >= ' ' && *word <= '~' ? *word : '?';
    }
    quoted[length] = '\0';
    say("{\"error\": \"%s%s%s\"}\n", what, quoted, why);
    return 1;
}

/* A number as JSON; those that are not finite are texts. */
static const char *number(char room[32], double value) {
    if (isfinite(value))
        snprintf(room, 32, "%.17g", value);
    else
        strcpy(room, isnan(value) ? "\"NaN\"" : "\"Infinity\"");
    return room;
}

int main(int count, char **words) {
    open_channel();
    say("{\"opset\": 1}\n"); /* before any output */
    int first = count > 1 && strcmp(words[1], "--") == 0 ? 2 : 1;
    if (first >= count) {
        fprintf(stderr, "distances: no parallax is given\n");
        return fail("no parallax is given", "", "");
    }
    double nearest = INFINITY;
    for (int i = first; i < count; i++) {
        char *end, given[32], found[32];
        double parallax = strtod(words[i], &end);
        if (end == words[i] || *end || !isfinite(parallax)) {
            fprintf(stderr, "distances: parallax '%s' is no number\n", words[i]);
            return fail("parallax '", words[i], "' is no number");
        }
        double distance = parallax < 0 ? NAN : parallax > 0 ? 1000 / parallax : INFINITY;
        if (distance < nearest) nearest = distance;
        if (isfinite(distance))
            printf("%s %.4f\n", words[i], distance);
        else
            printf("%s %s\n", words[i], isnan(distance) ? "NaN" : "Infinity");
        say("{\"row\": {\"parallax\": %s, \"distance\": %s}}\n", number(given, parallax), number(found, distance));
        say("{\"progress\": %.6f, \"text\": \"%d of %d\"}\n", (double)(i - first + 1) / (count - first), i - first + 1,
            count - first);
    }
    char found[32];
    say("{\"key\": \"nearest\", \"value\": %s, \"unit\": \"pc\"}\n",
        isfinite(nearest) ? number(found, nearest) : "null");
    return 0;
}
