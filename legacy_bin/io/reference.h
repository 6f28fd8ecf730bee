/* reference.h - what kind of thing an input argument names, and where a reference inside a document leads
 * (RFC 3986 section 5 for URLs, RFC 8089 for file URLs). Nothing is opened here. */
#ifndef IO_REFERENCE_H
#define IO_REFERENCE_H

#include "base/error.h"

/* http:// or https://, any case. */
bool reference_is_url(const char *argument);
/* Standard input: NULL, `-`, `stdin`. */
bool reference_is_stdin(const char *argument);
/* What to call a document in reports: the argument as given, `stdin` for standard input. */
const char *reference_shown(const char *argument);
/* The path in a file URL (`file:///p`, `file://localhost/p`, and `file://p` as the original took it), else
 * `argument` itself; points into it. */
const char *reference_path(const char *argument);

/* What `href` means in a document that was opened as `base` (NULL: standard input): a URL or a path, freed by
 * the caller. NULL with error set: a scheme that is not read, or a local file named by a document from the network. */
char *reference_resolve(const char *href, const char *base, struct error *error);

/* %XX undone; NULL when there is none to undo or no memory; freed by the caller. */
char *reference_unescape(const char *path);

#endif
