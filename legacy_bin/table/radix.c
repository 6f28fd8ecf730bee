/* radix.c - a stable sort by 64-bit keys, least significant byte first. */
#include "table/radix.h"

enum { DIGITS = sizeof(uint64_t), VALUES = 256 };

static inline unsigned digit_of(uint64_t key, unsigned digit) {
    return (unsigned)(key >> (8 * digit)) & (VALUES - 1);
}

static inline uint64_t key_at(const char *items, size_t at, size_t size) {
    uint64_t key;
    memcpy(&key, items + at * size, sizeof key);
    return key;
}

/* Items of `size` bytes, each with its key at the front. */
static inline __attribute__((always_inline)) void sort(char *items, char *scratch, size_t count, size_t size) {
    size_t counts[DIGITS][VALUES] = {{0}};
    if (count < 2) return;
    for (size_t i = 0; i < count; i++)
        for (unsigned digit = 0; digit < DIGITS; digit++) counts[digit][digit_of(key_at(items, i, size), digit)]++;
    char *from = items, *to = scratch;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        size_t *place = counts[digit];
        if (place[digit_of(key_at(from, 0, size), digit)] == count) continue; /* the same everywhere */
        size_t next = 0;
        for (unsigned value = 0; value < VALUES; value++) {
            size_t here = place[value];
            place[value] = next;
            next += here;
        }
        for (size_t i = 0; i < count; i++) {
            size_t at = place[digit_of(key_at(from, i, size), digit)]++;
            memcpy(to + at * size, from + i * size, size);
        }
        char *other = from;
        from = to;
        to = other;
    }
    if (from != items) memcpy(items, from, count * size);
}

void radix_sort(struct sorted_row *rows, struct sorted_row *scratch, size_t count) {
    _Static_assert(offsetof(struct sorted_row, key) == 0, "sort() finds the key at the front");
    sort((char *)rows, (char *)scratch, count, sizeof *rows);
}

void radix_sort_words(uint64_t *words, uint64_t *scratch, size_t count) {
    sort((char *)words, (char *)scratch, count, sizeof *words);
}
