/* block.h - 16 bytes at a time: cells are copied by whole blocks and looked at on the way.
 * GCC's vectors, so SSE2, NEON or plain words. Loads and stores may be anywhere in memory. */
#ifndef BASE_BLOCK_H
#define BASE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef unsigned char block __attribute__((vector_size(16)));

enum { BLOCK_SIZE = sizeof(block) };

static inline block block_load(const void *bytes) {
    block loaded;
    memcpy(&loaded, bytes, sizeof loaded);
    return loaded;
}

static inline void block_store(void *bytes, block stored) {
    memcpy(bytes, &stored, sizeof stored);
}

static inline block block_of(unsigned char byte) {
    return (block){0} + byte;
}

/* 0xff in the bytes that are equal, 0 in the others; likewise `below`. */
static inline block block_equal(block a, block b) {
    return (block)(a == b);
}

static inline block block_below(block a, unsigned char limit) {
    return (block)(a < block_of(limit));
}

/* 0xff in the first `count` bytes (at most BLOCK_SIZE). */
static inline block block_first(size_t count) {
    static const unsigned char edge[2 * BLOCK_SIZE] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    return block_load(edge + BLOCK_SIZE - count);
}

static inline bool block_any(block hits) {
    uint64_t halves[2];
    memcpy(halves, &hits, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

/* All bytes together. */
static inline size_t block_sum(block bytes) {
    const uint64_t low = 0x00ff00ff00ff00ffu, ones = 0x0001000100010001u;
    uint64_t halves[2];
    memcpy(halves, &bytes, sizeof halves);
    uint64_t sums = (halves[0] & low) + (halves[0] >> 8 & low) + (halves[1] & low) + (halves[1] >> 8 & low);
    return (size_t)(sums * ones >> 48);
}

/* Copies `length` bytes, reading and writing up to BLOCK_SIZE more; returns the place behind them. */
static inline char *block_copy(char *to, const char *from, size_t length) {
    size_t at = 0;
    do block_store(to + at, block_load(from + at));
    while ((at += BLOCK_SIZE) < length);
    return to + length;
}

#endif
