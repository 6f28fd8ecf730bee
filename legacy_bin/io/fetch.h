/* fetch.h - a URL read through the helper program voclient-fetch, which alone links the network library.
 * Contract: `voclient-fetch -- URL` writes the body to stdout, only after a 2xx answer; exit status 0 when the
 * body is complete, else 1 and one line on stderr. One owner: fetch_open() … fetch_close(). */
#ifndef IO_FETCH_H
#define IO_FETCH_H

#include "io/bytes.h"

struct fetch;

/* Starts the helper (found beside the running program, then on PATH), without a shell. NULL with error set. */
struct fetch *fetch_open(const char *url, struct error *error);
/* As struct byte_reader has it; the context is the struct fetch. At the end of the body the helper's exit
 * status decides: a failed transfer is an error, never an end. */
ptrdiff_t fetch_read(void *fetch, void *bytes, size_t room, struct error *error);
/* Ends the helper if it still runs. */
void fetch_close(struct fetch *fetch);

#endif
