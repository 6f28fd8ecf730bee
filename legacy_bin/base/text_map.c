/* text_map.c - open addressing, at most half full. */
#include "base/text_map.h"

#include <stdlib.h>

#include "base/hash.h"

enum { FIRST_CAPACITY = 64 };

/* Where the text is, or the free place where it belongs. */
static struct text_entry *place_of(const struct text_map *map, struct slice text) {
    size_t mask = map->capacity - 1, at = (size_t)hash_text(text) & mask;
    while (map->entries[at].text.text && !slice_equal(map->entries[at].text, text)) at = (at + 1) & mask;
    return &map->entries[at];
}

struct text_entry *text_map_find(const struct text_map *map, struct slice text) {
    if (map->count == 0) return NULL;
    struct text_entry *entry = place_of(map, text);
    return entry->text.text ? entry : NULL;
}

static bool grow(struct text_map *map) {
    struct text_map larger = *map;
    larger.capacity = map->capacity ? map->capacity * 2 : FIRST_CAPACITY;
    larger.entries = calloc(larger.capacity, sizeof *larger.entries);
    if (!larger.entries) return false;
    for (size_t i = 0; i < map->capacity; i++)
        if (map->entries[i].text.text) *place_of(&larger, map->entries[i].text) = map->entries[i];
    free(map->entries);
    *map = larger;
    return true;
}

struct text_entry *text_map_add(struct text_map *map, struct slice text, bool *is_new) {
    if (map->count >= map->capacity / 2 && !grow(map)) return NULL;
    struct text_entry *entry = place_of(map, text);
    *is_new = !entry->text.text;
    if (!*is_new) return entry;
    entry->text = arena_copy(&map->texts, text);
    if (!entry->text.text) return NULL;
    map->count++;
    return entry;
}

struct slice text_map_copy(struct text_map *map, struct slice value) {
    return arena_copy(&map->texts, value);
}

size_t text_map_size(const struct text_map *map) {
    return map->texts.used + map->capacity * sizeof *map->entries;
}

void text_map_free(struct text_map *map) {
    free(map->entries);
    arena_free(&map->texts);
    *map = (struct text_map){0};
}
