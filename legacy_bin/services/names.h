/* names.h - object names to positions: what is known in this run, then the cache, then Sesame.
 * One owner: names_open() … names_close(). */
#ifndef SERVICES_NAMES_H
#define SERVICES_NAMES_H

#include "services/sesame.h"

struct names;

/* `service` is borrowed. `is_forced`: ask the service even for what is cached. NULL with error set. */
struct names *names_open(const struct sesame_service *service, bool is_forced, struct error *error);

/* Look up many at once (any number; the service is asked for up to SESAME_BATCH in one request, for blank ones never).
 * Once no mirror can be reached, it is not asked again in this run; entries too old are used then. Only a lack of
 * memory is an error: names that are not found are no failure. */
bool names_resolve(struct names *names, const char *const *wanted, size_t count, struct error *error);

/* What is known of a name after names_resolve(), owned by `names`: is_found tells whether it has a position.
 * NULL: nobody could be asked. *is_stale (may be NULL): from the cache and older than 30 days. */
const struct sesame_object *names_find(struct names *names, const char *wanted, bool *is_stale);

/* Why the service cannot be reached; NULL: it can, or was not needed. */
const char *names_failure(const struct names *names);
void names_close(struct names *names);

#endif
