/* machine.c - control groups are looked at in both versions; a limit of a group holds for those below it. */
#include "io/machine.h"

#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define GROUPS "/sys/fs/cgroup"

/* What a control group limits, UINT64_MAX: nothing. */
typedef uint64_t limit_of(const char *group);

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* The numbers in a control file, `count` of them; false: it is not there, or says there is no limit. */
static bool read_numbers(const char *group, const char *name, uint64_t *numbers, int count) {
    char *path = NULL;
    if (asprintf(&path, "%s/%s", group, name) < 0) return false;
    FILE *file = fopen(path, "re");
    free(path);
    if (!file) return false;
    bool is_read = true;
    for (int i = 0; is_read && i < count; i++) {
        int64_t number = 0;
        is_read = fscanf(file, "%" SCNd64, &number) == 1 && number > 0; /* `max` and -1: none */
        numbers[i] = (uint64_t)number;
    }
    fclose(file);
    return is_read;
}

static uint64_t limit_of_memory(const char *group) {
    uint64_t bytes;
    if (read_numbers(group, "memory.max", &bytes, 1)) return bytes;
    return read_numbers(group, "memory.limit_in_bytes", &bytes, 1) ? bytes : UINT64_MAX;
}

/* Microseconds in each period, as whole processors. */
static uint64_t limit_of_cores(const char *group) {
    uint64_t times[2];
    if (!read_numbers(group, "cpu.max", times, 2) && !(read_numbers(group, "cpu.cfs_quota_us", &times[0], 1) &&
                                                       read_numbers(group, "cpu.cfs_period_us", &times[1], 1)))
        return UINT64_MAX;
    return (times[0] - 1) / times[1] + 1;
}

/* From a group up to the root. */
static uint64_t least_of_branch(const char *root, const char *path, limit_of *limit) {
    char *group = NULL;
    uint64_t found = UINT64_MAX;
    if (asprintf(&group, "%s%s", root, path) < 0) return found;
    for (char *end = group + strlen(group); end; end = strrchr(group, '/')) {
        *end = '\0';
        if (strlen(group) < strlen(root)) break;
        found = least(found, limit(group));
    }
    free(group);
    return found;
}

static bool has_word(const char *words, const char *word) {
    size_t length = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at++)
        if ((at == words || at[-1] == ',') && (at[length] == ',' || at[length] == '\0')) return true;
    return false;
}

/* Lines are `number:controllers:path`; of the second version, that has all in one tree, `0::path`. */
static uint64_t least_of_groups(const char *controller, limit_of *limit) {
    uint64_t found = UINT64_MAX;
    char *line = NULL, root[64];
    size_t room = 0;
    FILE *file = fopen("/proc/self/cgroup", "re");
    while (file && getline(&line, &room, file) > 0) {
        char *controllers = strchr(line, ':'), *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path) continue;
        *path++ = '\0';
        path[strcspn(path, "\n")] = '\0';
        bool is_second = *++controllers == '\0';
        if (!is_second && !has_word(controllers, controller)) continue;
        snprintf(root, sizeof root, GROUPS "%s%s", is_second ? "" : "/", is_second ? "" : controller);
        found = least(found, least_of_branch(root, path, limit));
    }
    if (file) fclose(file);
    free(line);
    return found;
}

unsigned machine_cores(void) {
    cpu_set_t set;
    long there = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t cores = there > 0 ? (uint64_t)there : 1;
    if (sched_getaffinity(0, sizeof set, &set) == 0) cores = (uint64_t)CPU_COUNT(&set);
    cores = least(cores, least_of_groups("cpu", limit_of_cores));
    return cores > 0 ? (unsigned)cores : 1;
}

uint64_t machine_memory(void) {
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    uint64_t bytes = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_MAX;
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0) bytes = least(bytes, limit.rlim_cur);
    return least(bytes, least_of_groups("memory", limit_of_memory));
}
