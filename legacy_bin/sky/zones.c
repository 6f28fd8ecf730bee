/* zones.c - zones are at least as high as the radius, so that a point's partners are in its own zone and the two beside
 * it. Zone 0 and the last one are for points outside the indexed set's declinations. */
#include "sky/zones.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sky/separation.h"

/* Degrees; more than rounding can do to an angle. */
#define MARGIN 1e-9

enum { FEW = 16, DIGIT_BITS = 10, DIGITS = 1 << DIGIT_BITS };

struct zones {
    struct sky_point *points;
    size_t *starts;      /* of each zone in the points, and the end */
    size_t count;        /* zones, with the outer ones */
    double south, north; /* of the points */
    double height, per_degree;
    double radius_arcsec;
    double radius; /* degrees, with the margin */
};

bool sky_point_set(struct sky_point *point, double ra, double dec, uint64_t row) {
    if (!isfinite(ra) || !(dec >= -90 && dec <= 90)) return false;
    if (ra < 0 || ra >= 360) ra = fmod(ra, 360);
    if (ra < 0) ra += 360;
    *point = (struct sky_point){ra < 360 ? ra : 0, dec, row};
    return true;
}

static size_t zone_of(const struct zones *zones, double dec) {
    double zone = floor((dec - zones->south) * zones->per_degree) + 1;
    return zone < 0 ? 0 : zone > (double)(zones->count - 1) ? zones->count - 1 : (size_t)zone;
}

