/* key_index.c - 28 bytes a row at most, and the texts. */
#include "table/key_index.h"

#include <stdlib.h>

#include "base/hash.h"

#define ROWS_MAXIMUM (UINT32_MAX - 1)
enum { AHEAD = 16 };

struct entry {
    uint64_t bits;
    uint32_t next; /* row with the same key, from 1; 0: none */
    uint32_t kind;
};

struct key_index {
    struct entry *entries;
    size_t count, capacity;
    uint32_t *slots; /* the first row of a key, from 1; 0: free */
    size_t mask;
    struct buffer texts;
    size_t *ends; /* of each row's text; NULL: there are none */
};

struct key_index *key_index_open(uint64_t expected, struct error *error) {
    struct key_index *index = calloc(1, sizeof *index);
    if (index) {
        index->texts.maximum = SIZE_MAX;
        index->capacity = expected < ROWS_MAXIMUM ? (size_t)expected : ROWS_MAXIMUM;
        index->entries = malloc((index->capacity + 1) * sizeof *index->entries);
        if (index->entries) return index;
    }
    error_set_memory(error);
    free(index);
    return NULL;
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
        index->ends = calloc(index->capacity + 1, sizeof *index->ends);
        if (!index->ends) return false;
    }
    if (key->kind == JOIN_KEY_TEXT && !buffer_append_slice(&index->texts, key->text)) return false;
    index->ends[index->count] = index->texts.length;
    return true;
}

bool key_index_add(struct key_index *index, const struct join_key *key, struct error *error) {
    if (index->count == ROWS_MAXIMUM) return error_set(error, "more than %u rows cannot be joined", ROWS_MAXIMUM);
    if ((index->count == index->capacity && !grow(index)) || !add_text(index, key)) return error_set_memory(error);
    index->entries[index->count++] = (struct entry){key->bits, 0, key->kind};
    return true;
}

static struct slice text_of(const struct key_index *index, size_t row) {
    size_t start = row > 0 ? index->ends[row - 1] : 0;
    return (struct slice){index->texts.bytes + start, index->ends[row] - start};
}

static struct join_key key_of(const struct key_index *index, size_t row) {
    const struct entry *entry = &index->entries[row];
    struct join_key key = {(enum join_key_kind)entry->kind, entry->bits, {NULL, 0}};
    if (key.kind == JOIN_KEY_TEXT) key.text = text_of(index, row);
    return key;
}

static bool is_key_of(const struct key_index *index, size_t row, const struct join_key *key) {
    if (index->entries[row].bits != key->bits) return false;
    struct join_key own = key_of(index, row);
    return join_key_equal(&own, key);
}

/* Where a key is, or the free place where it belongs. */
static uint32_t *slot_of(const struct key_index *index, const struct join_key *key) {
    size_t at = (size_t)hash_number(key->bits) & index->mask;
    while (index->slots[at] && !is_key_of(index, index->slots[at] - 1, key)) at = (at + 1) & index->mask;
    return &index->slots[at];
}

/* From the last row to the first, which is that of the slot in the end. */
bool key_index_finish(struct key_index *index, struct error *error) {
    size_t slots = 64;
    while (slots / 4 * 3 < index->count) slots *= 2;
    index->mask = slots - 1;
    index->slots = calloc(slots, sizeof *index->slots);
    if (!index->slots) return error_set_memory(error);
    for (size_t row = index->count; row-- > 0;) {
        if (row >= AHEAD) {
            uint64_t bits = index->entries[row - AHEAD].bits;
            __builtin_prefetch(&index->slots[(size_t)hash_number(bits) & index->mask]);
        }
        if (index->entries[row].kind == JOIN_KEY_NONE) continue;
        struct join_key key = key_of(index, row);
        uint32_t *slot = slot_of(index, &key);
        index->entries[row].next = *slot;
        *slot = (uint32_t)row + 1;
    }
    return true;
}

size_t key_index_first(const struct key_index *index, const struct join_key *key) {
    return key->kind == JOIN_KEY_NONE ? 0 : *slot_of(index, key);
}

size_t key_index_next(const struct key_index *index, size_t row) {
    return index->entries[row - 1].next;
}

void key_index_prepare(const struct key_index *index, const struct join_key *key) {
    __builtin_prefetch(&index->slots[(size_t)hash_number(key->bits) & index->mask]);
}

void key_index_close(struct key_index *index) {
    if (!index) return;
    free(index->entries);
    free(index->slots);
    free(index->ends);
    buffer_free(&index->texts);
    free(index);
}
