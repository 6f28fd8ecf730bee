/* output.c - standard output, or a file that appears only when complete. */
#include "io/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/spool.h"
#include "io/temporary.h"

enum {
    HELD = 1 << 20,    /* bytes of standard output that an early error can take back */
    BLOCK = 256 << 10, /* written at once; a file takes less work when it gets whole pages, many at a time */
    PAGES = 64 << 10,
    BEHIND = 4 << 10, /* room behind a block, so that it is full when a row does not fit */
    LINKS = 40,       /* symbolic links followed, as the kernel does */
};

enum kind {
    KIND_STANDARD,
    KIND_AS_IT_IS, /* a device or pipe, opened under its name */
    KIND_FILE,     /* unnamed until it is complete */
    KIND_NOWHERE,
    KIND_SPOOL,
    KIND_BUFFER, /* the window is a part of it */
};

/* What struct output really is. */
struct writer {
    struct output window; /* first: a pointer to it is a pointer to the writer */
    enum kind kind;
    int descriptor;
    int reason; /* errno of the first failure, 0: none */
    char *name; /* as the user gave it */
    struct temporary file;
    char *target;         /* where the file goes, links followed */
    struct stat replaced; /* the file that was there; st_mode 0: none */
    struct spool *spool;
    struct buffer *buffer;
    char bytes[]; /* HELD + OUTPUT_ROOM, but for KIND_BUFFER */
};

static struct writer *writer_of(const struct output *output) {
    return (struct writer *)output;
}

static void set_room(struct writer *writer, size_t room) {
    writer->window.at = writer->bytes;
    writer->window.end = writer->bytes + room;
}

/* Pages of the buffer that are never touched cost nothing, so it is always the whole HELD. */
static struct writer *make_writer(enum kind kind, int descriptor, struct error *error) {
    struct writer *writer = malloc(sizeof *writer + HELD + OUTPUT_ROOM);
    if (!writer) return error_null_memory(error);
    *writer = (struct writer){.kind = kind, .descriptor = descriptor, .file.descriptor = -1};
    set_room(writer, kind == KIND_STANDARD ? HELD + OUTPUT_ROOM : BLOCK + BEHIND);
    return writer;
}

/* Where `name` leads when it is a symbolic link, though nothing be there yet. NULL: errno. */
static char *follow_links(const char *name) {
    char *path = strdup(name);
    for (int links = 0; path && links < LINKS; links++) {
        char link[PATH_MAX];
        ssize_t length = readlink(path, link, sizeof link - 1);
        if (length < 0) return path;
        link[length] = '\0';
        char *slash = strrchr(path, '/'), *next = NULL;
        int folder_length = link[0] == '/' || !slash ? 0 : (int)(slash - path + 1);
        if (asprintf(&next, "%.*s%s", folder_length, path, link) < 0) next = NULL;
        free(path);
        path = next;
    }
    if (path) errno = ELOOP;
    free(path);
    return NULL;
}

/* Names of open descriptors: what stands there cannot be replaced. */
static bool names_descriptor(const char *path) {
    return strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/dev/fd/", 8) == 0 || strncmp(path, "/dev/std", 8) == 0;
}

static bool open_as_it_is(struct writer *writer) {
    writer->kind = KIND_AS_IT_IS;
    writer->descriptor = open(writer->name, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_CLOEXEC, 0666);
    return writer->descriptor >= 0;
}

/* What is there already (st_mode 0: nothing), and where a file goes; *target NULL: it is written as it is. */
static bool look_up(const char *name, struct stat *found, char **target) {
    *target = NULL;
    if (stat(name, found) != 0) {
        if (errno != ENOENT) return false;
        found->st_mode = 0;
    }
    if (names_descriptor(name) || (found->st_mode && !S_ISREG(found->st_mode))) return true;
    *target = follow_links(name);
    if (!*target) return false;
    if (names_descriptor(*target)) {
        free(*target);
        *target = NULL;
    }
    return true;
}

