/* part.c - a file in the making: its lock, its bytes, its state, its end. */
#include "download/part.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    /* So much is lost at most when the program is killed. Small files do without a state, which costs as much as they
     * do; it is written when a run ends in order. */
    FIRST_CHECKPOINT = 256 << 10,
    CHECKPOINT = 16 << 20,
    LARGEST_STATE = 64 << 10,
    DIGITS = 20, /* of a 64-bit number */
};
static const char title[] = "voclient part 1\n";

bool part_is_whole(const struct part *part) {
    return part->total >= 0 && part->length == (uint64_t)part->total && part->validator;
}

static void forget_bytes(struct part *part) {
    part->length = part->checkpoint = part->hashed = 0;
    part->is_continued = false;
    part->head.length = 0;
    digest_begin_sha256(&part->so_far);
    part->whole = (struct digest){0};
}

static void forget_version(struct part *part) {
    free(part->validator);
    free(part->repr_digest);
    free(part->content_md5);
    part->validator = part->repr_digest = part->content_md5 = NULL;
    part->total = -1;
}

static void close_all(struct part *part) {
    if (part->file >= 0) close(part->file);
    if (part->state >= 0) close(part->state);
    if (part->lock >= 0) {
        unlink(part->lock_path); /* before it is free: nobody else can have it then */
        close(part->lock);
    }
    forget_version(part);
    free(part->path);
    free(part->part_path);
    free(part->state_path);
    free(part->lock_path);
    free(part->url);
    buffer_free(&part->head);
    *part = (struct part){.lock = -1, .file = -1, .state = -1, .total = -1};
}

/* The lock file may be removed by its holder between our open and our lock: then it is another one that counts. */
static enum part_status take_lock(struct part *part, struct error *error) {
    for (;;) {
        part->lock = open(part->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (part->lock < 0) {
            error_set_errno(error, "cannot write '%s'", part->lock_path);
            return PART_FAILED;
        }
        /* A file system without locks: better unguarded than never. */
        bool is_taken = flock(part->lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
        struct stat ours, there;
        bool is_there = is_taken && fstat(part->lock, &ours) == 0 && lstat(part->lock_path, &there) == 0 &&
                        ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
        if (is_there) return PART_READY;
        close(part->lock);
        part->lock = -1;
        if (!is_taken) return PART_BUSY;
    }
}

/* A regular file of our own; never what a link leads to. */
static int open_own(const char *path, struct error *error) {
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    struct stat status;
    if (file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode)) return file;
    if (file >= 0) errno = EEXIST;
    error_set_errno(error, "cannot write '%s'", path);
    if (file >= 0) close(file);
    return -1;
}

static bool read_all(int file, struct buffer *text) {
    for (ssize_t got; text->length < LARGEST_STATE; text->length += (size_t)got) {
        char *room = buffer_reserve(text, 4096);
        got = room ? pread(file, room, 4096, (off_t)text->length) : -1;
        if (got < 0) return false;
        if (got == 0) break;
    }
    return buffer_string(text) != NULL;
}

/* `key value` lines. The last one, `at BYTES SHA-256`, has a fixed width, so that all can be written over at once. */
static bool read_state(struct part *part, char *text, char digits[65]) {
    if (strncmp(text, title, strlen(title)) != 0) return false;
    bool is_ours = false, has_checkpoint = false;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *value = strchr(line, ' ');
        if (!value) return false;
        *value++ = '\0';
        if (strcmp(line, "url") == 0) is_ours = strcmp(value, part->url) == 0;
        if (strcmp(line, "validator") == 0 && !part->validator) part->validator = strdup(value);
        if (strcmp(line, "length") == 0) part->total = strtoll(value, NULL, 10);
        if (strcmp(line, "digest") == 0 && !part->repr_digest) part->repr_digest = strdup(value);
        if (strcmp(line, "md5") == 0 && !part->content_md5) part->content_md5 = strdup(value);
        if (strcmp(line, "at") == 0)
            has_checkpoint = sscanf(value, "%" SCNu64 " %64[0-9a-f]", &part->checkpoint, digits) == 2;
    }
    return is_ours && has_checkpoint && part->validator && part->checkpoint > 0;
}

