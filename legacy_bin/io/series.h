/* series.h - files of one folder whose names are counted: stars0000.xml, stars0001.xml, ...
 * No name leads out of the folder. One owner: series_open() … series_close() (also after a failed open). */
#ifndef IO_SERIES_H
#define IO_SERIES_H

#include "io/output.h"

struct series {
    char *folder; /* empty: the current one; else with a slash behind it */
    char *ending; /* the extension with its dot */
    char *path;   /* room for any path of the series; folder and base stand in it already */
    size_t number_at;
    bool may_replace; /* regular files that are there already */
    size_t written;   /* committed so far, from number 0 */
};

/* Texts are copied. false with error set: base or extension hold a slash or a control character. */
bool series_open(struct series *series, const char *folder, const char *base, const char *extension,
                 struct error *error);
/* What to call files made of an input: its name without folder and extension. NULL: no memory; freed by the caller. */
char *series_base_of(const char *input);
/* The path of a file, until the next call. */
const char *series_path(const struct series *series, size_t number);
/* Whether `count` files can be written: none is there that may not be replaced. */
bool series_check(const struct series *series, size_t count, struct error *error);
/* The folder, and those it is in, made where they are missing. */
bool series_make_folder(const struct series *series, struct error *error);
/* The next file is about to be written; NULL with error set. series->written is the caller's to count. */
struct output *series_next(const struct series *series, struct error *error);
/* The files written so far, removed again, unless they may have replaced others. */
void series_undo(struct series *series);
/* From now on a signal that ends the program removes them, too, until series_release(). */
void series_guard(struct series *series);
void series_release(void);
void series_close(struct series *series);

#endif
