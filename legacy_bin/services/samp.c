/* samp.c - the hub's lock file, calls to the hub, and what its own calls mean. */
#include "services/samp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http.h"
#include "io/reference.h"
#include "services/samp_callback.h"

enum {
    LARGEST_LOCK_FILE = 64 << 10,
    LARGEST_ANSWER = 1 << 20,
    HUB_SECONDS = 15,
};

struct samp {
    char *hub, *secret; /* its address; what registering needs */
    char *key;          /* private key; NULL: not registered */
    int listener;
};

/* The lock file: where the hub is. */

static char *lock_file_path(struct error *error) {
    const char *hub = getenv("SAMP_HUB"), *home = getenv("HOME");
    static const char scheme[] = "std-lockurl:";
    char *path = NULL;
    if (hub && *hub) {
        if (strncmp(hub, scheme, strlen(scheme)) == 0 && !reference_is_url(hub + strlen(scheme)))
            path = strdup(reference_path(hub + strlen(scheme)));
        else
            error_set(error, "SAMP_HUB is '%s', and only std-lockurl:file:///... is known", hub);
    } else if (home && asprintf(&path, "%s/.samp", home) < 0) {
        path = NULL;
    }
    if (!path) error_set(error, "no place for a lock file is known");
    return path;
}

/* `name=value` lines; some hubs write `\:` for a colon. */
static char *unescape(const char *value) {
    char *copy = strdup(value), *to = copy;
    for (const char *from = copy; copy && *from; from++)
        if (*from != '\\' || from[1] != ':') *to++ = *from;
    if (copy) *to = '\0';
    return copy;
}

static bool read_lock_file(struct samp *samp, struct error *error) {
    char *path = lock_file_path(error), *line = NULL;
    FILE *file = path ? fopen(path, "re") : NULL;
    size_t room = 0, total = 0;
    for (ssize_t length; file && total < LARGEST_LOCK_FILE && (length = getline(&line, &room, file)) > 0;) {
        total += (size_t)length;
        while (length > 0 && byte_is_blank(line[length - 1])) line[--length] = '\0';
        if (strncmp(line, "samp.secret=", 12) == 0 && !samp->secret) samp->secret = unescape(line + 12);
        if (strncmp(line, "samp.hub.xmlrpc.url=", 20) == 0 && !samp->hub) samp->hub = unescape(line + 20);
    }
    if (file) fclose(file);
    free(line);
    free(path);
    return (samp->secret && samp->hub) || error_set(error, "no hub has left a lock file");
}

/* Calls to the hub. */

static bool take_answer(void *context, const void *bytes, size_t length, struct error *error) {
    return buffer_append(context, bytes, length) || error_set_memory(error);
}

/* Sends a call that is complete and frees it. `answer` may be NULL. */
static bool call_hub(const struct samp *samp, struct buffer *call, struct xmlrpc *answer, struct error *error) {
    struct buffer body = {.maximum = LARGEST_ANSWER};
    struct xmlrpc ignored = {0};
    const char *urls[] = {samp->hub};
    bool done = xmlrpc_end(call) || error_set_memory(error);
    struct http_request request = {
        .urls = urls,
        .url_count = 1,
        .body = buffer_slice(call),
        .content_type = "text/xml",
        .is_direct = true,
        .limits = {.rounds = 1, .total_seconds = HUB_SECONDS, .body_bytes = LARGEST_ANSWER},
        .data = take_answer,
        .context = &body,
    };
    if (!answer) answer = &ignored;
    done = done && http_fetch(NULL, &request, error) && xmlrpc_parse(answer, buffer_slice(&body), error);
    if (done && answer->is_fault) {
        const char *reason = xmlrpc_text(answer, "faultString");
        done = error_set(error, "the hub refuses: %s", reason ? reason : "without a reason");
    }
    xmlrpc_free(&ignored);
    buffer_free(&body);
    buffer_free(call);
    return done;
}

static bool register_client(struct samp *samp, struct error *error) {
    struct buffer call = {0};
    struct xmlrpc answer = {0};
    xmlrpc_begin(&call, "samp.hub.register");
    xmlrpc_string(&call, samp->secret);
    bool done = call_hub(samp, &call, &answer, error);
    const char *key = done ? xmlrpc_text(&answer, "0.samp.private-key") : NULL;
    samp->key = key ? strdup(key) : NULL;
    xmlrpc_free(&answer);
    return !done || samp->key ? done : error_set(error, "the hub gives no key");
}

static bool declare_metadata(const struct samp *samp, const char *name, struct error *error) {
    struct buffer call = {0};
    xmlrpc_begin(&call, "samp.hub.declareMetadata");
    xmlrpc_string(&call, samp->key);
    xmlrpc_map_begin(&call);
    xmlrpc_member(&call, "samp.name", name);
    xmlrpc_member(&call, "samp.description.text", "VOClient SAMP Task");
    xmlrpc_map_end(&call);
    return call_hub(samp, &call, NULL, error);
}

static bool set_callback(const struct samp *samp, struct error *error) {
    struct buffer call = {0};
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    char url[64];
    if (getsockname(samp->listener, (struct sockaddr *)&address, &length) != 0)
        return error_set_errno(error, "cannot listen");
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", ntohs(address.sin_port));
    xmlrpc_begin(&call, "samp.hub.setXmlrpcCallback");
    xmlrpc_string(&call, samp->key);
    xmlrpc_string(&call, url);
    return call_hub(samp, &call, NULL, error);
}

