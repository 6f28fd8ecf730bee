/* trouble.c - preloaded into a tool, whose n-th allocation, read or write goes wrong, or meets a signal.
 * TROUBLE=KIND N [on]   on: those that follow go wrong, too
 * TROUBLE_PROGRAM=NAME  the one program that is meant; its helpers are left alone
 * TROUBLE_MARK=FILE     made when it happens */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum kind {
    NONE,
    MEMORY,    /* an allocation: there is none left */
    READ,      /* a read: input/output error */
    WRITE,     /* a write: half of it, then the disk is full */
    OPEN,      /* an open: too many open files */
    TERMINATE, /* before any of the last three, or before a file gets its name: SIGTERM */
    INTERRUPT, /* there: SIGINT */
    CRUMBS,    /* each read and write: interrupted, or a few bytes only */
};

static const char *const names[] = {"none", "memory", "read", "write", "open", "terminate", "interrupt", "crumbs"};
static enum kind kind;
static unsigned long due;
static bool goes_on;
static const char *mark;
static atomic_ulong count;

/* Before main(), and after the allocations of the loader and of the libraries' own constructors. */
__attribute__((constructor)) static void begin(void) {
    const char *trouble = getenv("TROUBLE"), *program = getenv("TROUBLE_PROGRAM");
    char name[16] = "", on[4] = "";
    mark = getenv("TROUBLE_MARK");
    if (!trouble || !mark || !program || strcmp(program, program_invocation_short_name) != 0) return;
    if (sscanf(trouble, "%15s %lu %3s", name, &due, on) < 2) return;
    goes_on = strcmp(on, "on") == 0;
    count = 0;
    for (enum kind known = NONE; known <= CRUMBS; known++)
        if (strcmp(name, names[known]) == 0) kind = known;
}

static bool is_due(enum kind asked) {
    if (asked != kind || due == 0) return false;
    unsigned long number = atomic_fetch_add(&count, 1) + 1;
    if (number == due) close(open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)); /* the tools' is open64() */
    return number == due || (number > due && goes_on);
}

#define NEXT(name)             \
    static typeof(name) *next; \
    if (!next) next = (typeof(next))dlsym(RTLD_NEXT, #name)

static bool is_without_memory(void) {
    if (!is_due(MEMORY)) return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) {
    NEXT(malloc);
    return is_without_memory() ? NULL : next(size);
}

void *calloc(size_t items, size_t size) {
    NEXT(calloc);
    return is_without_memory() ? NULL : next(items, size);
}

void *realloc(void *old, size_t size) {
    NEXT(realloc);
    return is_without_memory() ? NULL : next(old, size);
}

void *reallocarray(void *old, size_t items, size_t size) {
    NEXT(reallocarray);
    return is_without_memory() ? NULL : next(old, items, size);
}

int posix_memalign(void **place, size_t alignment, size_t size) {
    NEXT(posix_memalign);
    return is_without_memory() ? ENOMEM : next(place, alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    NEXT(aligned_alloc);
    return is_without_memory() ? NULL : next(alignment, size);
}

/* The sanitizers have their own of these, which ask nobody. */
char *strndup(const char *text, size_t most) {
    size_t length = strnlen(text, most);
    char *copy = malloc(length + 1);
    if (!copy) return NULL;
    copy[length] = '\0';
    return memcpy(copy, text, length);
}

char *strdup(const char *text) {
    return strndup(text, SIZE_MAX);
}

/* libcurl's and OpenSSL's beginnings, thousands of allocations, are not ours. */
int curl_global_init(long flags);
int curl_global_init(long flags) {
    NEXT(curl_global_init);
    enum kind kept = kind;
    kind = NONE;
    int status = next ? next(flags) : 1;
    kind = kept;
    return status;
}

/* To the process: a thread may block it. */
static void send_signal(void) {
    if (is_due(TERMINATE)) kill(getpid(), SIGTERM);
    if (is_due(INTERRUPT)) kill(getpid(), SIGINT);
}

/* A read, write or open cannot be done. */
static bool is_refused(enum kind asked, int reason) {
    send_signal();
    if (!is_due(asked)) return false;
    errno = reason;
    return true;
}

/* Files and pipes can take and give any number of bytes; how many this time. False: interrupted. */
static bool crumble(int descriptor, size_t *length) {
    struct stat status;
    if (kind != CRUMBS || fstat(descriptor, &status) != 0) return true;
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) return true;
    unsigned long number = atomic_fetch_add(&count, 1);
    if (*length > 1 + number % 13) *length = 1 + number % 13;
    errno = EINTR;
    return number % 3 != 0;
}

ssize_t read(int descriptor, void *bytes, size_t length) {
    NEXT(read);
    if (is_refused(READ, EIO) || !crumble(descriptor, &length)) return -1;
    return next(descriptor, bytes, length);
}

ssize_t pread64(int descriptor, void *bytes, size_t length, off64_t offset) {
    NEXT(pread64);
    if (is_refused(READ, EIO) || !crumble(descriptor, &length)) return -1;
    return next(descriptor, bytes, length, offset);
}

/* Standard error is where the complaint goes. */
static bool is_full(int descriptor, size_t *length) {
    static bool was_half;
    send_signal();
    if (descriptor == STDERR_FILENO || !is_due(WRITE)) return false;
    bool is_half = !was_half && goes_on && *length > 1;
    if (is_half) *length /= 2;
    was_half = true;
    errno = ENOSPC;
    return !is_half;
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    NEXT(write);
    if (is_full(descriptor, &length) || !crumble(descriptor, &length)) return -1;
    return next(descriptor, bytes, length);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
    NEXT(pwrite64);
    if (is_full(descriptor, &length) || !crumble(descriptor, &length)) return -1;
    return next(descriptor, bytes, length, offset);
}

int open64(const char *path, int flags, ...) {
    NEXT(open64);
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return is_refused(OPEN, EMFILE) ? -1 : next(path, flags, mode);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    NEXT(linkat);
    send_signal();
    return next(from_folder, from, to_folder, to, flags);
}

int rename(const char *from, const char *to) {
    NEXT(rename);
    send_signal();
    return next(from, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    NEXT(renameat2);
    send_signal();
    return next(from_folder, from, to_folder, to, flags);
}
