/* http.c - fetches several addresses at once, as a program with many files to get would.
 * `trial PARALLEL PER_HOST MODE URL…`; MODE is `get`, `post` or `restart`. One line a transfer, as they end:
 * address, bytes, status, how often it began, its error or `-`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/http.h"

struct download {
    const char *url;
    uint64_t bytes;
    unsigned begun;
    bool is_restartable;
};

static bool start(void *context, const struct http_answer *answer, struct error *error) {
    (void)error;
    struct download *download = context;
    download->begun++;
    download->bytes = answer->offset;
    return true;
}

static bool take(void *context, const void *bytes, size_t length, struct error *error) {
    (void)bytes, (void)error;
    ((struct download *)context)->bytes += length;
    return true;
}

static void done(void *context, const struct http_answer *answer, struct error *error) {
    struct download *download = context;
    printf("%s\t%llu\t%d\t%u\t%s\t%.*s\n", download->url, (unsigned long long)download->bytes, answer->status,
           download->begun, error->text ? error->text : "-",
           (int)strcspn(answer->error_body.text ? answer->error_body.text : "", "\n"),
           answer->error_body.text ? answer->error_body.text : "");
}

int main(int argc, char **argv) {
    struct error error = {0};
    struct http *http = http_open((unsigned)atoi(argv[1]), (unsigned)atoi(argv[2]), &error);
    struct download *downloads = calloc((size_t)argc, sizeof *downloads);
    for (int i = 4; i < argc; i++) {
        downloads[i].url = argv[i];
        struct http_request request = {
            .urls = &downloads[i].url,
            .url_count = 1,
            .body = strcmp(argv[3], "post") == 0 ? SLICE("QUERY=select+1&LANG=ADQL") : (struct slice){0},
            .limits = {.first_wait = 0.02},
            .is_restartable = strcmp(argv[3], "restart") == 0,
            .start = start,
            .data = take,
            .done = done,
            .context = &downloads[i],
        };
        if (!http_add(http, &request, &error)) return 2;
    }
    bool ran = http_run(http, &error);
    http_close(http);
    free(downloads);
    return ran ? 0 : 2;
}