static bool subscribe(const struct samp *samp, const char *mtype, struct error *error) {
    static const char *const own[] = {"samp.app.ping", "samp.hub.event.shutdown", "samp.hub.disconnect"};
    struct buffer call = {0};
    xmlrpc_begin(&call, "samp.hub.declareSubscriptions");
    xmlrpc_string(&call, samp->key);
    xmlrpc_map_begin(&call);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) xmlrpc_empty_map(&call, own[i]);
    xmlrpc_empty_map(&call, mtype);
    xmlrpc_map_end(&call);
    return call_hub(samp, &call, NULL, error);
}

/* The answer to a call that needs none: it has arrived. */
static void reply(const struct samp *samp, const char *message_id) {
    struct buffer call = {0};
    struct error ignored = {0};
    xmlrpc_begin(&call, "samp.hub.reply");
    xmlrpc_string(&call, samp->key);
    xmlrpc_string(&call, message_id);
    xmlrpc_map_begin(&call);
    xmlrpc_member(&call, "samp.status", "samp.ok");
    xmlrpc_empty_map(&call, "samp.result");
    xmlrpc_map_end(&call);
    call_hub(samp, &call, NULL, &ignored);
    error_clear(&ignored);
}

static bool listen_locally(struct samp *samp, struct error *error) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    samp->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (samp->listener >= 0 && bind(samp->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
        listen(samp->listener, 64) == 0)
        return true;
    return error_set_errno(error, "cannot listen");
}

struct samp *samp_open(const char *name, const char *mtype, struct error *error) {
    struct samp *samp = calloc(1, sizeof *samp);
    if (!samp) return error_null_memory(error);
    samp->listener = -1;
    bool done = read_lock_file(samp, error) && register_client(samp, error) && listen_locally(samp, error) &&
                declare_metadata(samp, name, error) && set_callback(samp, error) && subscribe(samp, mtype, error);
    if (done) return samp;
    samp_close(samp);
    return NULL;
}

void samp_close(struct samp *samp) {
    if (!samp) return;
    if (samp->key) {
        struct buffer call = {0};
        struct error ignored = {0};
        xmlrpc_begin(&call, "samp.hub.unregister");
        xmlrpc_string(&call, samp->key);
        call_hub(samp, &call, NULL, &ignored);
        error_clear(&ignored);
    }
    if (samp->listener >= 0) close(samp->listener);
    free(samp->hub);
    free(samp->secret);
    free(samp->key);
    free(samp);
}

/* What a request of the hub means. Only the hub knows the private key. */
static enum samp_event understand(const struct samp *samp, const struct xmlrpc *call, char **url, struct error *error) {
    const char *key = xmlrpc_text(call, "0");
    bool is_call = strcmp(call->method.bytes, "samp.client.receiveCall") == 0;
    bool is_notification = strcmp(call->method.bytes, "samp.client.receiveNotification") == 0;
    if (!key || strcmp(key, samp->key) != 0 || (!is_call && !is_notification)) return SAMP_WOKEN;
    const char *id = is_call ? xmlrpc_text(call, "2") : NULL;
    const char *mtype = xmlrpc_text(call, is_call ? "3.samp.mtype" : "2.samp.mtype");
    const char *given = xmlrpc_text(call, is_call ? "3.samp.params.url" : "2.samp.params.url");
    if (id) reply(samp, id);
    if (!mtype || strcmp(mtype, "samp.app.ping") == 0) return SAMP_WOKEN;
    if (strcmp(mtype, "samp.hub.event.shutdown") == 0 || strcmp(mtype, "samp.hub.disconnect") == 0) return SAMP_OVER;
    *url = given ? strdup(given) : NULL;
    if (!given || *url) return SAMP_MESSAGE;
    error_set_memory(error);
    return SAMP_ERROR;
}

/* SAMP_WOKEN: nothing for us. */
static enum samp_event serve(const struct samp *samp, char **url, struct error *error) {
    struct buffer request = {0};
    struct slice body;
    struct xmlrpc call = {0};
    struct error ignored = {0};
    bool is_call = samp_callback_take(samp->listener, &request, &body) && xmlrpc_parse(&call, body, &ignored);
    enum samp_event event = is_call ? understand(samp, &call, url, error) : SAMP_WOKEN;
    error_clear(&ignored);
    xmlrpc_free(&call);
    buffer_free(&request);
    return event;
}

enum samp_event samp_next(struct samp *samp, const int wakers[2], char **url, struct error *error) {
    *url = NULL;
    for (;;) {
        struct pollfd ready[] = {{.fd = samp->listener, .events = POLLIN},
                                 {.fd = wakers[0], .events = POLLIN},
                                 {.fd = wakers[1], .events = POLLIN}};
        if (poll(ready, 3, -1) < 0) {
            if (errno == EINTR) continue;
            error_set_errno(error, "cannot wait for messages");
            return SAMP_ERROR;
        }
        if (ready[1].revents || ready[2].revents) return SAMP_WOKEN;
        enum samp_event event = serve(samp, url, error);
        if (event != SAMP_WOKEN) return event;
    }
}
