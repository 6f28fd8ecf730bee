/* content.h - what a whole file turns out to be, and what it is called then. */
#ifndef DOWNLOAD_CONTENT_H
#define DOWNLOAD_CONTENT_H

#include "download/download.h"
#include "download/part.h"

/* Where the file lies, or lay before we came: NAME, NAME.EXTENSION or NAME.fits; freed by the caller. NULL: nowhere. */
char *content_existing(const struct download_settings *settings, const char *name);
/* The whole part in its place: gzip undone and the extension chosen by content, unless that is to be left alone; tested
 * where asked for. The part is freed either way. *path (freed by the caller) is where the file is; `existed`: somebody
 * else put one there meanwhile. */
bool content_settle(struct part *part, const struct download_settings *settings, const struct access *access,
                    char **path, bool *existed, struct error *error);

#endif
