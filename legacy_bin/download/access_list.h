/* access_list.h - the files that tables, links documents and lists of URLs point to, and what they will be called. */
#ifndef DOWNLOAD_ACCESS_LIST_H
#define DOWNLOAD_ACCESS_LIST_H

#include "base/arena.h"
#include "base/error.h"

struct access {
    const char *url;
    const char *name;   /* local name without extension; NULL before access_list_name(), unless the list gave one */
    const char *format; /* what the row says of its kind; NULL: nothing */
    bool is_repeated;   /* an earlier one has the same URL and the same name */
};

/* One owner; starts zeroed, ends with access_list_free(). */
struct access_list {
    struct access *items;
    size_t count, room;
    struct arena arena;
    struct {
        long url, format; /* columns of the last table that had the first; -1: none */
    } columns;
};

/* Which columns and rows of a table count. */
struct access_choice {
    long url_column, format_column; /* -1: by UCD and utype */
    const char *ucd;                /* of the URL column; NULL: the usual ones */
    const char *format;             /* only rows whose format cell contains this text or is empty; NULL: all */
};

/* Add what a VOTable points to: the first TABLE of every RESOURCE that has the column counts. false with error set
 * (is_input: it is not a readable VOTable), also when no table has the column. */
bool access_list_read_table(struct access_list *list, const char *argument, const struct access_choice *choice,
                            struct error *error);
/* Add the lines of a list: a URL, or URL, TAB and local name. Empty lines and those that start with `#` are skipped.
 * `descriptor` is read from its start to its end; `name` is for messages. */
bool access_list_read_lines(struct access_list *list, int descriptor, const char *name, struct error *error);
/* Add the `#this` files of a DataLink document (DataLink 1.1, section 3) that was fetched from `base`; what rows say
 * in error_message goes to `complaint`, one after the other. */
bool access_list_read_links(struct access_list *list, const char *argument, const char *base, struct error *error,
                            struct error *complaint);
bool access_list_add(struct access_list *list, struct slice url, struct slice name, struct slice format,
                     struct error *error);

/* Give a name to everything that has none: `base` and a number of four digits, counted from `first`, or the checksum of
 * the URL. Of different URLs with one name the later ones get -1, -2, ... */
bool access_list_name(struct access_list *list, const char *base, bool by_checksum, size_t first, struct error *error);
void access_list_free(struct access_list *list);

/* A name that stays in its folder: not empty, without slashes and control characters, and no dot in front. */
bool access_name_is_safe(struct slice name);
/* `format` is that of a DataLink document: application/x-votable+xml with the parameter content=datalink. */
bool access_format_is_links(const char *format);

#endif
