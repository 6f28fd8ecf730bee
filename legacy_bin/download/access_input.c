/* access_input.c - what kind of input there is, and the list of URLs written to a file. */
#include "download/access_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "io/gunzip.h"
#include "io/output.h"
#include "io/reference.h"
#include "io/temporary.h"

static ptrdiff_t read_descriptor(void *context, void *bytes, size_t room, struct error *error) {
    ssize_t got;
    while ((got = read(*(int *)context, bytes, room)) < 0 && errno == EINTR) continue;
    if (got < 0) error_set_errno(error, "Error: cannot read the input");
    return got;
}

/* A pipe cannot be read twice: a copy of it without a name can. -1 with error set. */
static int copy_of(int descriptor, struct error *error) {
    char block[64 * 1024];
    int copy = temporary_scratch();
    if (copy < 0) error_set_errno(error, "Error: cannot write to '%s'", temporary_scratch_folder());
    for (ptrdiff_t got; copy >= 0 && (got = read_descriptor(&descriptor, block, sizeof block, error)) != 0;) {
        if (got > 0 && write(copy, block, (size_t)got) == got) continue;
        if (got > 0) error_set_errno(error, "Error: cannot write to '%s'", temporary_scratch_folder());
        close(copy);
        copy = -1;
    }
    return copy;
}

/* The first byte that is not blank, behind gzip and a byte order mark, decides. */
static bool looks_like_xml(int descriptor, bool *is_xml, struct error *failure) {
    unsigned char bytes[4096];
    struct error error = {0}; /* damaged gzip is found again, by who reads it all */
    *is_xml = false;
    if (lseek(descriptor, 0, SEEK_SET) != 0) return true;
    struct gunzip *gunzip =
        gunzip_open((struct byte_reader){read_descriptor, &descriptor}, GUNZIP_IF_MAGIC, "the input", &error);
    for (ptrdiff_t got, at = 0; gunzip && (got = gunzip_read(gunzip, bytes, sizeof bytes, &error)) > 0; at = 0) {
        while (at < got && (bytes[at] <= ' ' || bytes[at] >= 0xbb)) at++; /* NUL: UTF-16 */
        *is_xml = at < got && bytes[at] == '<';
        if (at < got) break;
    }
    gunzip_close(gunzip);
    bool done = !error_is_memory(&error) || error_set_memory(failure);
    error_clear(&error);
    return done;
}

static bool read_table(struct access_list *list, const char *argument, const char *shown,
                       const struct access_choice *choice, struct error *error) {
    if (access_list_read_table(list, argument, choice, error)) return true;
    if (!error->is_input || error_is_memory(error)) return false;
    char *reason = error->text;
    bool is_news = reason && strncmp(reason, "openVOTable(): ", 15) != 0; /* which says no more than we do */
    *error = (struct error){0};
    error_set(error, "Error opening votable '%s'%s%s", shown, is_news ? ": " : "", is_news ? reason : "");
    free(reason);
    return false;
}

/* A list may be gzipped, as tables may. */
static bool read_lines(struct access_list *list, int descriptor, const char *shown, struct error *error) {
    int plain = temporary_scratch();
    if (plain < 0 || lseek(descriptor, 0, SEEK_SET) != 0)
        return error_set_errno(error, "Error opening text file '%s'", shown);
    char block[64 * 1024];
    struct gunzip *gunzip =
        gunzip_open((struct byte_reader){read_descriptor, &descriptor}, GUNZIP_IF_MAGIC, shown, error);
    ptrdiff_t got = gunzip ? 1 : -1;
    while (got > 0 && (got = gunzip_read(gunzip, block, sizeof block, error)) > 0) {
        if (write(plain, block, (size_t)got) == got) continue;
        error_set_errno(error, "Error: cannot write to '%s'", temporary_scratch_folder());
        got = -1;
    }
    gunzip_close(gunzip);
    bool done = got == 0 && access_list_read_lines(list, plain, shown, error);
    close(plain);
    return done;
}

static bool read_open(struct access_list *list, int descriptor, const char *argument, const char *shown,
                      const struct access_choice *choice, bool *is_table, struct error *error) {
    char path[64];
    if (!looks_like_xml(descriptor, is_table, error)) return false;
    if (!*is_table) return read_lines(list, descriptor, shown, error);
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return read_table(list, argument ? argument : path, shown, choice, error);
}

bool access_input_read(struct access_list *list, const char *argument, const struct access_choice *choice,
                       bool *is_table, struct error *error) {
    bool is_stdin = reference_is_stdin(argument);
    const char *shown = reference_shown(argument);
    *is_table = true;
    if (!is_stdin && reference_is_url(argument)) return read_table(list, argument, shown, choice, error);
    int file = is_stdin ? STDIN_FILENO : open(reference_path(argument), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat status;
    if (file < 0 && argument[strspn(argument, " \t\r\n")] == '<')
        return read_table(list, argument, "the argument", choice, error);
    if (file < 0 && (errno == ENOENT || errno == ENOTDIR)) return error_set(error, "Error opening file '%s'", shown);
    if (file < 0) return error_set_errno(error, "Error opening file '%s'", shown);
    bool done = false;
    if (fstat(file, &status) != 0 || S_ISDIR(status.st_mode)) {
        error_set(error, "Error opening file '%s': %s", shown, strerror(EISDIR));
    } else if (S_ISREG(status.st_mode)) {
        done = read_open(list, file, is_stdin ? NULL : argument, shown, choice, is_table, error);
    } else {
        int copy = copy_of(file, error);
        done = copy >= 0 && read_open(list, copy, NULL, shown, choice, is_table, error);
        if (copy >= 0) close(copy);
    }
    if (!is_stdin) close(file);
    return done;
}

static bool write_all(int file, struct slice text) {
    for (ssize_t written; text.length > 0; text.text += written, text.length -= (size_t)written) {
        written = write(file, text.text, text.length);
        if (written < 0 && errno == EINTR) written = 0;
        if (written < 0) return false;
    }
    return true;
}

bool access_list_append(const struct access_list *list, const char *name, struct error *error) {
    struct buffer text = {0};
    bool done = true;
    for (size_t i = 0; done && i < list->count; i++)
        done = buffer_append_string(&text, list->items[i].url) && buffer_append_byte(&text, '\n');
    if (!done) {
        error_set_memory(error);
    } else if (strcmp(name, "-") == 0 || strcasecmp(name, "stdout") == 0) {
        struct output *output = output_open(name, error);
        if (output) output_write_slice(output, buffer_slice(&text));
        done = output && output_commit(output, error);
    } else {
        int file = open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
        off_t before = file < 0 ? -1 : lseek(file, 0, SEEK_END);
        done = file >= 0 && write_all(file, buffer_slice(&text));
        if (file < 0)
            error_set(error, "Error: cannot open output file '%s'", name);
        else if (!done)
            error_set_errno(error, "Cannot write output file '%s'", name);
        if (!done && before >= 0 && ftruncate(file, before) != 0) errno = 0; /* nothing more can be done */
        if (file >= 0 && close(file) != 0 && done) done = error_set_errno(error, "Cannot write output file '%s'", name);
    }
    buffer_free(&text);
    return done;
}
