/* arena.h - many small allocations that are freed at once (a document's metadata).
 * Nothing got from an arena is freed on its own; arena_free() frees all of it. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used;                /* bytes handed out so far, over all blocks */
    size_t maximum;             /* refuse to hand out more; 0: ARENA_MAXIMUM */
};

#define ARENA_MAXIMUM ((size_t)256 << 20)

/* Zeroed, aligned for any type; NULL: no memory (errno ENOMEM), or over the maximum (EOVERFLOW). */
void *arena_allocate(struct arena *arena, size_t size);
/* A copy, with a NUL behind it that is not counted. text == NULL: failed. */
struct slice arena_copy(struct arena *arena, struct slice slice);
void arena_free(struct arena *arena);

#endif
