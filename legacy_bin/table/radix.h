/* radix.h - a stable sort by 64-bit words, least significant byte first; words in the order of numbers. */
#ifndef TABLE_RADIX_H
#define TABLE_RADIX_H

#include "table/sort.h"

static inline uint64_t word_of_integer(int64_t value) {
    return (uint64_t)value ^ (uint64_t)1 << 63;
}

static inline int64_t integer_of_word(uint64_t word) {
    return (int64_t)(word ^ (uint64_t)1 << 63);
}

/* Not of NaN. */
static inline uint64_t word_of_double(double value) {
    uint64_t bits;
    value += 0.0; /* -0 is 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static inline double double_of_word(uint64_t word) {
    double value;
    word = word >> 63 ? word ^ (uint64_t)1 << 63 : ~word;
    memcpy(&value, &word, sizeof value);
    return value;
}

/* Ascending; `scratch` has room for as many. */
void radix_sort(struct sorted_row *rows, struct sorted_row *scratch, size_t count);
void radix_sort_words(uint64_t *words, uint64_t *scratch, size_t count);

#endif
