/* digest.c - MD5 (RFC 1321) and SHA-256 (FIPS 180-4), with the block handling that both share. */
#include "http/digest.h"

#include <stdio.h>

static const uint32_t md5_constants[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
static const unsigned char md5_turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
static const uint32_t md5_start[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

static const uint32_t sha_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
static const uint32_t sha_start[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t rotate_left(uint32_t value, unsigned by) {
    return value << by | value >> (32 - by);
}

static uint32_t rotate_right(uint32_t value, unsigned by) {
    return value >> by | value << (32 - by);
}

static void md5_block(uint32_t state[8], const unsigned char block[64]) {
    uint32_t words[16], a = state[0], b = state[1], c = state[2], d = state[3];
    for (size_t i = 0; i < 16; i++)
        words[i] = block[4 * i] | (uint32_t)block[4 * i + 1] << 8 | (uint32_t)block[4 * i + 2] << 16 |
                   (uint32_t)block[4 * i + 3] << 24;
    for (size_t i = 0; i < 64; i++) {
        uint32_t mixed;
        size_t word;
        switch (i / 16) {
        case 0: mixed = (b & c) | (~b & d), word = i; break;
        case 1: mixed = (d & b) | (~d & c), word = (5 * i + 1) % 16; break;
        case 2: mixed = b ^ c ^ d, word = (3 * i + 5) % 16; break;
        default: mixed = c ^ (b | ~d), word = (7 * i) % 16; break;
        }
        mixed += a + md5_constants[i] + words[word];
        a = d, d = c, c = b;
        b += rotate_left(mixed, md5_turns[i / 16][i % 4]);
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

/* One step of FIPS 180-4 section 6.2.2, which changes two of the eight values; the others only change their names. */
static inline void sha_step(uint32_t a, uint32_t b, uint32_t c, uint32_t *d, uint32_t e, uint32_t f, uint32_t g,
                            uint32_t *h, uint32_t added) {
    *h += (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25)) + (g ^ (e & (f ^ g))) + added;
    *d += *h;
    *h += (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22)) + ((a & b) | (c & (a | b)));
}

static void sha_block(uint32_t state[8], const unsigned char block[64]) {
    uint32_t words[64], v[8];
    for (size_t i = 0; i < 16; i++)
        words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
                   block[4 * i + 3];
    for (size_t i = 16; i < 64; i++) {
        uint32_t early = words[i - 15], late = words[i - 2];
        words[i] = words[i - 16] + words[i - 7] + (rotate_right(early, 7) ^ rotate_right(early, 18) ^ early >> 3) +
                   (rotate_right(late, 17) ^ rotate_right(late, 19) ^ late >> 10);
    }
    memcpy(v, state, sizeof v);
    for (size_t i = 0; i < 64; i += 8) { /* after eight steps every value is back in its place */
        sha_step(v[0], v[1], v[2], &v[3], v[4], v[5], v[6], &v[7], sha_constants[i] + words[i]);
        sha_step(v[7], v[0], v[1], &v[2], v[3], v[4], v[5], &v[6], sha_constants[i + 1] + words[i + 1]);
        sha_step(v[6], v[7], v[0], &v[1], v[2], v[3], v[4], &v[5], sha_constants[i + 2] + words[i + 2]);
        sha_step(v[5], v[6], v[7], &v[0], v[1], v[2], v[3], &v[4], sha_constants[i + 3] + words[i + 3]);
        sha_step(v[4], v[5], v[6], &v[7], v[0], v[1], v[2], &v[3], sha_constants[i + 4] + words[i + 4]);
        sha_step(v[3], v[4], v[5], &v[6], v[7], v[0], v[1], &v[2], sha_constants[i + 5] + words[i + 5]);
        sha_step(v[2], v[3], v[4], &v[5], v[6], v[7], v[0], &v[1], sha_constants[i + 6] + words[i + 6]);
        sha_step(v[1], v[2], v[3], &v[4], v[5], v[6], v[7], &v[0], sha_constants[i + 7] + words[i + 7]);
    }
    for (size_t i = 0; i < 8; i++) state[i] += v[i];
}

void digest_take(struct digest *digest, const void *bytes, size_t length) {
    const unsigned char *from = bytes;
    while (digest->kind != DIGEST_NONE && length > 0) {
        size_t used = digest->length % 64, part = 64 - used < length ? 64 - used : length;
        memcpy(digest->block + used, from, part);
        digest->length += part;
        from += part;
        length -= part;
        if (digest->length % 64) continue;
        if (digest->kind == DIGEST_MD5)
            md5_block(digest->state, digest->block);
        else
            sha_block(digest->state, digest->block);
    }
}

/* Base64 of exactly `length` bytes. */
static bool decode(const char *text, unsigned char *bytes, size_t length) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    size_t have = 0, made = 0;
    for (; *text && made < length; text++) {
        const char *digit = strchr(digits, *text);
        if (!digit) return false;
        bits = bits << 6 | (uint32_t)(digit - digits);
        have += 6;
        if (have >= 8) bytes[made++] = (unsigned char)(bits >> (have -= 8));
    }
    return made == length;
}

void digest_begin(struct digest *digest, const char *content_md5, const char *repr_digest) {
    *digest = (struct digest){0};
    const char *sha = repr_digest ? strcasestr(repr_digest, "sha-256=:") : NULL;
    if (sha && decode(sha + strlen("sha-256=:"), digest->expected, 32)) {
        digest->kind = DIGEST_SHA256;
        memcpy(digest->state, sha_start, sizeof sha_start);
    } else if (content_md5 && decode(content_md5, digest->expected, 16)) {
        digest->kind = DIGEST_MD5;
        memcpy(digest->state, md5_start, sizeof md5_start);
    }
}

void digest_begin_sha256(struct digest *digest) {
    *digest = (struct digest){.kind = DIGEST_SHA256};
    memcpy(digest->state, sha_start, sizeof sha_start);
}

/* The padding that both standards ask for, with the length at its end: `state` is then the result. */
static void take_padding(struct digest *digest) {
    bool is_md5 = digest->kind == DIGEST_MD5;
    uint64_t bits = digest->length * 8;
    static const unsigned char padding[64] = {0x80};
    digest_take(digest, padding, 1 + (119 - digest->length % 64) % 64);
    unsigned char size[8];
    for (unsigned i = 0; i < 8; i++) size[i] = (unsigned char)(bits >> (is_md5 ? 8 * i : 56 - 8 * i));
    digest_take(digest, size, 8);
}

void digest_hexadecimal(const struct digest *digest, char digits[65]) {
    struct digest copy = *digest;
    take_padding(&copy);
    for (size_t i = 0; i < 8; i++) snprintf(digits + 8 * i, 9, "%08x", copy.state[i]);
}

bool digest_matches(struct digest *digest) {
    if (digest->kind == DIGEST_NONE) return true;
    bool is_md5 = digest->kind == DIGEST_MD5;
    take_padding(digest);
    for (unsigned i = 0; i < (is_md5 ? 16u : 32u); i++) {
        unsigned shift = is_md5 ? 8 * (i % 4) : 24 - 8 * (i % 4);
        if ((unsigned char)(digest->state[i / 4] >> shift) != digest->expected[i]) return false;
    }
    return true;
}

const char *digest_name(const struct digest *digest) {
    return digest->kind == DIGEST_MD5 ? "MD5" : "SHA-256";
}
