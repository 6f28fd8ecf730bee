/* radix.c - a stable sort by 64-bit keys, least significant byte first. */
#include "table/radix.h"

enum { DIGITS = sizeof(uint64_t), VALUES = 256 };

static inline unsigned digit_of(uint64_t key, unsigned digit) {
    return (unsigned)(key >> (8 * digit)) & (VALUES - 1);
}

void radix_sort(struct sorted_row *rows, struct sorted_row *scratch, size_t count) {
    size_t counts[DIGITS][VALUES] = {{0}};
    if (count < 2) return;
    for (size_t i = 0; i < count; i++)
        for (unsigned digit = 0; digit < DIGITS; digit++) counts[digit][digit_of(rows[i].key, digit)]++;
    struct sorted_row *from = rows, *to = scratch;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        size_t *place = counts[digit];
        if (place[digit_of(from[0].key, digit)] == count) continue; /* the same everywhere */
        size_t next = 0;
        for (unsigned value = 0; value < VALUES; value++) {
            size_t here = place[value];
            place[value] = next;
            next += here;
        }
        for (size_t i = 0; i < count; i++) to[place[digit_of(from[i].key, digit)]++] = from[i];
        struct sorted_row *other = from;
        from = to;
        to = other;
    }
    if (from != rows) memcpy(rows, from, count * sizeof *rows);
}
