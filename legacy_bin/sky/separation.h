/* separation.h - the angle between two directions. */
#ifndef SKY_SEPARATION_H
#define SKY_SEPARATION_H

/* All in degrees; exact to rounding at every distance, also at the poles and opposite each other. */
double separation_degrees(double ra1, double dec1, double ra2, double dec2);

#endif
