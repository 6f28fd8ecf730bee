/* samp.h - a client of a SAMP hub that listens (SAMP 1.3, Standard Profile): it subscribes to a kind of message and
 * takes them one after the other. */
#ifndef SERVICES_SAMP_H
#define SERVICES_SAMP_H

#include "base/error.h"
#include "services/xmlrpc.h"

struct samp;

/* Registers as `name` for messages of `mtype`. One owner: samp_open() ... samp_close(), which unregisters. NULL with
 * error set: no hub, or it refused. */
struct samp *samp_open(const char *name, const char *mtype, struct error *error);

enum samp_event {
    SAMP_ERROR,
    SAMP_MESSAGE, /* *url: of its parameters (to be freed; NULL: it has none) */
    SAMP_WOKEN,   /* one of the descriptors can be read */
    SAMP_OVER,    /* the hub is going away */
};
/* Waits. `wakers`: two more descriptors to look at, -1 for none. Calls are answered with samp.ok. */
enum samp_event samp_next(struct samp *samp, const int wakers[2], char **url, struct error *error);
void samp_close(struct samp *samp);

#endif
