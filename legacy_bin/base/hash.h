/* hash.h - numbers and texts spread over 64 bits, for tables found by hashing; not for anything secret.
 * By multiplication with odd constants and folding, as in the finalizer of MurmurHash3 (A. Appleby, public domain). */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "base/slice.h"

static inline uint64_t hash_number(uint64_t number) {
    number = (number ^ number >> 33) * 0xff51afd7ed558ccdu;
    number = (number ^ number >> 33) * 0xc4ceb9fe1a85ec53u;
    return number ^ number >> 33;
}

static inline uint64_t hash_text(struct slice text) {
    uint64_t sum = text.length, word;
    size_t at = 0;
    for (; at + sizeof word <= text.length; at += sizeof word) {
        memcpy(&word, text.text + at, sizeof word);
        sum = (sum ^ hash_number(word)) * 0x9e3779b97f4a7c15u;
    }
    word = 0;
    if (at < text.length) memcpy(&word, text.text + at, text.length - at);
    return hash_number(sum ^ hash_number(word));
}

#endif
