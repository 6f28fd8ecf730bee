/* zones.h - positions that are near each other: two sets put into zones of declination and, in each zone, in order of
 * right ascension, then walked together. Right at the poles, where right ascension starts again, and for every radius.
 * The method is that of J. Gray, M. Nieto-Santisteban and A. Szalay (MSR-TR-2006-52). */
#ifndef SKY_ZONES_H
#define SKY_ZONES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct sky_point {
    double ra, dec; /* degrees: 0 … 360, -90 … 90 */
    uint64_t row;   /* the caller's */
};

/* false: it is no position. A right ascension outside 0 … 360 is brought there. */
bool sky_point_set(struct sky_point *point, double ra, double dec, uint64_t row);

/* One set, in which others are searched. One owner: zones_open() … zones_close(). */
struct zones;

/* The points are sorted where they are, and borrowed until zones_close(). The radius is 0 … 180 degrees.
 * NULL with error set. */
struct zones *zones_open(struct sky_point *points, size_t count, double radius_arcsec, struct error *error);

/* Called for each pair that is not farther apart than the radius, in no particular order; false ends the search. */
typedef bool zones_found(void *context, const struct sky_point *point, const struct sky_point *in_zones,
                         double separation_arcsec);
/* `points` are sorted where they are. false: `found` returned it, or error set. */
bool zones_search(const struct zones *zones, struct sky_point *points, size_t count, zones_found *found, void *context,
                  struct error *error);
void zones_close(struct zones *zones);

#endif
