/* samp_callback.h - the hub's calls of this client: HTTP as far as it is needed, one request a connection. */
#ifndef SERVICES_SAMP_CALLBACK_H
#define SERVICES_SAMP_CALLBACK_H

#include <stdbool.h>

#include "base/buffer.h"

/* The request of the connection that waits at `listener`, answered at once with an empty string: it has arrived.
 * `request` (empty, freed by the caller) holds it, `body` is inside. false: none came whole, and nothing was answered.
 */
bool samp_callback_take(int listener, struct buffer *request, struct slice *body);

#endif
