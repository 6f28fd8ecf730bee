/* text_map.h - texts and what is known of each, found by hashing. Texts are copied.
 * One owner: {0} to begin with, text_map_free() at the end. */
#ifndef BASE_TEXT_MAP_H
#define BASE_TEXT_MAP_H

#include <stdint.h>

#include "base/arena.h"

struct text_entry {
    struct slice text;  /* text NULL: the place is free */
    struct slice value; /* these two are the owner's, empty at first; */
    uint64_t number;    /* text_map_copy() keeps a value as long as the map lives */
};

struct text_map {
    struct text_entry *entries;
    size_t capacity, count; /* capacity: 0 or a power of two */
    struct arena texts;
};

/* The entry of a text, NULL: there is none. Entries move with the next text_map_add(). */
struct text_entry *text_map_find(const struct text_map *map, struct slice text);
/* The same; made when there is none, then *is_new. NULL: no memory. */
struct text_entry *text_map_add(struct text_map *map, struct slice text, bool *is_new);
struct slice text_map_copy(struct text_map *map, struct slice value);
/* Bytes that it takes. */
size_t text_map_size(const struct text_map *map);
void text_map_free(struct text_map *map);

#endif
