/* separation.c - the haversine where positions are near each other, which keeps all digits of small differences; else
 * the formula of T. Vincenty (Survey Review 23, 1975) on a sphere. */
#include "sky/separation.h"

#include <math.h>

double separation_degrees(double ra1, double dec1, double ra2, double dec2) {
    const double radian = M_PI / 180;
    double from = dec1 * radian, to = dec2 * radian, half = radian / 2;
    double up = sin((dec2 - dec1) * half), turn = sin((ra2 - ra1) * half), cosines = cos(from) * cos(to);
    double haversine = up * up + cosines * turn * turn;
    if (haversine < 0.25) return 2 * asin(sqrt(haversine)) / radian;
    double across = cos(to) * sin((ra2 - ra1) * radian);
    double cosine = cos((ra2 - ra1) * radian);
    double along = cos(from) * sin(to) - sin(from) * cos(to) * cosine;
    return atan2(hypot(across, along), sin(from) * sin(to) + cosines * cosine) / radian;
}
