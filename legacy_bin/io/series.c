/* series.c - see series.h. */
#include "io/series.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/reference.h"

static bool is_plain(const char *name) {
    for (; *name; name++)
        if (*name == '/' || (unsigned char)*name < 0x20 || *name == 0x7f) return false;
    return true;
}

bool series_open(struct series *series, const char *folder, const char *base, const char *extension,
                 struct error *error) {
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/') length--;
    bool is_current = length == 0 || strcmp(folder, ".") == 0, is_root = length == 1 && folder[0] == '/';
    *series = (struct series){.base = strdup(base), .extension = strdup(extension + (extension[0] == '.'))};
    if (asprintf(&series->folder, "%.*s%s", is_current ? 0 : (int)length, folder, is_current || is_root ? "" : "/") < 0)
        series->folder = NULL;
    if (!series->base || !series->extension || !series->folder) return error_set_memory(error);
    if (!is_plain(base)) return error_set(error, "Error: '%s' is no name that files can begin with", base);
    if (!is_plain(extension)) return error_set(error, "Error: '%s' is no extension for file names", extension);
    return true;
}

/* Without a last extension that is like `suffix` (NULL: any); never the whole name. */
static size_t without_suffix(const char *name, size_t length, const char *suffix) {
    size_t dot = length;
    while (dot > 0 && name[dot - 1] != '.') dot--;
    if (dot <= 1) return length;
    size_t base = dot - 1, extension = length - base;
    bool is_it = !suffix || (extension == strlen(suffix) && strncasecmp(name + base, suffix, extension) == 0);
    return is_it ? base : length;
}

char *series_base_of(const char *input) {
    if (reference_is_stdin(input)) return strdup("table");
    if (input[strspn(input, " \t\r\n")] == '<') return strdup("table"); /* XML text */
    size_t length = reference_is_url(input) ? strcspn(input, "?#") : strlen(input);
    while (length > 0 && input[length - 1] == '/') length--;
    const char *slash = memrchr(input, '/', length);
    const char *name = slash ? slash + 1 : input;
    length -= (size_t)(name - input);
    length = without_suffix(name, without_suffix(name, length, ".gz"), NULL);
    char *base = length ? strndup(name, length) : strdup("table");
    for (char *c = base; c && *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = '_';
    return base;
}

char *series_path(const struct series *series, size_t number) {
    char *path = NULL;
    const char *extension = series->extension;
    if (asprintf(&path, "%s%s%04zu%s%s", series->folder, series->base, number, *extension ? "." : "", extension) < 0)
        return NULL;
    return path;
}

bool series_check(const struct series *series, size_t count, struct error *error) {
    for (size_t i = 0; i < count; i++) {
        struct stat status;
        char *path = series_path(series, i);
        if (!path) return error_set_memory(error);
        bool is_there = lstat(path, &status) == 0;
        if (is_there && !(series->may_replace && S_ISREG(status.st_mode)))
            error_set(error, "Error: file '%s' exists", path);
        free(path);
        if (error->text) return false;
    }
    return true;
}

bool series_make_folder(const struct series *series, struct error *error) {
    char *path = strdup(series->folder);
    if (!path) return error_set_memory(error);
    bool done = true;
    for (char *slash = path; done && (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (*path && mkdir(path, 0777) != 0 && errno != EEXIST)
            done = error_set_errno(error, "Cannot make the directory '%s'", path);
        *slash = '/';
    }
    free(path);
    return done;
}

struct output *series_next(const struct series *series, struct error *error) {
    char *path = series_path(series, series->written);
    struct output *output = NULL;
    if (path)
        output = output_open(path, error);
    else
        error_set_memory(error);
    free(path);
    return output;
}

void series_undo(struct series *series) {
    for (; series->written > 0 && !series->may_replace; series->written--) {
        char *path = series_path(series, series->written - 1);
        if (path) unlink(path);
        free(path);
    }
}

void series_close(struct series *series) {
    free(series->folder);
    free(series->base);
    free(series->extension);
    *series = (struct series){0};
}
