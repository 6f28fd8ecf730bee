/* sesame_cache.h - positions kept in $HOME/.voclient/cache/sesame/, one file a name, one line a file:
 *     m31: 00:42:44.33 +41:16:07.5 10.684708 41.268750 7.00 7.00 AGN
 * The format of VOClient 1.0, whose files are read too. Numbers get more digits when they have them. */
#ifndef SERVICES_SESAME_CACHE_H
#define SERVICES_SESAME_CACHE_H

#include "services/sesame.h"

enum sesame_cache_match {
    SESAME_CACHE_NONE,
    SESAME_CACHE_OLD, /* found, but older than 30 days */
    SESAME_CACHE_NEW,
};

/* Look a name up; a zeroed *object is filled when it is found, and owned by the caller. */
enum sesame_cache_match sesame_cache_read(const char *name, struct sesame_object *object);
/* Keep a position; a cache that cannot be written is no error. */
void sesame_cache_write(const struct sesame_object *object);
/* Remove the files of the cache's folder, and nothing outside. */
bool sesame_cache_empty(struct error *error);

#endif
