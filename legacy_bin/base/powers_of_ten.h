/* powers_of_ten.h - 10^n to 128 bits, by which numbers are multiplied when they are read and written. */
#ifndef BASE_POWERS_OF_TEN_H
#define BASE_POWERS_OF_TEN_H

#include <stdint.h>

__extension__ typedef unsigned __int128 uint128;

/* 10^n = (high 2^64 + low + less than 1) 2^(floor(log2(10^n)) - 127); the highest bit of `high` is set. From 0 to 55
 * it is exact. Made by powers_of_ten.py. */
struct power_of_ten {
    uint64_t high, low;
};

enum { POWER_OF_TEN_LEAST = -342, POWER_OF_TEN_MOST = 326 };
extern const struct power_of_ten powers_of_ten[POWER_OF_TEN_MOST - POWER_OF_TEN_LEAST + 1];

/* Those that fit into 64 bits, from 10^0 on. */
extern const uint64_t whole_powers_of_ten[20];

static inline const struct power_of_ten *power_of_ten(int n) {
    return &powers_of_ten[n - POWER_OF_TEN_LEAST];
}

/* Floors of logarithms, right for any |n| up to 1200: the constants are log2(10) 2^19 and log10(2) 2^22. */
static inline int floor_log2_of_power_of_ten(int n) {
    return n * 1741647 >> 19;
}

static inline int floor_log10_of_power_of_two(int n) {
    return n * 1262611 >> 22;
}

/* Of 3/4 2^n; the second constant is log10(4/3) 2^22. */
static inline int floor_log10_of_three_quarters(int n) {
    return (n * 1262611 - 524031) >> 22;
}

#endif
