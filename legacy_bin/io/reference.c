/* reference.c - see reference.h. */
#include "io/reference.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool starts_with(const char *text, const char *prefix) {
    return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

bool reference_is_url(const char *argument) {
    return starts_with(argument, "http://") || starts_with(argument, "https://");
}

bool reference_is_stdin(const char *argument) {
    return !argument || strcmp(argument, "-") == 0 || strcmp(argument, "stdin") == 0;
}

const char *reference_shown(const char *argument) {
    return reference_is_stdin(argument) ? "stdin" : argument;
}

const char *reference_path(const char *argument) {
    if (!starts_with(argument, "file:")) return argument;
    const char *rest = argument + strlen("file:");
    if (strncmp(rest, "//", 2) != 0) return *rest == '/' ? rest : argument;
    rest += 2;
    return starts_with(rest, "localhost/") ? rest + strlen("localhost") : rest;
}

/* Length of the scheme with its colon, 0: none. */
static size_t scheme_length(const char *reference) {
    if (!isalpha((unsigned char)reference[0])) return 0;
    size_t length = 1;
    while (isalnum((unsigned char)reference[length]) || strchr("+-.", reference[length])) {
        if (reference[length] == '\0') return 0;
        length++;
    }
    return reference[length] == ':' ? length + 1 : 0;
}

/* Relative to a URL; dot segments are left to the transfer library. */
static char *resolve_url(const char *href, const char *base) {
    size_t scheme = scheme_length(base);
    size_t authority = scheme + 2 + strcspn(base + scheme + 2, "/?#");
    size_t path = authority + strcspn(base + authority, "?#");
    size_t kept = authority; /* bytes of the base in front of the reference */
    const char *between = "";
    if (strncmp(href, "//", 2) == 0) {
        kept = scheme;
    } else if (href[0] == '?') {
        kept = path;
    } else if (href[0] != '/') {
        kept = path;
        while (kept > authority && base[kept - 1] != '/') kept--;
        if (kept == authority) between = "/";
    }
    char *url = NULL;
    return asprintf(&url, "%.*s%s%s", (int)kept, base, between, href) < 0 ? NULL : url;
}

static char *resolve_path(const char *path, const char *base) {
    const char *slash = base && path[0] != '/' ? strrchr(base, '/') : NULL;
    char *resolved = NULL;
    int folder = slash ? (int)(slash + 1 - base) : 0;
    return asprintf(&resolved, "%.*s%s", folder, folder ? base : "", path) < 0 ? NULL : resolved;
}

char *reference_resolve(const char *href, const char *base, struct error *error) {
    bool from_network = base && reference_is_url(base);
    bool is_file = starts_with(href, "file:");
    char *resolved;
    if (href[0] == '\0') {
        error_set_input(error, "the reference is empty");
        return NULL;
    }
    if (reference_is_url(href)) {
        resolved = strdup(href);
    } else if (scheme_length(href) && !is_file) {
        error_set_input(error, "cannot read '%s': only http, https, file and relative references are", href);
        return NULL;
    } else if (from_network && is_file) {
        error_set_input(error, "a document from the network may not refer to the local file '%s'", href);
        return NULL;
    } else if (from_network) {
        resolved = resolve_url(href, base);
    } else {
        /* Standard input and XML given as text have no folder of their own. */
        bool has_folder = base && base[strspn(base, " \t\r\n")] != '<';
        resolved = resolve_path(reference_path(href), has_folder ? reference_path(base) : NULL);
    }
    if (!resolved) error_set_memory(error);
    return resolved;
}

static int hexadecimal(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *reference_unescape(const char *path) {
    char *copy = strchr(path, '%') ? strdup(path) : NULL;
    if (!copy) return NULL;
    char *to = copy;
    for (const char *from = copy; *from; from++) {
        int high = *from == '%' ? hexadecimal(from[1]) : -1;
        int low = high >= 0 ? hexadecimal(from[2]) : -1;
        if (low >= 0 && (high || low)) {
            *to++ = (char)(high << 4 | low);
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return copy;
}
