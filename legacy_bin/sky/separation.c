/* separation.c - the formula of T. Vincenty (Survey Review 23, 1975) on a sphere. */
#include "sky/separation.h"

#include <math.h>

double separation_degrees(double ra1, double dec1, double ra2, double dec2) {
    const double radian = M_PI / 180;
    double turn = (ra2 - ra1) * radian, from = dec1 * radian, to = dec2 * radian;
    double across = cos(to) * sin(turn);
    double along = cos(from) * sin(to) - sin(from) * cos(to) * cos(turn);
    double inner = sin(from) * sin(to) + cos(from) * cos(to) * cos(turn);
    return atan2(hypot(across, along), inner) / radian;
}
