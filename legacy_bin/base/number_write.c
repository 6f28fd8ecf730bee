/* number_write.c - numbers as text. Shortest decimals by R. Giulietti, "The Schubfach way to render doubles" (2021);
 * laid out as C++17 std::to_chars() does it: plainly, unless the form with an exponent has fewer characters. */
#include "base/block.h"
#include "base/digits.h"
#include "base/number.h"
#include "base/powers_of_ten.h"

/* digits 10^exponent */
struct decimal {
    uint64_t digits;
    int exponent;
};

/* How many digits a number other than 0 has. */
static inline unsigned count_digits(uint64_t number) {
    unsigned bits = 64 - (unsigned)__builtin_clzll(number);
    unsigned digits = bits * 1233 >> 12; /* log10(2) 2^12 */
    return digits + (number >= whole_powers_of_ten[digits]);
}

/* Without zeros at the end. */
static struct decimal strip(struct decimal decimal) {
    static const struct {
        uint64_t power;
        int zeros;
    } steps[] = {{100000000, 8}, {10000, 4}, {100, 2}, {10, 1}};
    if (decimal.digits % 10) return decimal;
    for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (decimal.digits % steps[i].power) continue;
        decimal.digits /= steps[i].power;
        decimal.exponent += steps[i].zeros;
    }
    return decimal;
}

/* number (high 2^64 + low) / 2^128, cut to a whole one, odd where anything was cut off. */
static inline uint64_t scale(uint64_t number, uint64_t high, uint64_t low) {
    uint128 product = (uint128)number * high + (uint64_t)((uint128)number * low >> 64);
    return (uint64_t)(product >> 64) | ((uint64_t)product > 1);
}

/* The shortest decimal of all that are nearer to fraction 2^exponent than to its neighbours (or halfway, if fraction is
 * even), of those the nearest. A power of two (is_edge) has its lower neighbour at half the distance of the upper one.
 */
static __attribute__((noinline)) struct decimal shortest_exactly(uint64_t fraction, int exponent, bool is_edge) {
    /* the interval is as wide as 10^ten or up to ten times that; all is measured in quarters of it */
    int ten = is_edge ? floor_log10_of_three_quarters(exponent) : floor_log10_of_power_of_two(exponent);
    int shift = exponent + floor_log2_of_power_of_ten(-ten) + 1;
    uint64_t high = power_of_ten(-ten)->high, low = power_of_ten(-ten)->low + 1, value = 4 * fraction << shift;
    bool is_open = fraction & 1;
    uint64_t lower = scale(value - ((uint64_t)(2 - is_edge) << shift), high, low) + is_open;
    uint64_t upper = scale(value + ((uint64_t)2 << shift), high, low) - is_open;
    value = scale(value, high, low);

    uint64_t below = value / 4, tens = below / 10;
    bool has_lower = lower <= 40 * tens, has_upper = 40 * tens + 40 <= upper;
    if (has_lower != has_upper) return strip((struct decimal){tens + has_upper, ten + 1});
    has_lower = lower <= 4 * below;
    has_upper = 4 * below + 4 <= upper;
    if (has_lower != has_upper) return (struct decimal){below + has_upper, ten};
    uint64_t middle = 4 * below + 2;
    bool is_up = value > middle || (value == middle && below & 1);
    return (struct decimal){below + is_up, ten};
}

/* The same, mostly with less work: the value and half the interval's width in hundredths of 10^ten, cut to whole ones.
 * What these leave open is decided above. */
static inline struct decimal shortest(uint64_t fraction, int exponent, bool is_edge) {
    int ten = floor_log10_of_power_of_two(exponent);
    int shift = exponent + floor_log2_of_power_of_ten(2 - ten) + 1;
    const struct power_of_ten *power = power_of_ten(2 - ten);
    uint64_t number = fraction << shift;
    uint64_t low = (uint64_t)((uint128)number * (power->low + 1) >> 64);
    uint64_t value = (uint64_t)(((uint128)number * power->high + low) >> 64);
    unsigned half = (unsigned)(power->high >> (65 - shift));

    uint64_t tens = value / 1000;
    unsigned down = (unsigned)(value - 1000 * tens), up = 1000 - down;
    if (!is_edge) {
        if (down < half) return strip((struct decimal){tens, ten + 1});
        if (up < half) return strip((struct decimal){tens + 1, ten + 1});
        unsigned rest = down % 100;
        if (down > half && up > half + 1 && rest != 50)
            return (struct decimal){10 * tens + down / 100 + (rest > 50), ten};
    }
    return shortest_exactly(fraction, exponent, is_edge);
}

enum { DIGITS = 17 /* at most, of a shortest decimal */ };

/* A number of `count` digits, and zeros behind them: DIGITS bytes are written. */
static inline void put_digits(char *out, uint64_t number, unsigned count) {
    number *= whole_powers_of_ten[DIGITS - count];
    uint64_t first = number / whole_powers_of_ten[16];
    out[0] = (char)('0' + first);
    digits_put_16(out + 1, number - first * whole_powers_of_ten[16]);
}

