/* arena.c - blocks that double in size, each filled from its start. */
#include "base/arena.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

struct arena_block {
    struct arena_block *older;
    size_t used;
    size_t capacity;
    alignas(max_align_t) char bytes[];
};

void *arena_allocate(struct arena *arena, size_t size) {
    size_t maximum = arena->maximum ? arena->maximum : ARENA_MAXIMUM;
    if (size > maximum || arena->used > maximum - size) {
        errno = EOVERFLOW;
        return NULL;
    }
    size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct arena_block *block = arena->blocks;
    if (!block || block->capacity - block->used < size) {
        size_t capacity = block ? block->capacity * 2 : FIRST_BLOCK;
        if (capacity > LARGEST_BLOCK) capacity = LARGEST_BLOCK;
        if (capacity < size) capacity = size;
        block = calloc(1, sizeof *block + capacity);
        if (!block) return NULL;
        block->capacity = capacity;
        block->older = arena->blocks;
        arena->blocks = block;
    }
    void *memory = block->bytes + block->used;
    block->used += size;
    arena->used += size;
    return memory;
}

struct slice arena_copy(struct arena *arena, struct slice slice) {
    char *text = arena_allocate(arena, slice.length + 1);
    if (!text) return (struct slice){NULL, 0};
    if (slice.length) memcpy(text, slice.text, slice.length);
    return (struct slice){text, slice.length};
}

void arena_free(struct arena *arena) {
    while (arena->blocks) {
        struct arena_block *older = arena->blocks->older;
        free(arena->blocks);
        arena->blocks = older;
    }
    arena->used = 0;
}
