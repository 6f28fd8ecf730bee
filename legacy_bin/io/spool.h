/* spool.h - bytes kept in an unlinked temporary file until what must stand before them is known
 * (FITS NAXIS2, metadata that follows the TABLE). Small content stays in memory.
 * One owner: spool_open() … spool_close(). */
#ifndef IO_SPOOL_H
#define IO_SPOOL_H

#include "io/bytes.h"
#include "io/output.h"

struct spool;

struct spool *spool_open(struct error *error);
bool spool_write(struct spool *spool, const void *bytes, size_t length, struct error *error);
size_t spool_length(const struct spool *spool);
/* Read from the start: up to `room` bytes, 0 at the end, -1 on error. The first read ends the writing. */
ptrdiff_t spool_read(struct spool *spool, void *bytes, size_t room, struct error *error);
/* The same, for those that pull bytes from anywhere. */
struct byte_reader spool_reader(struct spool *spool);
/* Exactly `length` bytes at `offset` (a FITS heap), or an error; leaves the place of spool_read() alone. */
bool spool_read_at(struct spool *spool, size_t offset, void *bytes, size_t length, struct error *error);
bool spool_copy(struct spool *spool, struct output *output, struct error *error);
void spool_close(struct spool *spool);

#endif
