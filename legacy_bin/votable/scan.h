/* scan.h - text searched many bytes at a time for the first byte that is not plain character data. */
#ifndef VOTABLE_SCAN_H
#define VOTABLE_SCAN_H

#include <stdint.h>
#include <string.h>

#if defined __SSE2__
#include <emmintrin.h>
#elif defined __ARM_NEON
#include <arm_neon.h>
#endif

/* Zero bytes that must follow the text: it is read beyond its end. */
enum { SCAN_SLACK = 32 };

/* The first byte that is `<`, `&`, `]`, below 0x20 or above 0x7f. The zeros behind the text are such bytes. */
#if defined __SSE2__
static inline const char *scan_plain(const char *at) {
    for (;; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)at);
        __m128i stops = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)); /* signed: those above 0x7f too */
        stops = _mm_or_si128(stops, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('<')));
        stops = _mm_or_si128(stops, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('&')));
        stops = _mm_or_si128(stops, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(']')));
        unsigned mask = (unsigned)_mm_movemask_epi8(stops);
        if (__builtin_expect(mask != 0, 1)) return at + __builtin_ctz(mask);
    }
}
#elif defined __ARM_NEON
static inline const char *scan_plain(const char *at) {
    for (;; at += 16) {
        int8x16_t bytes = vld1q_s8((const int8_t *)at);
        uint8x16_t stops = vcltq_s8(bytes, vdupq_n_s8(0x20)); /* signed: those above 0x7f too */
        stops = vorrq_u8(stops, vceqq_s8(bytes, vdupq_n_s8('<')));
        stops = vorrq_u8(stops, vceqq_s8(bytes, vdupq_n_s8('&')));
        stops = vorrq_u8(stops, vceqq_s8(bytes, vdupq_n_s8(']')));
        /* four bits a byte */
        uint64_t mask = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(stops), 4)), 0);
        if (mask) return at + (__builtin_ctzll(mask) >> 2);
    }
}
#else
/* Eight bytes in a word; a byte's high bit is set where it is zero in `word`, at least at the first such byte
 * (little endian); bytes behind it may be wrong, and do not matter. */
static inline uint64_t scan_zero_bytes(uint64_t word) {
    return (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
}

static inline const char *scan_plain(const char *at) {
    const uint64_t ones = 0x0101010101010101u;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (;; at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        uint64_t stops = (((word - ones * 0x20) & ~word) | word) & ones * 0x80; /* below 0x20, above 0x7f */
        stops |= scan_zero_bytes(word ^ ones * '<') | scan_zero_bytes(word ^ ones * '&') |
                 scan_zero_bytes(word ^ ones * ']');
        if (stops) return at + (__builtin_ctzll(stops) >> 3);
    }
#else
    while (!(*at == '<' || *at == '&' || *at == ']' || (signed char)*at < 0x20)) at++;
    return at;
#endif
}
#endif

#endif
