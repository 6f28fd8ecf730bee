/* digits.h - eight or sixteen decimal digits written at once: the number's halves, quarters and eighths in lanes of
 * 32, 16 and 8 bits, each divided into two by multiplying. */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include "base/bigendian.h"

#if defined __SSE2__
#include <emmintrin.h>
#endif

/* `number` below 10^8, zeros in front. */
static inline void digits_put_8(char *out, uint32_t number) {
    uint64_t lanes = (uint64_t)(number / 10000) << 32 | number % 10000;
    uint64_t upper = (lanes * 5243 >> 19) & 0x0000007f0000007f; /* of each lane, over 100 */
    lanes = upper << 16 | (lanes - 100 * upper);
    upper = (lanes * 103 >> 10) & 0x000f000f000f000f; /* over 10 */
    lanes = upper << 8 | (lanes - 10 * upper);
    bigendian_put_64(out, lanes + 0x3030303030303030);
}

/* Those of `number` below 10^16, zeros in front. */
static inline void digits_put_16(char *out, uint64_t number) {
    uint32_t first = (uint32_t)(number / 100000000), last = (uint32_t)(number - 100000000ull * first);
#if defined __SSE2__
    /* little endian: what comes first lies in the lower half of a lane */
    __m128i lanes = _mm_set_epi64x(last, first);
    __m128i upper = _mm_srli_epi64(_mm_mul_epu32(lanes, _mm_set1_epi64x(3518437209)), 45); /* over 10000 */
    __m128i lower = _mm_sub_epi64(lanes, _mm_mul_epu32(upper, _mm_set1_epi64x(10000)));
    lanes = _mm_or_si128(upper, _mm_slli_epi64(lower, 32));
    upper = _mm_srli_epi16(_mm_mulhi_epu16(lanes, _mm_set1_epi16(5243)), 3); /* over 100 */
    lower = _mm_sub_epi16(lanes, _mm_madd_epi16(upper, _mm_set1_epi32(100)));
    lanes = _mm_or_si128(upper, _mm_slli_epi32(lower, 16));
    upper = _mm_mulhi_epu16(lanes, _mm_set1_epi16(6554)); /* over 10 */
    /* upper + 256 (lanes - 10 upper) */
    lanes = _mm_add_epi16(_mm_slli_epi16(lanes, 8), _mm_mullo_epi16(upper, _mm_set1_epi16(1 - 10 * 256)));
    _mm_storeu_si128((__m128i *)out, _mm_add_epi8(lanes, _mm_set1_epi8('0')));
#else
    digits_put_8(out, first);
    digits_put_8(out + 8, last);
#endif
}

#endif