static bool open_file(struct writer *writer) {
    struct stat found;
    if (!look_up(writer->name, &found, &writer->target)) return false;
    if (!writer->target) return open_as_it_is(writer);
    char *slash = strrchr(writer->target, '/');
    if (slash ? slash[1] == '\0' : writer->target[0] == '\0') {
        errno = EISDIR;
        return false;
    }
    if (found.st_mode) { /* renaming asks only for the folder's permission; writing would ask for the file's */
        if (faccessat(AT_FDCWD, writer->target, W_OK, AT_EACCESS) != 0) return false;
        writer->replaced = found;
    }
    char *folder = NULL;
    if (asprintf(&folder, "%.*s", slash ? (int)(slash - writer->target + 1) : 1, slash ? writer->target : ".") < 0)
        return false;
    bool opened = temporary_open(&writer->file, folder);
    free(folder);
    writer->descriptor = writer->file.descriptor;
    return opened;
}

static void free_writer(struct writer *writer) {
    if (writer->kind == KIND_AS_IT_IS && writer->descriptor >= 0) close(writer->descriptor);
    temporary_discard(&writer->file);
    free(writer->name);
    free(writer->target);
    free(writer);
}

bool output_is_standard(const char *name) {
    return !name || strcmp(name, "-") == 0 || strcasecmp(name, "stdout") == 0;
}

bool output_is_file(const char *name) {
    struct stat found;
    char *target = NULL;
    bool is_file = !output_is_standard(name) && look_up(name, &found, &target) && target;
    free(target);
    return is_file;
}

struct output *output_open(const char *name, struct error *error) {
    if (output_is_standard(name)) {
        struct writer *writer = make_writer(KIND_STANDARD, STDOUT_FILENO, error);
        return writer ? &writer->window : NULL;
    }
    struct writer *writer = make_writer(KIND_FILE, -1, error);
    if (!writer) return NULL;
    writer->name = strdup(name);
    if (!writer->name || !open_file(writer)) {
        if (errno == ENOMEM)
            error_set_memory(error);
        else
            error_set(error, "Cannot open output file '%s'", name);
        free_writer(writer);
        return NULL;
    }
    return &writer->window;
}

struct output *output_open_nowhere(struct error *error) {
    struct writer *writer = make_writer(KIND_NOWHERE, -1, error);
    return writer ? &writer->window : NULL;
}

struct output *output_open_spool(struct spool *spool, struct error *error) {
    struct writer *writer = make_writer(KIND_SPOOL, -1, error);
    if (!writer) return NULL;
    writer->spool = spool;
    return &writer->window;
}

/* The window is what the buffer has room for; when it cannot grow, the content is given up. */
static void grow_buffer(struct writer *writer, size_t used) {
    struct buffer *buffer = writer->buffer;
    buffer->length += used;
    writer->window.at = buffer_reserve(buffer, OUTPUT_ROOM);
    if (!writer->window.at) {
        writer->reason = ENOMEM;
        buffer->length = 0;
        writer->window.at = buffer->bytes; /* it had this room before */
    }
    writer->window.end = buffer->bytes + buffer->capacity;
}

struct output *output_open_buffer(struct buffer *buffer, struct error *error) {
    struct writer *writer = malloc(sizeof *writer);
    if (!writer || !buffer_reserve(buffer, OUTPUT_ROOM)) {
        free(writer);
        error_set_memory(error);
        return NULL;
    }
    *writer = (struct writer){.kind = KIND_BUFFER, .descriptor = -1, .file.descriptor = -1, .buffer = buffer};
    grow_buffer(writer, 0);
    return &writer->window;
}

bool output_failed(const struct output *output) {
    return writer_of(output)->reason != 0;
}