static void take_bytes(struct part *part, const void *bytes, size_t length) {
    if (part->is_continued) digest_take(&part->whole, bytes, length);
    size_t room = PART_HEAD - part->head.length;
    buffer_append(&part->head, bytes, length < room ? length : room);
    part->length += length;
}

/* SHA-256 of the bytes in the file, 64 digits. They are read for it: most files never need it. */
static bool hash_bytes(struct part *part, char digits[65]) {
    char block[64 * 1024];
    while (part->hashed < part->length) {
        uint64_t left = part->length - part->hashed;
        size_t room = left < sizeof block ? (size_t)left : sizeof block;
        ssize_t got = pread(part->file, block, room, (off_t)part->hashed);
        if (got <= 0) return false;
        digest_take(&part->so_far, block, (size_t)got);
        part->hashed += (uint64_t)got;
    }
    digest_hexadecimal(&part->so_far, digits);
    return true;
}

/* The bytes up to `length`, looked at: false when they are not those of the checkpoint. */
static bool read_bytes(struct part *part, uint64_t length, const char *expected) {
    char block[64 * 1024], digits[65];
    forget_bytes(part);
    part->is_continued = true;
    digest_begin(&part->whole, part->content_md5, part->repr_digest);
    while (part->length < length) {
        size_t room = length - part->length < sizeof block ? (size_t)(length - part->length) : sizeof block;
        ssize_t got = pread(part->file, block, room, (off_t)part->length);
        if (got <= 0) return false;
        take_bytes(part, block, (size_t)got);
        digest_take(&part->so_far, block, (size_t)got);
    }
    part->hashed = part->length;
    digest_hexadecimal(&part->so_far, digits);
    return strcmp(digits, expected) == 0;
}

/* What lies behind the bytes that count is dropped. */
static bool cut(struct part *part, struct error *error) {
    struct stat status;
    bool is_longer = fstat(part->file, &status) != 0 || (uint64_t)status.st_size != part->length;
    if (!is_longer || ftruncate(part->file, (off_t)part->length) == 0) return true;
    return error_set_errno(error, "cannot write '%s'", part->part_path);
}

/* What an earlier run left, or nothing. What is behind the checkpoint nobody vouches for. */
static bool pick_up(struct part *part, struct error *error) {
    struct buffer text = {.maximum = 2 * LARGEST_STATE};
    char digits[65] = "";
    bool is_known = part->state >= 0 && read_all(part->state, &text) && text.length &&
                    read_state(part, text.bytes, digits) && read_bytes(part, part->checkpoint, digits);
    buffer_free(&text);
    if (!is_known) {
        forget_bytes(part);
        forget_version(part);
    }
    return cut(part, error);
}

