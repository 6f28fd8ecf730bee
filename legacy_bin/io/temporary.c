/* temporary.c - files without a name, or with one that does not outlive the program. */
#include "io/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ATTEMPTS = 100 };

/* The one named file that a signal must remove; a tool writes one output at a time. */
static char *volatile doomed;
static void (*volatile clean_up_more)(void);
static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

static void remove_doomed(int signal) {
    if (doomed) unlink(doomed);
    if (clean_up_more) clean_up_more();
    raise(signal); /* SA_RESETHAND has put the default back: the program ends as if never caught */
}

static void catch_signals(void) {
    for (size_t i = 0; i < sizeof ending_signals / sizeof *ending_signals; i++) {
        struct sigaction old;
        if (sigaction(ending_signals[i], NULL, &old) != 0 || old.sa_handler != SIG_DFL) continue;
        struct sigaction action = {.sa_handler = remove_doomed, .sa_flags = (int)SA_RESETHAND};
        sigemptyset(&action.sa_mask);
        sigaction(ending_signals[i], &action, NULL);
    }
}

static void doom(char *name) {
    doomed = name;
    catch_signals();
}

void temporary_at_signal(void (*clean_up)(void)) {
    clean_up_more = clean_up;
    if (clean_up) catch_signals();
}

static void spare(const char *name) {
    if (doomed == name) doomed = NULL;
}

/* A path in `folder` that nobody can foresee; NULL: errno. */
static char *invent_name(const char *folder) {
    uint64_t random;
    if (getrandom(&random, sizeof random, 0) != sizeof random) return NULL;
    char *name = NULL;
    if (asprintf(&name, "%s/.voclient-%016llx", folder, (unsigned long long)random) < 0) return NULL;
    return name;
}

/* Unnamed files get their name through /proc. */
static bool unnamed_is_possible(void) {
    return access("/proc/self/fd", X_OK) == 0;
}

static bool open_named(struct temporary *temporary) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        char *name = invent_name(temporary->folder);
        if (!name) return false;
        temporary->descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (temporary->descriptor >= 0) {
            temporary->name = name;
            doom(name);
            return true;
        }
        int reason = errno;
        free(name);
        errno = reason;
        if (reason != EEXIST) return false;
    }
    return false;
}

bool temporary_open(struct temporary *temporary, const char *folder) {
    *temporary = (struct temporary){.descriptor = -1, .folder = strdup(folder)};
    if (!temporary->folder) return false;
    if (unnamed_is_possible()) {
        temporary->descriptor = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
        if (temporary->descriptor >= 0) return true;
        if (errno == EACCES || errno == ENOSPC || errno == ENOTDIR || errno == EROFS) goto failed;
    }
    if (open_named(temporary)) return true;
failed:;
    int reason = errno;
    temporary_discard(temporary);
    errno = reason;
    return false;
}

/* Gives an unnamed file a name beside its target. */
static bool name_it(struct temporary *temporary) {
    char source[64];
    snprintf(source, sizeof source, "/proc/self/fd/%d", temporary->descriptor);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        char *name = invent_name(temporary->folder);
        if (!name) return false;
        doom(name);
        if (linkat(AT_FDCWD, source, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0) {
            temporary->name = name;
            return true;
        }
        int reason = errno;
        spare(name);
        free(name);
        errno = reason;
        if (reason != EEXIST) return false;
    }
    return false;
}

bool temporary_publish(struct temporary *temporary, const char *path) {
    bool done = temporary->name || name_it(temporary);
    if (done) {
        done = close(temporary->descriptor) == 0;
        temporary->descriptor = -1;
    }
    if (done && rename(temporary->name, path) == 0) {
        spare(temporary->name);
        free(temporary->name);
        temporary->name = NULL;
    } else {
        done = false;
    }
    int reason = errno;
    temporary_discard(temporary);
    errno = reason;
    return done;
}

void temporary_discard(struct temporary *temporary) {
    if (temporary->descriptor >= 0) close(temporary->descriptor);
    if (temporary->name) {
        unlink(temporary->name);
        spare(temporary->name);
    }
    free(temporary->name);
    free(temporary->folder);
    *temporary = (struct temporary){.descriptor = -1};
}

const char *temporary_scratch_folder(void) {
    static const char *const variables[] = {"TMPDIR", "TMP"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *folder = getenv(variables[i]);
        if (folder && *folder) return folder;
    }
    return "/tmp";
}

int temporary_scratch(void) {
    struct temporary temporary;
    if (!temporary_open(&temporary, temporary_scratch_folder())) return -1;
    int descriptor = temporary.descriptor;
    temporary.descriptor = -1;
    fchmod(descriptor, 0600);
    temporary_discard(&temporary);
    return descriptor;
}