/* Nobody reads any more: end as a program does that never heard of SIGPIPE. */
static _Noreturn void end_quietly(void) {
    signal(SIGPIPE, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(SIGPIPE);
    _exit(128 + SIGPIPE);
}

static void send_to_spool(struct writer *writer, const char *bytes, size_t length) {
    struct error error = {0};
    errno = 0;
    if (!spool_write(writer->spool, bytes, length, &error)) writer->reason = errno ? errno : ENOMEM;
    error_clear(&error);
}

static void send_bytes(struct writer *writer, const char *bytes, size_t length) {
    if (writer->kind == KIND_SPOOL && writer->reason == 0) {
        send_to_spool(writer, bytes, length);
        return;
    }
    while (length > 0 && writer->reason == 0 && writer->kind != KIND_NOWHERE) {
        ssize_t sent = write(writer->descriptor, bytes, length);
        if (sent >= 0) {
            bytes += sent;
            length -= (size_t)sent;
        } else if (errno == EAGAIN) { /* somebody has made our stdout non-blocking */
            struct pollfd wait = {.fd = writer->descriptor, .events = POLLOUT};
            poll(&wait, 1, -1);
        } else if (errno == EPIPE && writer->kind != KIND_FILE) {
            end_quietly();
        } else if (errno != EINTR) {
            writer->reason = errno;
        }
    }
}

void output_flush(struct output *output) {
    struct writer *writer = writer_of(output);
    if (writer->kind == KIND_BUFFER) {
        grow_buffer(writer, (size_t)(output->at - writer->buffer->bytes) - writer->buffer->length);
        return;
    }
    send_bytes(writer, writer->bytes, (size_t)(output->at - writer->bytes));
    set_room(writer, BLOCK + BEHIND);
}

/* Sends whole pages; what is behind them stays. */
void output_make_room(struct output *output) {
    struct writer *writer = writer_of(output);
    if ((size_t)(output->end - output->at) >= OUTPUT_ROOM) return;
    if (writer->kind == KIND_BUFFER) {
        output_flush(output);
        return;
    }
    size_t used = (size_t)(output->at - writer->bytes), rest = used % PAGES;
    send_bytes(writer, writer->bytes, used - rest);
    memmove(writer->bytes, writer->bytes + used - rest, rest);
    set_room(writer, BLOCK + BEHIND);
    output->at += rest;
}

void output_write(struct output *output, const void *bytes, size_t length) {
    const char *from = bytes;
    while (length > 0) {
        size_t room = (size_t)(output->end - output->at);
        if (room == 0) {
            output_make_room(output);
            continue;
        }
        size_t part = length < room ? length : room;
        memcpy(output->at, from, part);
        output->at += part;
        from += part;
        length -= part;
    }
}

void output_write_slice(struct output *output, struct slice slice) {
    output_write(output, slice.text, slice.length);
}

void output_write_buffer(struct output *output, const struct buffer *buffer) {
    struct writer *writer = writer_of(output);
    if (buffer->is_incomplete && writer->reason == 0) writer->reason = ENOMEM;
    output_write_slice(output, buffer_slice(buffer));
}

void output_write_string(struct output *output, const char *string) {
    output_write(output, string, strlen(string));
}

void output_format(struct output *output, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        if (!output_failed(output)) writer_of(output)->reason = ENOMEM;
        return;
    }
    output_write(output, text, (size_t)length);
    free(text);
}

/* The new file looks like the one it replaces; the owner only if we may give files away. */
static bool keep_attributes(const struct writer *writer) {
    const struct stat *old = &writer->replaced;
    if (old->st_mode == 0) return true;
    if (fchown(writer->descriptor, old->st_uid, old->st_gid) != 0) errno = 0;
    return fchmod(writer->descriptor, old->st_mode & 0777) == 0;
}

/* The last step, by kind; a failure is kept in `reason`. */
static void finish(struct writer *writer) {
    if (writer->kind == KIND_AS_IT_IS) {
        if (close(writer->descriptor) != 0 && errno != EINTR) writer->reason = errno;
        writer->descriptor = -1;
    } else if (writer->kind == KIND_STANDARD) {
        /* A network file system tells of a full disk only at close; a copy can be closed safely. */
        int copy = dup(STDOUT_FILENO);
        if (copy >= 0 && close(copy) != 0 && errno != EINTR) writer->reason = errno;
    } else if (writer->kind == KIND_FILE) {
        if (!keep_attributes(writer) || !temporary_publish(&writer->file, writer->target)) writer->reason = errno;
    }
}

bool output_commit(struct output *output, struct error *error) {
    struct writer *writer = writer_of(output);
    output_flush(output);
    if (writer->reason == 0) finish(writer);
    bool done = writer->reason == 0;
    if (!done) {
        errno = writer->reason;
        if (writer->name)
            error_set_errno(error, "Cannot write output file '%s'", writer->name);
        else if (writer->kind == KIND_SPOOL)
            error_set_errno(error, "Cannot write a temporary file");
        else if (writer->kind == KIND_BUFFER)
            error_set_memory(error);
        else
            error_set_errno(error, "Cannot write standard output");
    }
    free_writer(writer);
    return done;
}

void output_discard(struct output *output) {
    free_writer(writer_of(output));
}

bool output_close(struct output *output, bool is_complete, struct error *error) {
    if (is_complete) return output_commit(output, error);
    if (output) output_discard(output);
    return false;
}
