/* number_read.c - numbers from text. Reals by D. Lemire, "Number parsing at a gigabyte per second" (2021), with
 * N. Mushtak and D. Lemire, "Fast number parsing without fallback" (2023). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bigendian.h"
#include "base/number.h"
#include "base/powers_of_ten.h"

enum {
    WORD = 8,
    DIGITS_KEPT = 19, /* fit into 64 bits */
    MATTERING = 780,  /* no more digits than these decide to which of two doubles a decimal is nearer */
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_word(char c) {
    return is_digit(c) || c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* What is left behind a number's last byte decides how much of the text was one. */
static inline enum number_match match(const char *rest, const char *end) {
    if (rest == end) return NUMBER_WHOLE;
    while (rest < end && byte_is_blank(*rest)) rest++;
    return rest == end ? NUMBER_WHOLE : NUMBER_PART;
}

/* Eight bytes, the first the lowest, digits as their values. */
static inline uint64_t load_eight(const char *at) {
    return __builtin_bswap64(bigendian_64(at)) ^ 0x3030303030303030;
}

/* A high bit for each byte that is no digit; right up to the first of them. */
static inline uint64_t find_others(uint64_t digits) {
    return ((digits + 0x7676767676767676) | digits) & 0x8080808080808080;
}

/* Digits, the first in the lowest byte. Pairs, then all: products gather in the upper half. */
static inline uint64_t value_of_eight(uint64_t digits) {
    const uint64_t pair = 0x000000ff000000ff;
    digits = 10 * digits + (digits >> 8);
    return ((digits & pair) * (100 + (1000000ull << 32)) + (digits >> 16 & pair) * (1 + (10000ull << 32))) >> 32;
}

/* Takes the digits at `at` into *value, and returns the place behind them. All of `start` to `end` may be read. */
static inline __attribute__((always_inline)) const char *take_digits(const char *start, const char *at, const char *end,
                                                                     uint64_t *value) {
    for (; end - at >= WORD; at += WORD) {
        uint64_t digits = load_eight(at), others = find_others(digits);
        if (others) {
            unsigned count = (unsigned)__builtin_ctzll(others) / 8;
            if (count) *value = *value * whole_powers_of_ten[count] + value_of_eight(digits << (64 - 8 * count));
            return at + count;
        }
        *value = *value * 100000000 + value_of_eight(digits);
    }
    if (at < end && end - start >= WORD) { /* in most cases all that is left are digits */
        unsigned count = (unsigned)(end - at), before = 64 - 8 * count;
        uint64_t digits = load_eight(end - WORD) >> before << before;
        if (!find_others(digits)) {
            *value = *value * whole_powers_of_ten[count] + value_of_eight(digits);
            return end;
        }
    }
    for (unsigned digit; at < end && (digit = (unsigned)(*at - '0')) < 10; at++) *value = *value * 10 + digit;
    return at;
}

/* The exponent in front of *at, at the `e` or `D` behind a number; 0 and *at as it is where there is none. */
static __attribute__((noinline)) int64_t take_exponent(const char **at, const char *end) {
    const char *digit = *at + 1;
    bool is_negative = digit < end && *digit == '-';
    if (digit < end && (*digit == '-' || *digit == '+')) digit++;
    if (digit == end || !is_digit(*digit)) return 0;
    int64_t value = 0;
    for (; digit < end && is_digit(*digit); digit++)
        if (value < INT64_MAX / 100) value = value * 10 + (*digit - '0');
    *at = digit;
    return is_negative ? -value : value;
}

/* What there is of IEEE 754 in a type. */
struct real_type {
    int fraction_bits, bias, exponent_most;
    int tie_least, tie_most; /* exponents of ten with which a decimal can lie halfway between two values */
};
static const struct real_type double_type = {52, 1023, 0x7ff, -4, 23}, float_type = {23, 127, 0xff, -17, 10};

/* The bits of value 10^exponent, rounded to the nearest, halves to even. */
static inline __attribute__((always_inline)) uint64_t nearest(uint64_t value, int64_t exponent,
                                                              const struct real_type *type) {
    const uint64_t infinity = (uint64_t)type->exponent_most << type->fraction_bits;
    const int64_t most = 308;
    if (value == 0 || (uint64_t)(exponent - POWER_OF_TEN_LEAST) > (uint64_t)(most - POWER_OF_TEN_LEAST))
        return value && exponent > most ? infinity : 0;
    int ten = (int)exponent, zeros = __builtin_clzll(value);
    const struct power_of_ten *power = power_of_ten(ten);
    value <<= zeros;
    uint128 product = (uint128)value * power->high;
    /* bits below those that are kept: the fraction, one above it, one to round by, one if the product is small */
    const int spare = 64 - type->fraction_bits - 3;
    const uint64_t spare_bits = ((uint64_t)1 << spare) - 1;
    if (((uint64_t)(product >> 64) & spare_bits) == spare_bits) {
        /* there ties can be: rounded up, the power gives them as such, and no others */
        uint64_t low = power->low + (ten < 0 && ten >= -27);
        product += (uint64_t)((uint128)value * low >> 64);
    }
    uint64_t high = (uint64_t)(product >> 64);
    int is_large = (int)(high >> 63);
    uint64_t fraction = high >> (is_large + spare);
    int binary = floor_log2_of_power_of_ten(ten) + 63 + is_large - zeros + type->bias;
    if (binary <= 0) { /* subnormal */
        if (binary <= -63) return 0;
        fraction >>= 1 - binary;
        return (fraction >> 1) + (fraction & 1); /* 2^fraction_bits is the smallest normal number */
    }
    bool is_tie = (uint64_t)product <= 1 && ten >= type->tie_least && ten <= type->tie_most &&
                  fraction << (is_large + spare) == high;
    fraction += is_tie && (fraction & 3) == 1 ? 0 : fraction & 1;
    /* the highest bit of the fraction, or the one above it, is added to the exponent */
    uint64_t bits = ((uint64_t)(binary - 1) << type->fraction_bits) + (fraction >> 1);
    return bits < infinity ? bits : infinity;
}

/* The digits up to `end`, with or without a point, as text without it that strtod() reads, whatever the locale: as
 * many of them as can matter. They count as a whole number, times 10^exponent. */
static void spell_digits(const char *at, const char *end, int64_t exponent, char text[static MATTERING + 32]) {
    char *out = text;
    bool is_cut = false;
    for (; at < end; at++) {
        if (*at == '.' || (*at == '0' && out == text)) continue;
        if (out < text + MATTERING)
            *out++ = *at;
        else
            exponent++, is_cut = is_cut || *at != '0';
    }
    if (is_cut) *out++ = '1', exponent--;
    snprintf(out, 32, "e%lld", (long long)exponent);
}

/* The same as nearest() for digits with or without a point in them, however many. */
static __attribute__((noinline)) uint64_t nearest_of_many(const char *digits, const char *end, int64_t exponent,
                                                          const struct real_type *type) {
    uint64_t value = 0, bits = 0;
    int64_t power = exponent;
    int count = 0;
    bool is_cut = false;
    for (const char *at = digits; at < end; at++) {
        if (*at == '.') continue;
        if (count < DIGITS_KEPT) {
            value = value * 10 + (uint64_t)(*at - '0');
            count += value > 0;
        } else {
            power++;
            is_cut = is_cut || *at != '0';
        }
    }
    bits = nearest(value, power, type);
    if (!is_cut || bits == nearest(value + 1, power, type)) return bits;

    char text[MATTERING + 32];
    spell_digits(digits, end, exponent, text);
    if (type == &double_type) {
        double real = strtod(text, NULL);
        memcpy(&bits, &real, sizeof bits);
    } else {
        float real = strtof(text, NULL);
        uint32_t single;
        memcpy(&single, &real, sizeof single);
        bits = single;
    }
    return bits;
}

static __attribute__((noinline)) enum number_match
read_special(const char *text, const char *end, const struct real_type *type, uint64_t sign, uint64_t *bits) {
    const uint64_t infinity = (uint64_t)type->exponent_most << type->fraction_bits;
    const struct {
        struct slice word;
        uint64_t bits;
    } words[] = {{SLICE("infinity"), infinity},
                 {SLICE("inf"), infinity},
                 {SLICE("nan"), infinity | (uint64_t)1 << (type->fraction_bits - 1)}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = words[i].word.length;
        if ((size_t)(end - text) < length || strncasecmp(text, words[i].word.text, length) != 0) continue;
        if (text + length < end && is_word(text[length])) continue;
        *bits = sign | words[i].bits;
        return match(text + length, end);
    }
    return NUMBER_NONE;
}

static inline __attribute__((always_inline)) enum number_match read_real(struct slice whole,
                                                                         const struct real_type *type, uint64_t *bits) {
    if (whole.length == 0) return NUMBER_NONE;
    const char *at = whole.text, *end = whole.text + whole.length;
    uint64_t sign = 0;
    if (*at < '.') { /* no digit, no point */
        while (at < end && byte_is_blank(*at)) at++;
        if (at == end) return NUMBER_NONE;
        if (*at == '-') sign = (uint64_t)(type->exponent_most + 1) << type->fraction_bits;
        if (*at == '+' || *at == '-') at++;
    }

    const char *digits = at;
    uint64_t value = 0;
    int64_t exponent = 0;
    /* few digits stand before a point, many behind it */
    for (unsigned digit; at < end && (digit = (unsigned)(*at - '0')) < 10; at++) value = value * 10 + digit;
    int64_t count = at - digits;
    if (at < end && *at == '.') {
        const char *point = at;
        at = take_digits(whole.text, at + 1, end, &value);
        exponent = point + 1 - at;
        count -= exponent;
    }
    if (count == 0) return read_special(digits, end, type, sign, bits);
    const char *behind = at;
    if (at < end && ((*at | 0x20) == 'e' || (*at | 0x20) == 'd')) exponent += take_exponent(&behind, end);
    *bits = sign | (__builtin_expect(count <= DIGITS_KEPT, 1) ? nearest(value, exponent, type)
                                                              : nearest_of_many(digits, at, exponent, type));
    return match(behind, end);
}

enum number_match number_read_double(struct slice text, double *value) {
    uint64_t bits = 0;
    enum number_match found = read_real(text, &double_type, &bits);
    if (found != NUMBER_NONE) memcpy(value, &bits, sizeof *value);
    return found;
}

enum number_match number_read_float(struct slice text, float *value) {
    uint64_t bits = 0;
    enum number_match found = read_real(text, &float_type, &bits);
    uint32_t single = (uint32_t)bits;
    if (found != NUMBER_NONE) memcpy(value, &single, sizeof *value);
    return found;
}

/* 0x is passed. Returns the place behind the digits, NULL: none, or too many. */
static const char *take_hexadecimal(const char *at, const char *end, uint64_t *value) {
    const char *start = at;
    for (; at < end && isxdigit((unsigned char)*at); at++) {
        if (*value >> 60) return NULL;
        *value = *value << 4 | (uint64_t)(is_digit(*at) ? *at - '0' : (*at | 0x20) - 'a' + 10);
    }
    return at > start ? at : NULL;
}

static inline const char *take_whole(const char *start, const char *at, const char *end, uint64_t *value) {
    const char *rest = take_digits(start, at, end, value);
    if (__builtin_expect(rest - at <= DIGITS_KEPT, 1)) return rest > at ? rest : NULL;
    while (*at == '0' && at < rest - 1) at++;
    return rest - at <= DIGITS_KEPT ? rest : NULL; /* the digits before the last 19 were 0 */
}

enum number_match number_read_integer(struct slice whole, int64_t *value) {
    if (whole.length == 0) return NUMBER_NONE;
    const char *text = whole.text, *end = whole.text + whole.length;
    while (text < end && byte_is_blank(*text)) text++;
    if (text == end) return NUMBER_NONE;
    bool is_negative = *text == '-';
    if (*text == '+' || *text == '-') text++;
    bool is_hexadecimal = end - text > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';

    uint64_t magnitude = 0, limit = (uint64_t)INT64_MAX + is_negative;
    const char *rest =
        is_hexadecimal ? take_hexadecimal(text + 2, end, &magnitude) : take_whole(whole.text, text, end, &magnitude);
    if (!rest || magnitude > limit) return NUMBER_NONE;
    *value = (int64_t)(is_negative ? 0 - magnitude : magnitude);
    return match(rest, end);
}
