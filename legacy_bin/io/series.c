/* series.c - see series.h. */
#include "io/series.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/reference.h"
#include "io/temporary.h"

static bool is_plain(const char *name) {
    for (; *name; name++)
        if (*name == '/' || (unsigned char)*name < 0x20 || *name == 0x7f) return false;
    return true;
}

static bool make_room(struct series *series, const char *folder, int folder_length, const char *slash, const char *base,
                      const char *extension) {
    enum { LONGEST_NUMBER = 20 };
    const char *dot = *extension ? "." : "";
    if (asprintf(&series->folder, "%.*s%s", folder_length, folder, slash) < 0) series->folder = NULL;
    if (asprintf(&series->ending, "%s%s", dot, extension) < 0) series->ending = NULL;
    if (!series->folder || !series->ending) return false;
    series->number_at = strlen(series->folder) + strlen(base);
    series->path = malloc(series->number_at + LONGEST_NUMBER + strlen(series->ending) + 1);
    if (series->path) sprintf(series->path, "%s%s", series->folder, base);
    return series->path != NULL;
}

bool series_open(struct series *series, const char *folder, const char *base, const char *extension,
                 struct error *error) {
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/') length--;
    bool is_current = length == 0 || strcmp(folder, ".") == 0, is_root = length == 1 && folder[0] == '/';
    *series = (struct series){0};
    if (!make_room(series, folder, is_current ? 0 : (int)length, is_current || is_root ? "" : "/", base,
                   extension + (extension[0] == '.')))
        return error_set_memory(error);
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

/* Also called when a signal has come. */
const char *series_path(const struct series *series, size_t number) {
    enum { SHORTEST = 4 };
    char digits[24], *at = series->path + series->number_at;
    size_t count = 0;
    do digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0 || count < SHORTEST);
    while (count > 0) *at++ = digits[--count];
    memcpy(at, series->ending, strlen(series->ending) + 1);
    return series->path;
}

bool series_check(const struct series *series, size_t count, struct error *error) {
    for (size_t i = 0; i < count; i++) {
        struct stat status;
        const char *path = series_path(series, i);
        bool is_there = lstat(path, &status) == 0;
        if (is_there && !(series->may_replace && S_ISREG(status.st_mode)))
            return error_set(error, "Error: file '%s' exists", path);
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
    return output_open(series_path(series, series->written), error);
}

void series_undo(struct series *series) {
    for (; series->written > 0 && !series->may_replace; series->written--)
        unlink(series_path(series, series->written - 1));
}

static struct series *guarded;

/* The last one may have its name without having been counted. */
static void undo_guarded(void) {
    for (size_t number = 0; number <= guarded->written; number++) unlink(series_path(guarded, number));
}

void series_guard(struct series *series) {
    if (series->may_replace) return;
    guarded = series;
    temporary_at_signal(undo_guarded);
}

void series_release(void) {
    temporary_at_signal(NULL);
}

void series_close(struct series *series) {
    series_release();
    free(series->folder);
    free(series->ending);
    free(series->path);
    *series = (struct series){0};
}
