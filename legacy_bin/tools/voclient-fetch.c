/* voclient-fetch.c - the body of a web address on standard output: how the table tools read from the network
 * without linking an HTTP library. Nothing is written before the server has said that it has the thing. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/tool.h"
#include "http/http.h"

enum { CONNECT = 1, IDLE, TIMEOUT, MAXIMUM, TRIES, WAIT };

static const struct option options[] = {
    {CONNECT, 'c', "connect", OPTION_REAL, "SECS", "Time allowed for connecting", .standard = "15", .unit = "s"},
    {IDLE, 'i', "idle", OPTION_REAL, "SECS", "Time allowed for nothing to come", .standard = "60", .unit = "s"},
    {TIMEOUT, 't', "timeout", OPTION_REAL, "SECS", "Time allowed for everything", .standard = "no limit", .unit = "s"},
    {MAXIMUM, 'm', "maximum", OPTION_REAL, "BYTES", "Largest body, after decompression", .standard = "no limit",
     .unit = "byte"},
    {TRIES, 'n', "tries", OPTION_INTEGER, "N", "How often each address is tried", .standard = "4"},
    {WAIT, 'w', "wait", OPTION_REAL, "SECS", "Wait before the second try, doubled for each later one",
     .standard = "0.5", .unit = "s"},
    {0}};

static const struct example examples[] = {
    {"voclient-fetch http://example.org/stars.xml | votinfo", "What is in a table somewhere else"},
    {"voclient-fetch -n 2 https://first.example/x.xml https://second.example/x.xml", "The first mirror that has it"},
    {NULL, NULL}};

static bool write_body(void *context, const void *bytes, size_t length, struct error *error) {
    uint64_t *written = context;
    *written += length;
    for (const char *from = bytes; length > 0;) {
        ssize_t sent = write(STDOUT_FILENO, from, length);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return error_set_errno(error, "cannot write standard output");
        from += sent;
        length -= (size_t)sent;
    }
    return true;
}

static int run(const struct arguments *arguments) {
    if (arguments->operand_count == 0) return fail("voclient-fetch: an address (http:// or https://) is wanted");
    const char **urls = calloc(arguments->operand_count, sizeof *urls);
    if (!urls) return fail("not enough memory");
    uint64_t written = 0;
    struct http_request request = {.urls = urls, .data = write_body, .context = &written};
    for (size_t i = 0; i < arguments->count; i++)
        if (!arguments->items[i].option) urls[request.url_count++] = arguments->items[i].value;
    double maximum = arguments_real(arguments, MAXIMUM, 0);
    long tries = arguments_integer(arguments, TRIES, 0);
    request.limits = (struct http_limits){
        .connect_seconds = arguments_real(arguments, CONNECT, 0),
        .idle_seconds = arguments_real(arguments, IDLE, 0),
        .total_seconds = arguments_real(arguments, TIMEOUT, 0),
        .body_bytes = maximum > 0 && maximum < 1e18 ? (uint64_t)maximum : 0,
        .rounds = tries > 0 && tries < 1000 ? (unsigned)tries : 0,
        .first_wait = arguments_real(arguments, WAIT, 0),
    };
    struct error error = {0};
    if (http_fetch(NULL, &request, &error) && written == 0) error_set(&error, "%s: the answer is empty", urls[0]);
    free(urls);
    return error.text ? fail_error(&error) : EXIT_SUCCESS;
}

const struct tool tool = {
    .name = "voclient-fetch",
    .summary = "write what a web address holds to standard output",
    .synopsis = "[options] [--] URL...",
    .operands = "Addresses (http or https) of one and the same thing; the first that works is used.",
    .description =
        "The body of the answer goes to standard output as it arrives, but only when the server answered with success; "
        "gzip is undone. Network failures and busy servers are tried again, each time after a longer wait; "
        "a body that was broken off is continued where it stopped, never sent twice.\n\n"
        "Certificates are verified. At most 10 redirects are followed, to http and https only, never from https "
        "to http. The table tools run this program to read remote tables.",
    .options = options,
    .examples = examples,
    .exit_status = "0 when the whole body was written; 1 otherwise, with one line saying why.",
    .environment = "http_proxy, https_proxy, no_proxy\tproxies, as libcurl uses them\n"
                   "CURL_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR\tcertificate authorities to trust\n",
    .run = run,
};
