/* radix.h - a stable sort by 64-bit keys, least significant byte first. */
#ifndef TABLE_RADIX_H
#define TABLE_RADIX_H

#include "table/sort.h"

/* Ascending; `scratch` has room for as many. */
void radix_sort(struct sorted_row *rows, struct sorted_row *scratch, size_t count);

#endif
