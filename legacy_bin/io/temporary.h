/* temporary.h - files without a name: they vanish with their last descriptor, however the program ends.
 * Where the file system knows no unnamed files (NFS, some overlays), a hard-to-guess name is taken
 * and removed again, by the signals that end a program too. */
#ifndef IO_TEMPORARY_H
#define IO_TEMPORARY_H

#include <stdbool.h>

/* A file in the making. One owner: temporary_open() … temporary_publish() or temporary_discard(). */
struct temporary {
    int descriptor; /* read and write, closed on exec */
    char *folder;
    char *name; /* path in `folder` while it has one, else NULL */
};

/* Made with mode 0666 less umask. False: errno says why not. */
bool temporary_open(struct temporary *temporary, const char *folder);
/* Closes it and puts it in the place of `path`, which lies in the same folder. False: errno says why
 * not, and nothing is left behind. Either way it is freed. */
bool temporary_publish(struct temporary *temporary, const char *path);
void temporary_discard(struct temporary *temporary);
/* What a signal that ends the program calls first: it may use nothing but what signal-safety(7) allows. NULL: nothing.
 */
void temporary_at_signal(void (*clean_up)(void));
/* A descriptor of scratch space (TMPDIR, TMP or /tmp) that never gets a name; -1: errno says why not. */
int temporary_scratch(void);
/* The folder that temporary_scratch() uses. */
const char *temporary_scratch_folder(void);

#endif
