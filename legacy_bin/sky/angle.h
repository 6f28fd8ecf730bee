/* angle.h - angles as people write them: sexagesimal or decimal. */
#ifndef SKY_ANGLE_H
#define SKY_ANGLE_H

#include "base/slice.h"

enum { ANGLE_ROOM = 32 };

/* `12:30:00.0`, `-45:00` or a decimal number; with colons a right ascension is in hours, without in degrees,
 * and nothing is guessed. Minutes and seconds are below 60. false: it is none of these. */
bool angle_read_ra(struct slice text, double *degrees);
bool angle_read_dec(struct slice text, double *degrees);
bool angle_is_sexagesimal(struct slice text);

/* Rounded first, so that 60 never shows: `HH:MM:SS.s` with `decimals` (at most 9), in 0 … 24 hours; and
 * `DD:MM:SS.s` with a minus sign where it is due, a plus sign when asked for. Both return `room`. */
const char *angle_write_ra(char room[ANGLE_ROOM], double degrees, int decimals);
const char *angle_write_dec(char room[ANGLE_ROOM], double degrees, int decimals, bool has_plus);

#endif
