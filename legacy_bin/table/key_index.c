/* key_index.c - a slot has half of a key's hash beside the row, so that other keys' rows are hardly looked at. */
#include "table/key_index.h"

#include <stdlib.h>

#include "base/hash.h"

enum { AHEAD = 16 };

struct entry {
    uint64_t bits;
    uint32_t next; /* row with the same key, from 1; 0: none */
    uint32_t kind;
};

struct slot {
    uint32_t tag;
    uint32_t row; /* the first of a key, from 1; 0: free */
};

struct key_index {
    struct entry *entries;
    size_t count, capacity;
    struct slot *slots;
    size_t mask;
    struct buffer texts;
    size_t *ends; /* of each row's text; NULL: there are none */
};

struct key_index *key_index_open(struct error *error) {
    struct key_index *index = calloc(1, sizeof *index);
    if (index)
        index->texts.maximum = SIZE_MAX;
    else
        error_set_memory(error);
    return index;
}

static bool grow(struct key_index *index) {
    size_t capacity = index->capacity * 2 + 64;
    struct entry *entries = realloc(index->entries, capacity * sizeof *entries);
    if (!entries) return false;
    index->entries = entries;
    size_t *ends = index->ends ? realloc(index->ends, capacity * sizeof *ends) : NULL;
    if (index->ends && !ends) return false;
    index->ends = ends;
    index->capacity = capacity;
    return true;
}

/* Texts begin with the first key that is one. */
static bool add_text(struct key_index *index, const struct join_key *key) {
    if (!index->ends) {
        if (key->kind != JOIN_KEY_TEXT) return true;
        index->ends = calloc(index->capacity, sizeof *index->ends);
        if (!index->ends) return false;
    }
    if (key->kind == JOIN_KEY_TEXT && !buffer_append_slice(&index->texts, key->text)) return false;
    index->ends[index->count] = index->texts.length;
    return true;
}

bool key_index_add(struct key_index *index, const struct join_key *key, struct error *error) {
    if ((index->count == index->capacity && !grow(index)) || !add_text(index, key)) return error_set_memory(error);
    index->entries[index->count++] = (struct entry){key->bits, 0, key->kind};
    return true;
}

/* The key of a row. */
static struct join_key key_of(const struct key_index *index, size_t row) {
    const struct entry *entry = &index->entries[row];
    struct join_key key = {(enum join_key_kind)entry->kind, entry->bits, {NULL, 0}};
    if (key.kind != JOIN_KEY_TEXT) return key;
    size_t start = row > 0 ? index->ends[row - 1] : 0;
    key.text = (struct slice){index->texts.bytes + start, index->ends[row] - start};
    return key;
}

static bool is_key_of(const struct key_index *index, size_t row, const struct join_key *key) {
    if (index->entries[row].bits != key->bits) return false;
    struct join_key own = key_of(index, row);
    return join_key_equal(&own, key);
}

static uint32_t tag_of(uint64_t hash) {
    return (uint32_t)(hash >> 32);
}

/* Where a key is, or the free place where it belongs. */
static struct slot *slot_of(const struct key_index *index, const struct join_key *key, uint64_t hash) {
    size_t at = (size_t)hash & index->mask;
    for (;; at = (at + 1) & index->mask) {
        struct slot *slot = &index->slots[at];
        if (slot->row == 0 || (slot->tag == tag_of(hash) && is_key_of(index, slot->row - 1, key))) return slot;
    }
}

/* From the last row to the first, which is that of the slot in the end. */
bool key_index_finish(struct key_index *index, struct error *error) {
    size_t slots = 64;
    while (slots / 4 * 3 < index->count) slots *= 2;
    index->mask = slots - 1;
    index->slots = calloc(slots, sizeof *index->slots);
    if (!index->slots) return error_set_memory(error);
    for (size_t row = index->count; row-- > 0;) {
        if (row >= AHEAD)
            __builtin_prefetch(&index->slots[hash_number(index->entries[row - AHEAD].bits) & index->mask]);
        if (index->entries[row].kind == JOIN_KEY_NONE) continue;
        struct join_key key = key_of(index, row);
        uint64_t hash = hash_number(key.bits);
        struct slot *slot = slot_of(index, &key, hash);
        index->entries[row].next = slot->row;
        *slot = (struct slot){tag_of(hash), (uint32_t)row + 1};
    }
    return true;
}

void key_index_find(const struct key_index *index, const struct join_key *keys, size_t count, uint32_t *rows) {
    uint64_t hashes[KEY_INDEX_MANY];
    for (size_t i = 0; i < count; i++) {
        hashes[i] = hash_number(keys[i].bits);
        __builtin_prefetch(&index->slots[hashes[i] & index->mask]);
    }
    for (size_t i = 0; i < count; i++) {
        const struct slot *slot = &index->slots[hashes[i] & index->mask];
        if (slot->tag == tag_of(hashes[i]) && slot->row > 0) __builtin_prefetch(&index->entries[slot->row - 1]);
    }
    for (size_t i = 0; i < count; i++)
        rows[i] = keys[i].kind == JOIN_KEY_NONE ? 0 : slot_of(index, &keys[i], hashes[i])->row;
}

uint32_t key_index_next(const struct key_index *index, uint32_t row) {
    return index->entries[row - 1].next;
}

size_t key_index_texts(const struct key_index *index) {
    return index->texts.length;
}

void key_index_close(struct key_index *index) {
    if (!index) return;
    free(index->entries);
    free(index->slots);
    free(index->ends);
    buffer_free(&index->texts);
    free(index);
}
