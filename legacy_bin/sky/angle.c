/* angle.c - sexagesimal text to degrees and back. */
#include "sky/angle.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "base/number.h"

bool angle_is_sexagesimal(struct slice text) {
    return text.length > 0 && memchr(text.text, ':', text.length) != NULL;
}

/* Digits with at most one point; no sign, no exponent. */
static bool read_part(struct slice part, bool may_have_fraction, double *value) {
    size_t points = 0;
    for (size_t i = 0; i < part.length; i++) {
        if (part.text[i] == '.')
            points++;
        else if (part.text[i] < '0' || part.text[i] > '9')
            return false;
    }
    return points <= may_have_fraction && number_read_double(part, value) == NUMBER_WHOLE;
}

static bool read_angle(struct slice text, double per_unit, double *degrees) {
    text = slice_trim(text);
    if (!angle_is_sexagesimal(text)) return number_read_double(text, degrees) == NUMBER_WHOLE && isfinite(*degrees);
    bool is_negative = text.text[0] == '-';
    if (is_negative || text.text[0] == '+') text.text++, text.length--;
    double sum = 0, scale = 1;
    for (int parts = 1;; parts++, scale /= 60) {
        const char *colon = memchr(text.text, ':', text.length);
        struct slice part = {text.text, colon ? (size_t)(colon - text.text) : text.length};
        double value;
        if (parts > 3 || !read_part(part, !colon, &value) || (parts > 1 && value >= 60)) return false;
        sum += value * scale;
        if (!colon) break;
        text.length -= part.length + 1;
        text.text = colon + 1;
    }
    *degrees = (is_negative ? -sum : sum) * per_unit;
    return true;
}

bool angle_read_ra(struct slice text, double *degrees) {
    return read_angle(text, angle_is_sexagesimal(text) ? 15 : 1, degrees);
}

bool angle_read_dec(struct slice text, double *degrees) {
    return read_angle(text, 1, degrees);
}

/* `value` (not negative, below a thousand) as DD:MM:SS.s; values from `turn` on start again. */
static void write_parts(char *room, size_t size, const char *sign, double value, double turn, int decimals) {
    uint64_t steps = 1;
    for (int i = 0; i < decimals; i++) steps *= 10;
    uint64_t second = (uint64_t)llround(value * 3600 * (double)steps);
    if (turn > 0) second %= (uint64_t)turn * 3600 * steps;
    snprintf(room, size, "%s%02d:%02d:%0*.*f", sign, (int)(second / (3600 * steps)), (int)(second / (60 * steps) % 60),
             decimals > 0 ? 3 + decimals : 2, decimals, (double)(second % (60 * steps)) / (double)steps);
}

const char *angle_write_ra(char room[ANGLE_ROOM], double degrees, int decimals) {
    double turned = fmod(degrees, 360);
    write_parts(room, ANGLE_ROOM, "", (turned < 0 ? turned + 360 : turned) / 15, 24, decimals);
    return room;
}

const char *angle_write_dec(char room[ANGLE_ROOM], double degrees, int decimals, bool has_plus) {
    const char *sign = signbit(degrees) ? "-" : has_plus ? "+" : "";
    write_parts(room, ANGLE_ROOM, sign, fmin(fabs(degrees), 999), 0, decimals);
    return room;
}
