/* measure - run a command and print one line: label, user, sys, wall (s), peak RSS (MiB), exit status.
 * usage: measure label repeats command [args...]   (medians of the repeats; stdout of the command is dropped)
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int cmp(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: measure label repeats command [args...]\n");
        return 2;
    }
    int n = atoi(argv[2]), rc = 0;
    if (n < 1) n = 1;
    if (n > 64) n = 64;
    double v[4][64];
    for (int i = 0; i < n; i++) {
        double t = now();
        pid_t p = fork();
        if (p == 0) {
            int null = open("/dev/null", O_WRONLY);
            dup2(null, 1);
            execvp(argv[3], argv + 3);
            perror(argv[3]);
            _exit(127);
        }
        int st;
        struct rusage u;
        wait4(p, &st, 0, &u);
        v[2][i] = now() - t;
        v[0][i] = (double)u.ru_utime.tv_sec + 1e-6 * (double)u.ru_utime.tv_usec;
        v[1][i] = (double)u.ru_stime.tv_sec + 1e-6 * (double)u.ru_stime.tv_usec;
        v[3][i] = (double)u.ru_maxrss / 1024;
        if (st) rc = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
    }
    for (int k = 0; k < 4; k++) qsort(v[k], (size_t)n, sizeof(double), cmp);
    printf("%-44s %8.4f %8.4f %8.4f %8.1f  rc=%d n=%d\n", argv[1], v[0][n / 2], v[1][n / 2], v[2][n / 2], v[3][n / 2],
           rc, n);
    fflush(stdout);
    return 0;
}
