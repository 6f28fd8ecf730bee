/* content.c - a whole file looked at: gzip undone, FITS known by its first card and tested, the final name chosen. */
#include "download/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/gunzip.h"
#include "io/output.h"
#include "io/temporary.h"
#include "votable/fits_verify.h"

static char *join(const char *folder, const char *before, const char *name, const char *dot, const char *extension) {
    char *path = NULL;
    const char *slash = folder[0] && folder[strlen(folder) - 1] != '/' ? "/" : "";
    int length = asprintf(&path, "%s%s%s%s%s%s", folder, slash, before, name, dot, extension);
    return length < 0 ? NULL : path;
}

static bool is_there(const char *path) {
    struct stat status;
    return path && lstat(path, &status) == 0;
}

char *content_existing(const struct download_settings *settings, const char *name) {
    if (settings->only_path) return is_there(settings->only_path) ? strdup(settings->only_path) : NULL;
    const char *const extensions[] = {NULL, settings->extension, "fits"};
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        if (i == 1 && !extensions[i]) continue;
        char *path = join(settings->folder, "", name, extensions[i] ? "." : "", extensions[i] ? extensions[i] : "");
        if (is_there(path)) return path;
        free(path);
    }
    return NULL;
}

static bool starts_with(const struct buffer *head, const char *start, size_t length) {
    return head->length >= length && memcmp(head->bytes, start, length) == 0;
}

static bool is_fits(const struct buffer *head) {
    return starts_with(head, "SIMPLE", 6);
}

static ptrdiff_t read_descriptor(void *context, void *bytes, size_t room, struct error *error) {
    ssize_t got;
    while ((got = read(*(int *)context, bytes, room)) < 0 && errno == EINTR) continue;
    if (got < 0) error_set_errno(error, "cannot read a downloaded file");
    return got;
}

/* From the start of the file behind a descriptor. */
static bool test_fits(int descriptor, struct error *error) {
    if (descriptor < 0 || lseek(descriptor, 0, SEEK_SET) != 0)
        return error_set_errno(error, "cannot read a downloaded file");
    return fits_verify((struct byte_reader){read_descriptor, &descriptor}, error);
}

static bool expects_fits(const struct download_settings *settings, const struct access *access) {
    const char *extension = settings->extension ? settings->extension : "";
    return (access->format && strcasestr(access->format, "fits")) || strncasecmp(extension, "fit", 3) == 0;
}

/* What was asked for: FITS files whole, and nothing else where FITS is expected. */
static bool test(int descriptor, const struct buffer *head, const struct download_settings *settings,
                 const struct access *access, struct error *error) {
    if (!settings->verifies) return true;
    if (is_fits(head)) return test_fits(descriptor, error);
    if (!expects_fits(settings, access)) return true;
    return error_set_input(error, "a FITS file is expected, and this is %s",
                           head->length && head->bytes[0] == '<' ? "a page in HTML or XML" : "something else");
}

/* The decoded bytes into `file`, the first of them into `head`. */
static bool decode(struct gunzip *gunzip, int file, struct buffer *head, struct error *error) {
    char block[64 * 1024];
    for (;;) {
        ptrdiff_t got = gunzip_read(gunzip, block, sizeof block, error);
        if (got <= 0) return got == 0;
        size_t room = PART_HEAD - head->length;
        if (!buffer_append(head, block, (size_t)got < room ? (size_t)got : room)) return error_set_memory(error);
        for (char *from = block; got > 0;) {
            ssize_t written = write(file, from, (size_t)got);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return error_set_errno(error, "cannot write a decompressed file");
            from += written;
            got -= written;
        }
    }
}

static char *final_path(const struct download_settings *settings, const char *name, const struct buffer *head) {
    if (settings->only_path) return strdup(settings->only_path);
    if (settings->extension) return join(settings->folder, "", name, ".", settings->extension);
    return is_fits(head) ? join(settings->folder, "", name, ".", "fits") : join(settings->folder, "", name, "", "");
}

static bool publish_decoded(struct temporary *file, const char *path, bool replaces, bool *existed,
                            struct error *error) {
    *existed = !replaces && is_there(path);
    if (*existed) {
        temporary_discard(file);
        return true;
    }
    return temporary_publish(file, path) || error_set_errno(error, "Error: cannot open output file '%s'", path);
}

static bool settle_gzip(struct part *part, const struct download_settings *settings, const struct access *access,
                        char **path, bool *existed, struct error *error) {
    struct temporary file = {.descriptor = -1};
    struct buffer head = {0};
    int packed = part_reopen(part);
    bool done = packed >= 0 && temporary_open(&file, *settings->folder ? settings->folder : ".");
    if (!done) error_set_errno(error, "cannot write to '%s'", *settings->folder ? settings->folder : ".");
    struct gunzip *gunzip =
        done ? gunzip_open((struct byte_reader){read_descriptor, &packed}, GUNZIP_ALWAYS, access->url, error) : NULL;
    done = gunzip && decode(gunzip, file.descriptor, &head, error);
    gunzip_close(gunzip);
    if (packed >= 0) close(packed);
    done = done && test(file.descriptor, &head, settings, access, error);
    *path = done ? final_path(settings, access->name, &head) : NULL;
    if (done && !*path) done = error_set_memory(error);
    if (done) done = publish_decoded(&file, *path, settings->replaces, existed, error);
    temporary_discard(&file);
    buffer_free(&head);
    part_discard(part);
    return done;
}

static bool settle_plain(struct part *part, const struct download_settings *settings, const struct access *access,
                         char **path, bool *existed, struct error *error) {
    int file = settings->verifies ? part_reopen(part) : -1;
    bool done = test(file, &part->head, settings, access, error);
    if (file >= 0) close(file);
    *path = done ? final_path(settings, access->name, &part->head) : NULL;
    if (done && !*path) done = error_set_memory(error);
    if (!done)
        part_discard(part);
    else
        done = part_publish(part, *path, settings->replaces, existed, error);
    return done;
}

static bool keep_url(const struct download_settings *settings, const struct access *access, struct error *error) {
    char *path = join(settings->folder, ".", access->name, "", "");
    struct output *output = path ? output_open(path, error) : NULL;
    free(path);
    if (!output) return path || error_set_memory(error);
    output_format(output, "%s\n", access->url);
    return output_commit(output, error);
}

bool content_settle(struct part *part, const struct download_settings *settings, const struct access *access,
                    char **path, bool *existed, struct error *error) {
    *path = NULL;
    *existed = false;
    if (part->head.is_incomplete) {
        part_discard(part);
        return error_set_memory(error);
    }
    bool is_packed = !settings->extension && !settings->only_path && starts_with(&part->head, "\x1f\x8b", 2);
    bool done = (is_packed ? settle_gzip : settle_plain)(part, settings, access, path, existed, error);
    if (done && settings->keeps_url && !*existed) done = keep_url(settings, access, error);
    return done;
}