/* The state that an earlier run left; -1 in part->state: none. */
static bool open_state(struct part *part, struct error *error) {
    part->state = open(part->state_path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    return part->state >= 0 || errno == ENOENT || error_set_errno(error, "cannot read '%s'", part->state_path);
}

enum part_status part_open(struct part *part, const char *folder, const char *name, const char *url,
                           struct error *error) {
    *part = (struct part){.lock = -1, .file = -1, .state = -1, .total = -1, .head.maximum = PART_HEAD};
    const char *slash = *folder && folder[strlen(folder) - 1] != '/' ? "/" : "";
    bool done = asprintf(&part->path, "%s%s%s", folder, slash, name) >= 0 &&
                asprintf(&part->part_path, "%s%s%s.part", folder, slash, name) >= 0 &&
                asprintf(&part->state_path, "%s%s%s.part.state", folder, slash, name) >= 0 &&
                asprintf(&part->lock_path, "%s%s.%s.LOCK", folder, slash, name) >= 0 && (part->url = strdup(url));
    enum part_status status = PART_FAILED;
    if (!done)
        error_set_memory(error);
    else
        status = take_lock(part, error);
    if (status == PART_READY) {
        part->file = open_own(part->part_path, error);
        if (part->file < 0 || !open_state(part, error) || !pick_up(part, error)) status = PART_FAILED;
    }
    if (status == PART_FAILED && part->lock >= 0)
        part_discard(part);
    else if (status != PART_READY)
        close_all(part);
    return status;
}

/* So much of the file is known to be good from now on. */
static bool write_state(struct part *part, struct error *error) {
    struct buffer text = {0};
    char digits[65];
    if (!part->validator) return true;
    if (part->state < 0) part->state = open_own(part->state_path, error);
    if (part->state < 0) return false;
    if (!hash_bytes(part, digits)) return error_set_errno(error, "cannot read '%s'", part->part_path);
    buffer_append_format(&text, "%surl %s\nvalidator %s\n", title, part->url, part->validator);
    if (part->total >= 0) buffer_append_format(&text, "length %" PRId64 "\n", part->total);
    if (part->repr_digest) buffer_append_format(&text, "digest %s\n", part->repr_digest);
    if (part->content_md5) buffer_append_format(&text, "md5 %s\n", part->content_md5);
    buffer_append_format(&text, "at %0*" PRIu64 " %s\n", DIGITS, part->length, digits);
    bool done = buffer_string(&text) && pwrite(part->state, text.bytes, text.length, 0) == (ssize_t)text.length &&
                ftruncate(part->state, (off_t)text.length) == 0;
    if (!done) error_set_errno(error, "cannot write '%s'", part->state_path);
    buffer_free(&text);
    part->checkpoint = part->length;
    return done;
}

/* What it says is true no longer. */
static void remove_state(struct part *part) {
    if (part->state < 0) return;
    unlink(part->state_path);
    close(part->state);
    part->state = -1;
}

static char *copy_of(const char *text) {
    return text ? strdup(text) : NULL;
}

bool part_begin(struct part *part, const struct http_answer *answer, struct error *error) {
    if (answer->offset > 0) return true; /* it goes on */
    remove_state(part);
    forget_bytes(part);
    forget_version(part);
    part->validator = copy_of(answer->validator);
    part->repr_digest = copy_of(answer->repr_digest);
    part->content_md5 = copy_of(answer->content_md5);
    part->total = answer->length;
    return cut(part, error);
}

bool part_write(struct part *part, const void *bytes, size_t length, struct error *error) {
    const char *from = bytes;
    for (size_t left = length; left > 0;) {
        ssize_t written = pwrite(part->file, from, left, (off_t)(part->length + (length - left)));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return error_set_errno(error, "cannot write '%s'", part->part_path);
        from += written;
        left -= (size_t)written;
    }
    take_bytes(part, bytes, length);
    uint64_t interval = part->checkpoint ? CHECKPOINT : FIRST_CHECKPOINT;
    return part->length - part->checkpoint < interval || write_state(part, error);
}

bool part_check(struct part *part, struct error *error) {
    if (!part->is_continued || digest_matches(&part->whole)) return true;
    return error_set_input(error, "the file does not match its %s digest", digest_name(&part->whole));
}

int part_reopen(const struct part *part) {
    return open(part->part_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

void part_keep(struct part *part) {
    struct error error = {0};
    if (!part->path) return;
    if (part->validator && part->length > 0 && write_state(part, &error))
        close_all(part);
    else
        part_discard(part);
    error_clear(&error);
}

void part_discard(struct part *part) {
    if (!part->path) return;
    if (part->file >= 0) unlink(part->part_path);
    if (part->state >= 0) unlink(part->state_path);
    close_all(part);
}

bool part_publish(struct part *part, const char *path, bool replaces, bool *exists, struct error *error) {
    bool done = close(part->file) == 0; /* a network file system tells of a full disk only now */
    part->file = -1;
    *exists = false;
    if (done && replaces) {
        done = rename(part->part_path, path) == 0;
    } else if (done) {
        done = renameat2(AT_FDCWD, part->part_path, AT_FDCWD, path, RENAME_NOREPLACE) == 0;
        *exists = !done && errno == EEXIST;
        if (!done && (errno == EINVAL || errno == ENOSYS)) { /* not on this file system */
            *exists = faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
            done = !*exists && rename(part->part_path, path) == 0;
        }
    }
    if (!done && !*exists) error_set_errno(error, "Error: cannot open output file '%s'", path);
    if (!done) unlink(part->part_path);
    part_discard(part);
    return done || *exists;
}
