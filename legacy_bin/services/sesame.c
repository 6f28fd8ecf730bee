/* sesame.c - requests to Sesame: GET <base>/-oxp/SNV?name&name (CDS, sesame.htx of 2024). */
#include "services/sesame.h"

#include <stdlib.h>
#include <string.h>

#define PUBLIC_BASES "https://cds.unistra.fr/cgi-bin/nph-sesame https://vizier.cfa.harvard.edu/viz-bin/nph-sesame"

enum { LARGEST_ANSWER = 16 << 20, ROUNDS = 2 };

void sesame_object_free(struct sesame_object *object) {
    free(object->name);
    free(object->ra_text);
    free(object->dec_text);
    free(object->type);
    free(object->note);
    *object = (struct sesame_object){0};
}

bool sesame_check_resolvers(const char *letters) {
    return *letters && letters[strspn(letters, "SNVA")] == '\0';
}

/* One request on its way: the answer is read anew from each mirror. */
struct question {
    struct sesame_object *objects;
    size_t count;
    struct sesame_answer *answer;
};

static void forget(struct question *question) {
    sesame_answer_close(question->answer);
    question->answer = NULL;
    for (size_t i = 0; i < question->count; i++) sesame_object_free(&question->objects[i]);
}

static bool start(void *context, const struct http_answer *http_answer, struct error *error) {
    (void)http_answer;
    struct question *question = context;
    forget(question);
    question->answer = sesame_answer_open(question->objects, question->count);
    return question->answer || error_set_memory(error);
}

static bool take(void *context, const void *bytes, size_t length, struct error *error) {
    return sesame_answer_take(((struct question *)context)->answer, bytes, length, error);
}

static bool finish(void *context, struct error *error) {
    return sesame_answer_end(((struct question *)context)->answer, error);
}

static bool append_url(struct buffer *url, const struct sesame_service *service, struct slice base,
                       const char *const *names, size_t count) {
    while (base.length && base.text[base.length - 1] == '/') base.length--;
    bool done = buffer_append_slice(url, base) && buffer_append_string(url, "/-oxp/") &&
                buffer_append_string(url, service->ignores_cache ? "~" : "") &&
                buffer_append_string(url, service->resolvers ? service->resolvers : "SNV");
    for (size_t i = 0; i < count; i++)
        done = done && buffer_append_byte(url, i ? '&' : '?') && http_encode(url, slice_of(names[i]));
    return done && buffer_append_byte(url, '\0');
}

/* The addresses of all mirrors, each with its NUL, one behind the other; their number, 0: no memory. */
static size_t append_urls(struct buffer *urls, const struct sesame_service *service, const char *const *names,
                          size_t count) {
    size_t made = 0;
    for (size_t i = 0; i < service->base_count; i++)
        if (append_url(urls, service, slice_of(service->bases[i]), names, count)) made++;
    if (service->base_count) return made;
    const char *list = getenv("VOC_SESAME_URL");
    if (!list || !list[strspn(list, " ")]) list = PUBLIC_BASES;
    for (list += strspn(list, " "); *list; list += strspn(list, " ")) {
        struct slice base = {list, strcspn(list, " ")};
        if (append_url(urls, service, base, names, count)) made++;
        list += base.length;
    }
    return made;
}

bool sesame_ask(const struct sesame_service *service, struct http *http, const char *const *names, size_t count,
                struct sesame_object *objects, struct error *error) {
    struct buffer text = {0};
    size_t url_count = append_urls(&text, service, names, count);
    const char **urls = calloc(url_count + 1, sizeof *urls);
    if (!urls || url_count == 0) {
        free(urls);
        buffer_free(&text);
        return error_set_memory(error);
    }
    const char *url = text.bytes;
    for (size_t i = 0; i < url_count; i++, url += strlen(url) + 1) urls[i] = url;
    double timeout = service->timeout_seconds > 0 ? service->timeout_seconds : 30;
    struct question question = {.objects = objects, .count = count};
    const struct http_request request = {
        .urls = urls,
        .url_count = url_count,
        .limits = {.connect_seconds = timeout,
                   .idle_seconds = timeout,
                   .attempt_seconds = timeout,
                   .body_bytes = LARGEST_ANSWER,
                   .longest_wait = timeout,
                   .rounds = ROUNDS},
        .is_restartable = true,
        .start = start,
        .data = take,
        .finish = finish,
        .context = &question,
    };
    bool done = http_fetch(http, &request, error);
    if (done) {
        sesame_answer_close(question.answer);
        question.answer = NULL;
        for (size_t i = 0; i < count && done; i++) done = (objects[i].name = strdup(names[i])) != NULL;
        if (!done) error_set_memory(error);
    }
    if (!done) forget(&question);
    free(urls);
    buffer_free(&text);
    return done;
}