static int compare_points(const void *left, const void *right) {
    const struct sky_point *a = left, *b = right;
    if (a->ra != b->ra) return a->ra < b->ra ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

static void sort_by_ra(struct sky_point *points, size_t count) {
    if (count > FEW) {
        qsort(points, count, sizeof *points, compare_points);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        struct sky_point point = points[i];
        size_t j = i;
        for (; j > 0 && points[j - 1].ra > point.ra; j--) points[j] = points[j - 1];
        points[j] = point;
    }
}

/* By zone, a digit of its number after the other, the lowest first. false: no memory. */
static bool sort_by_zone(const struct zones *zones, struct sky_point *points, size_t count) {
    struct sky_point *scratch = malloc((count + 1) * sizeof *scratch), *from = points, *to = scratch;
    size_t places[DIGITS];
    if (!scratch) return false;
    for (unsigned shift = 0; (zones->count - 1) >> shift > 0; shift += DIGIT_BITS) {
        memset(places, 0, sizeof places);
        for (size_t i = 0; i < count; i++) places[zone_of(zones, from[i].dec) >> shift & (DIGITS - 1)]++;
        for (size_t digit = 0, next = 0; digit < DIGITS; digit++) {
            size_t here = places[digit];
            places[digit] = next;
            next += here;
        }
        for (size_t i = 0; i < count; i++) to[places[zone_of(zones, from[i].dec) >> shift & (DIGITS - 1)]++] = from[i];
        struct sky_point *other = from;
        from = to;
        to = other;
    }
    if (from != points) memcpy(points, from, count * sizeof *points);
    free(scratch);
    return true;
}

/* By zone and right ascension. Where each zone starts, to be freed by the caller; NULL: no memory. */
static size_t *sort_points(const struct zones *zones, struct sky_point *points, size_t count) {
    size_t *starts = malloc((zones->count + 1) * sizeof *starts);
    if (!starts || !sort_by_zone(zones, points, count)) {
        free(starts);
        return NULL;
    }
    size_t next = 0;
    for (size_t zone = 0; zone < zones->count; zone++) {
        starts[zone] = next;
        while (next < count && zone_of(zones, points[next].dec) == zone) next++;
        sort_by_ra(points + starts[zone], next - starts[zone]);
    }
    starts[zones->count] = count;
    return starts;
}

/* From the southernmost point to the northernmost, a few points to each on an average. */
static void choose_zones(struct zones *zones, size_t count) {
    double south = 90, north = -90;
    for (size_t i = 0; i < count; i++) {
        south = fmin(south, zones->points[i].dec);
        north = fmax(north, zones->points[i].dec);
    }
    double range = count > 0 ? north - south : 0;
    zones->south = south;
    zones->north = north;
    zones->height = fmax(zones->radius, range / ((double)count / 4 + 1));
    zones->per_degree = 1 / zones->height;
    zones->count = (size_t)(range / zones->height) + 3;
}

struct zones *zones_open(struct sky_point *points, size_t count, double radius_arcsec, struct error *error) {
    struct zones *zones = calloc(1, sizeof *zones);
    if (zones) {
        *zones =
            (struct zones){.points = points, .radius_arcsec = radius_arcsec, .radius = radius_arcsec / 3600 + MARGIN};
        choose_zones(zones, count);
        zones->starts = sort_points(zones, points, count);
        if (zones->starts) return zones;
    }
    free(zones);
    error_set_memory(error);
    return NULL;
}

/* Whether a point is so near to the set's declinations that it may have partners. */
static bool is_near(const struct zones *zones, const struct sky_point *point) {
    return point->dec >= zones->south - zones->radius && point->dec <= zones->north + zones->radius;
}

/* By how much right ascensions of points within the radius can differ, from any of these points; 360: by anything. */
static double reach_of(const struct zones *zones, const struct sky_point *points, size_t count) {
    const double radian = M_PI / 180;
    double farthest = 0;
    for (size_t i = 0; i < count; i++)
        if (is_near(zones, &points[i])) farthest = fmax(farthest, fabs(points[i].dec));
    if (farthest + zones->radius >= 90 - MARGIN) return 360;
    return asin(sin(zones->radius * radian) / cos(farthest * radian)) / radian + MARGIN;
}

/* The first of the points from `start` on that is not west of a right ascension: it is near, or found by halving. */
static size_t find_west(const struct sky_point *points, size_t start, size_t count, double west) {
    for (size_t i = 0; i < FEW; i++, start++)
        if (start == count || points[start].ra >= west) return start;
    while (start < count) {
        size_t middle = start + (count - start) / 2;
        if (points[middle].ra < west)
            start = middle + 1;
        else
            count = middle;
    }
    return start;
}

/* What goes on while a zone of the points is compared with a zone of the set. */
struct search {
    const struct zones *zones;
    zones_found *found;
    void *context;
};

static bool compare(const struct search *search, const struct sky_point *point, const struct sky_point *other) {
    if (fabs(point->dec - other->dec) > search->zones->radius) return true;
    double separation = separation_degrees(point->ra, point->dec, other->ra, other->dec) * 3600;
    return separation > search->zones->radius_arcsec || search->found(search->context, point, other, separation);
}

/* Both in order of right ascension, so that the start of what is in reach only goes forwards. */
static bool compare_zones(const struct search *search, const struct sky_point *points, size_t count, double reach,
                          const struct sky_point *set, size_t set_count) {
    size_t start = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_near(search->zones, &points[i])) continue;
        double west = points[i].ra - reach, east = points[i].ra + reach;
        if (reach >= 180) {
            west = 0;
            east = 360;
        }
        start = find_west(set, start, set_count, west);
        for (size_t j = start; j < set_count && set[j].ra <= east; j++)
            if (!compare(search, &points[i], &set[j])) return false;
        if (west < 0)
            for (size_t j = set_count; j-- > 0 && set[j].ra >= west + 360;)
                if (!compare(search, &points[i], &set[j])) return false;
        if (east >= 360 && reach < 180)
            for (size_t j = 0; j < set_count && set[j].ra <= east - 360; j++)
                if (!compare(search, &points[i], &set[j])) return false;
    }
    return true;
}

bool zones_search(const struct zones *zones, struct sky_point *points, size_t count, zones_found *found, void *context,
                  struct error *error) {
    struct search search = {zones, found, context};
    size_t *starts = sort_points(zones, points, count);
    if (!starts) return error_set_memory(error);
    bool goes_on = true;
    for (size_t zone = 0; goes_on && zone < zones->count; zone++) {
        const struct sky_point *own = points + starts[zone];
        size_t own_count = starts[zone + 1] - starts[zone];
        if (own_count == 0) continue;
        double reach = reach_of(zones, own, own_count);
        size_t last = zone + 1 < zones->count ? zone + 1 : zone;
        for (size_t other = zone > 0 ? zone - 1 : 0; goes_on && other <= last; other++)
            goes_on = compare_zones(&search, own, own_count, reach, zones->points + zones->starts[other],
                                    zones->starts[other + 1] - zones->starts[other]);
    }
    free(starts);
    return goes_on;
}

void zones_close(struct zones *zones) {
    if (!zones) return;
    free(zones->starts);
    free(zones);
}