/* Any whole number; returns its length. */
static size_t put_whole(char *out, uint64_t number) {
    unsigned count = number ? count_digits(number) : 1;
    if (count <= 8) {
        digits_put_8(out, (uint32_t)(number * whole_powers_of_ten[8 - count]));
    } else if (count <= 16) {
        digits_put_16(out, number * whole_powers_of_ten[16 - count]);
    } else {
        digits_put_8(out, (uint32_t)(number / whole_powers_of_ten[16] * whole_powers_of_ten[24 - count]));
        digits_put_16(out + count - 16, number % whole_powers_of_ten[16]);
    }
    return count;
}

/* `1e-08`, `1.5e+300` */
static size_t put_with_exponent(char *out, struct decimal decimal, unsigned count) {
    int exponent = decimal.exponent + (int)count - 1;
    put_digits(out + 1, decimal.digits, count);
    out[0] = out[1];
    out[1] = '.';
    char *at = out + (count > 1 ? count + 1 : 1);
    *at++ = 'e';
    *at++ = exponent < 0 ? '-' : '+';
    if (exponent < 0) exponent = -exponent;
    if (exponent >= 100) *at++ = (char)('0' + exponent / 100);
    *at++ = (char)('0' + exponent / 10 % 10);
    *at++ = (char)('0' + exponent % 10);
    return (size_t)(at - out);
}

/* Up to three zeros between the point and the digits. */
static inline size_t put_fraction(char *out, struct decimal decimal, unsigned count) {
    unsigned zeros = (unsigned)-decimal.exponent - count;
    memcpy(out, "0.000000", 8);
    put_digits(out + 2 + zeros, decimal.digits, count);
    return 2 + zeros + count;
}

/* A whole number below 10^32 is shown as it is, not as its shortest decimal and zeros. */
static size_t put_large(char *out, uint128 number) {
    if (number <= UINT64_MAX) return put_whole(out, (uint64_t)number);
    uint64_t upper = (uint64_t)(number / whole_powers_of_ten[16]), lower = (uint64_t)(number % whole_powers_of_ten[16]);
    size_t length = put_whole(out, upper);
    digits_put_16(out + length, lower);
    return length + 16;
}

/* What has an exponent, unless the form without has no more characters. */
static __attribute__((noinline)) size_t put_unusual(char *out, struct decimal decimal, unsigned count,
                                                    uint64_t fraction, int exponent) {
    int point = count > 1; /* between the digits of the form with an exponent */
    if (decimal.exponent > 4 + point || decimal.exponent < -(int)count - 2 - point)
        return put_with_exponent(out, decimal, count);
    if (decimal.exponent < 0) return put_fraction(out, decimal, count);
    return put_large(out, exponent < 0 ? fraction >> -exponent : (uint128)fraction << exponent);
}

/* fraction 2^exponent, whose shortest decimal is known. */
static inline __attribute__((always_inline)) size_t put_real(char *out, struct decimal decimal, uint64_t fraction,
                                                             int exponent) {
    unsigned count = count_digits(decimal.digits);
    int before = (int)count + decimal.exponent; /* digits before the point */
    if (decimal.exponent >= 0 || before < -2) return put_unusual(out, decimal, count, fraction, exponent);
    if (before <= 0) return put_fraction(out, decimal, count);
    put_digits(out + 1, decimal.digits, count);
    block digits = block_load(out), moved = block_load(out + 1), first = block_first((size_t)before);
    block_store(out, (moved & first) | (digits & ~first));
    out[before] = '.';
    return count + 1;
}

/* 0 or without an end, its sign written. */
static size_t put_special(char *out, bool is_zero, bool is_nan, bool is_negative) {
    const struct slice word = is_nan ? SLICE("NaN") : is_negative ? SLICE("-Inf") : SLICE("+Inf");
    if (is_zero)
        out[is_negative] = '0';
    else
        memcpy(out, word.text, word.length);
    return is_zero ? 1u + is_negative : word.length;
}

/* A number of IEEE 754, by its bits. */
static inline __attribute__((always_inline)) size_t put_bits(char *out, uint64_t bits, int fraction_bits,
                                                             int exponent_bits) {
    const uint64_t hidden = (uint64_t)1 << fraction_bits;
    const int exponent_most = (1 << exponent_bits) - 1, bias = exponent_most / 2 + fraction_bits;
    bool is_negative = bits >> (fraction_bits + exponent_bits), is_edge = false;
    uint64_t fraction = bits & (hidden - 1);
    int exponent = (int)(bits >> fraction_bits) & exponent_most;
    out[0] = '-';
    if (exponent > 0) {
        if (exponent == exponent_most) return put_special(out, false, fraction != 0, is_negative);
        is_edge = fraction == 0 && exponent > 1;
        fraction |= hidden;
    } else {
        if (fraction == 0) return put_special(out, true, false, is_negative);
        exponent = 1;
    }
    exponent -= bias;
    return is_negative + put_real(out + is_negative, shortest(fraction, exponent, is_edge), fraction, exponent);
}

size_t number_write_double(char out[NUMBER_ROOM], double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return put_bits(out, bits, 52, 11);
}

size_t number_write_float(char out[NUMBER_ROOM], float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return put_bits(out, bits, 23, 8);
}

size_t number_write_integer(char out[NUMBER_ROOM], int64_t value) {
    bool is_negative = value < 0;
    out[0] = '-';
    return is_negative + put_whole(out + is_negative, is_negative ? 0 - (uint64_t)value : (uint64_t)value);
}
