/* bigendian.h - numbers in the byte order of VOTable's binary serialisations and of FITS. */
#ifndef BASE_BIGENDIAN_H
#define BASE_BIGENDIAN_H

#include <stdint.h>
#include <string.h>

static inline uint16_t bigendian_16(const void *bytes) {
    uint16_t value;
    memcpy(&value, bytes, sizeof value);
    return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? value : __builtin_bswap16(value);
}

static inline uint32_t bigendian_32(const void *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? value : __builtin_bswap32(value);
}

static inline uint64_t bigendian_64(const void *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? value : __builtin_bswap64(value);
}

static inline float bigendian_float(const void *bytes) {
    uint32_t bits = bigendian_32(bytes);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline double bigendian_double(const void *bytes) {
    uint64_t bits = bigendian_64(bytes);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline void bigendian_put_64(void *bytes, uint64_t value) {
    if (__BYTE_ORDER__ != __ORDER_BIG_ENDIAN__) value = __builtin_bswap64(value);
    memcpy(bytes, &value, sizeof value);
}

/* The low `size` (at most 8) bytes of a number. */
static inline void bigendian_put(void *bytes, uint64_t value, size_t size) {
    for (size_t i = 0; i < size; i++) ((unsigned char *)bytes)[i] = (unsigned char)(value >> (8 * (size - 1 - i)));
}

static inline void bigendian_put_float(void *bytes, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bigendian_put(bytes, bits, sizeof bits);
}

static inline void bigendian_put_double(void *bytes, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bigendian_put_64(bytes, bits);
}

#endif
