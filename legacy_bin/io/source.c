/* source.c - the input argument opened: standard input, a URL, a file, or the XML text itself. */
#include "io/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/fetch.h"
#include "io/gunzip.h"
#include "io/reference.h"

struct source {
    char *name;
    int file;              /* -1: not a file */
    struct fetch *fetch;   /* NULL: not from the network */
    const char *text;      /* in `name`, what is left of XML given as the argument; NULL: not that */
    struct gunzip *gunzip; /* NULL: a reference, whose bytes are left as they are */
};

/* The bytes as they come, before gzip is undone. */
static ptrdiff_t read_raw(void *context, void *bytes, size_t room, struct error *error) {
    struct source *source = context;
    if (source->fetch) return fetch_read(source->fetch, bytes, room, error);
    if (source->text) {
        size_t length = strnlen(source->text, room);
        memcpy(bytes, source->text, length);
        source->text += length;
        return (ptrdiff_t)length;
    }
    ssize_t got;
    while ((got = read(source->file, bytes, room)) < 0 && errno == EINTR) continue;
    if (got < 0) error_set_errno(error, "cannot read '%s'", source->name);
    return got;
}

ptrdiff_t source_read(struct source *source, void *bytes, size_t room, struct error *error) {
    return source->gunzip ? gunzip_read(source->gunzip, bytes, room, error) : read_raw(source, bytes, room, error);
}

/* A readable file that is not a directory, or -1 with errno. */
static int open_file(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat status;
    if (file >= 0 && (fstat(file, &status) != 0 || S_ISDIR(status.st_mode))) {
        close(file);
        errno = EISDIR;
        return -1;
    }
    return file;
}

static bool open_document(struct source *source, struct error *error) {
    const char *argument = source->name;
    if (reference_is_url(argument)) {
        source->fetch = fetch_open(argument, error);
        return source->fetch != NULL;
    }
    source->file = open_file(reference_path(argument));
    if (source->file >= 0) return true;
    const char *text = argument + strspn(argument, " \t\r\n"); /* an XML declaration must come first */
    if (*text == '<') {
        source->text = text;
        return true;
    }
    if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)
        return error_set(error, "openVOTable(): Invalid input arg '%s'", argument);
    return error_set_errno(error, "openVOTable(): Invalid input arg '%s'", argument);
}

static bool is_same_file(int file, const char *path) {
    struct stat a, b;
    return fstat(file, &a) == 0 && S_ISREG(a.st_mode) && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static bool open_reference(struct source *source, const char *base, struct error *error) {
    const char *target = source->name;
    bool is_cyclic;
    if (reference_is_url(target)) {
        is_cyclic = base && strcmp(target, base) == 0;
        if (!is_cyclic) source->fetch = fetch_open(target, error);
        if (!is_cyclic && !source->fetch) return false;
    } else {
        source->file = open_file(target);
        char *unescaped = source->file < 0 && errno == ENOENT ? reference_unescape(target) : NULL;
        if (unescaped) source->file = open_file(unescaped);
        free(unescaped);
        if (source->file < 0)
            return error_set_input(error, "cannot read '%s', which the document names: %s", target, strerror(errno));
        is_cyclic = base && is_same_file(source->file, reference_path(base));
    }
    if (is_cyclic) return error_set_input(error, "the document names itself ('%s') as its data", target);
    return true;
}

struct source *source_open(const char *argument, enum source_kind kind, const char *base, struct error *error) {
    bool is_document = kind == SOURCE_DOCUMENT;
    bool is_stdin = is_document && reference_is_stdin(argument);
    struct source *source = calloc(1, sizeof *source);
    if (!source) return error_null_memory(error);
    source->file = -1;
    source->name = is_document ? strdup(reference_shown(argument)) : reference_resolve(argument, base, error);
    bool is_open = false;
    if (!source->name) {
        error_set_memory(error);
    } else if (is_stdin) {
        source->file = STDIN_FILENO;
        is_open = true;
    } else {
        is_open = is_document ? open_document(source, error) : open_reference(source, base, error);
    }
    if (is_open && is_document) {
        source->gunzip = gunzip_open((struct byte_reader){read_raw, source}, GUNZIP_IF_MAGIC, source->name, error);
        is_open = source->gunzip != NULL;
    }
    if (!is_open) {
        source_close(source);
        return NULL;
    }
    return source;
}

bool source_is_lasting(const struct source *source) {
    struct stat status;
    if (source->text) return true;
    return source->file > STDIN_FILENO && fstat(source->file, &status) == 0 && S_ISREG(status.st_mode);
}

const char *source_name(const struct source *source) {
    return source->name;
}

void source_close(struct source *source) {
    if (!source) return;
    gunzip_close(source->gunzip);
    fetch_close(source->fetch);
    if (source->file > STDIN_FILENO) close(source->file);
    free(source->name);
    free(source);
}
