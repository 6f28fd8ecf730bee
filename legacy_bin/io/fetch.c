/* fetch.c - starts voclient-fetch, reads its pipe, and believes its exit status (decided so that the table
 * tools start without the network library). */
#include "io/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char helper[] = "voclient-fetch";

struct fetch {
    char *url;
    pid_t child; /* 0: reaped */
    int pipe;
    bool is_over;
};

/* The helper beside the running program, or its bare name for a search on PATH. Freed by the caller. */
static char *find_helper(void) {
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    char *path = NULL;
    if (length > 0) {
        self[length] = '\0';
        char *slash = strrchr(self, '/');
        if (slash && asprintf(&path, "%.*s%s", (int)(slash + 1 - self), self, helper) < 0) return NULL;
        if (path && access(path, X_OK) == 0) return path;
    }
    free(path);
    return strdup(helper);
}

static bool start(struct fetch *fetch, struct error *error) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return error_set_errno(error, "cannot make a pipe for '%s'", helper);
    char *path = find_helper();
    char *arguments[] = {(char *)helper, "--", fetch->url, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    bool is_set = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
                  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0;
    /* The tool may ignore SIGPIPE; the helper must not, so that it ends when nobody reads on. */
    posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    sigset_t none; /* what we hold back must end the helper all the same */
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    int status = path && is_set ? posix_spawnp(&fetch->child, path, &actions, &attributes, arguments, environ) : ENOMEM;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(path);
    close(ends[1]);
    if (status != 0) {
        close(ends[0]);
        fetch->child = 0;
        errno = status;
        return error_set_errno(error, "cannot start '%s', which reads URLs", helper);
    }
    fetch->pipe = ends[0];
    return true;
}

struct fetch *fetch_open(const char *url, struct error *error) {
    struct fetch *fetch = calloc(1, sizeof *fetch);
    if (!fetch || !(fetch->url = strdup(url))) {
        free(fetch);
        error_set_memory(error);
        return NULL;
    }
    fetch->pipe = -1;
    if (!start(fetch, error)) {
        fetch_close(fetch);
        return NULL;
    }
    return fetch;
}

/* Waits for the helper; whether it says that the body is complete. */
static bool reap(struct fetch *fetch) {
    int status = -1;
    while (waitpid(fetch->child, &status, 0) < 0 && errno == EINTR) continue;
    fetch->child = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

ptrdiff_t fetch_read(void *context, void *bytes, size_t room, struct error *error) {
    struct fetch *fetch = context;
    if (fetch->is_over) return 0;
    ssize_t got;
    while ((got = read(fetch->pipe, bytes, room)) < 0 && errno == EINTR) continue;
    if (got > 0) return got;
    if (got < 0) {
        error_set_errno(error, "cannot read from '%s'", helper);
        return -1;
    }
    fetch->is_over = true;
    if (reap(fetch)) return 0;
    error_set(error, "openVOTable(): Invalid input arg '%s'", fetch->url);
    return -1;
}

void fetch_close(struct fetch *fetch) {
    if (!fetch) return;
    if (fetch->pipe >= 0) close(fetch->pipe);
    if (fetch->child > 0) {
        kill(fetch->child, SIGTERM);
        reap(fetch);
    }
    free(fetch->url);
    free(fetch);
}
