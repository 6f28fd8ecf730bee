/* number.h - numbers read and written, independent of locale. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdint.h>

#include "base/slice.h"

/* Room that any of the writers may fill. */
enum { NUMBER_ROOM = 40 };

/* How much of a text was a number. */
enum number_match {
    NUMBER_NONE,  /* no number at its start; the value is not set */
    NUMBER_PART,  /* a number, followed by something else */
    NUMBER_WHOLE, /* a number and nothing else but blanks around it */
};

/* Decimal, with `e`, `E`, `d` or `D` exponents, a leading `+` allowed, and any case of
 * NaN, Inf, Infinity (with sign). Overflow gives an infinity, underflow 0. */
enum number_match number_read_double(struct slice text, double *value);
enum number_match number_read_float(struct slice text, float *value);
/* Decimal, or hexadecimal with 0x (VOTable 1.5 section 6 allows it); out of range: NUMBER_NONE. */
enum number_match number_read_integer(struct slice text, int64_t *value);

/* Each writes the shortest text that reads back to the same value, without NUL, and returns its
 * length: `0`, `1.5`, `1e-08`, `NaN`, `+Inf`, `-Inf`. */
size_t number_write_double(char out[NUMBER_ROOM], double value);
size_t number_write_float(char out[NUMBER_ROOM], float value);
size_t number_write_integer(char out[NUMBER_ROOM], int64_t value);

#endif
