/* position.c - the columns that say where on the sky a row is. */
#include "table/position.h"

#include <math.h>

#include "sky/angle.h"

static bool is_ucd(struct slice ucd, const char *wanted) {
    size_t at = 0;
    for (; at < ucd.length; at++) {
        if (byte_is_blank(ucd.text[at])) continue;
        if (!*wanted || strncasecmp(&ucd.text[at], wanted, 1) != 0) return false;
        wanted++;
    }
    return !*wanted;
}

bool position_columns(const struct vot_node *table_node, size_t *ra, size_t *dec) {
    bool has_ra = false, has_dec = false;
    size_t index = 0;
    for (const struct vot_node *field = vot_child(vot_structure(table_node), VOT_FIELD); field;
         field = vot_sibling(field, VOT_FIELD), index++) {
        struct slice ucd = vot_attribute(field, "ucd");
        if (is_ucd(ucd, "pos_eq_ra_main") || is_ucd(ucd, "pos.eq.ra;meta.main")) *ra = index, has_ra = true;
        if (is_ucd(ucd, "pos_eq_dec_main") || is_ucd(ucd, "pos.eq.dec;meta.main")) *dec = index, has_dec = true;
    }
    return has_ra && has_dec;
}

static bool has_ucd(const struct vot_node *field, const char *ucd) {
    return is_ucd(vot_attribute(field, "ucd"), ucd);
}

/* Of another quantity it is not, whatever its name. */
static bool is_named(const struct vot_node *field, const char *name) {
    struct slice unit = slice_trim(vot_attribute(field, "unit"));
    bool has_degrees = unit.length == 0 || slice_equal(unit, SLICE("deg"));
    return has_degrees && slice_equal_nocase(slice_trim(vot_attribute(field, "name")), slice_of(name));
}

static bool find_first(const struct vot_node *table_node,
                       bool (*is_it)(const struct vot_node *field, const char *wanted), const char *wanted,
                       size_t *column) {
    size_t index = 0;
    for (const struct vot_node *field = vot_child(vot_structure(table_node), VOT_FIELD); field;
         field = vot_sibling(field, VOT_FIELD), index++) {
        if (!is_it(field, wanted)) continue;
        *column = index;
        return true;
    }
    return false;
}

/* What the numbers of a column count, in degrees. */
static double unit_degrees(const struct vot_node *table_node, size_t column) {
    static const struct {
        const char *name;
        double degrees;
    } units[] = {
        {"rad", 180 / M_PI},
        {"mrad", 0.18 / M_PI},
        {"arcmin", 1 / 60.0},
        {"arcsec", 1 / 3600.0},
        {"marcsec", 1 / 3600e3},
        {"mas", 1 / 3600e3},
        {"uas", 1 / 3600e6},
        {"h", 15},
        {"hr", 15},
        {"hourangle", 15},
    };
    const struct vot_node *field = vot_child(table_node, VOT_FIELD);
    for (; column > 0; column--) field = vot_sibling(field, VOT_FIELD);
    struct slice unit = slice_trim(vot_attribute(field, "unit"));
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (slice_equal_nocase(unit, slice_of(units[i].name))) return units[i].degrees;
    return 1;
}

static bool find_columns(const struct vot_node *table_node, size_t *ra, size_t *dec) {
    static const char *const names[][2] = {
        {"ra", "dec"}, {"raj2000", "dej2000"}, {"ra_icrs", "de_icrs"}, {"ra_deg", "dec_deg"}, {"radeg", "decdeg"},
    };
    if (position_columns(table_node, ra, dec)) return true;
    if (find_first(table_node, has_ucd, "pos.eq.ra", ra) && find_first(table_node, has_ucd, "pos.eq.dec", dec))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (find_first(table_node, is_named, names[i][0], ra) && find_first(table_node, is_named, names[i][1], dec))
            return true;
    return false;
}

bool position_likely_columns(const struct vot_node *table_node, struct position *position) {
    if (!find_columns(table_node, &position->ra, &position->dec)) return false;
    position->ra_unit = unit_degrees(table_node, position->ra);
    position->dec_unit = unit_degrees(table_node, position->dec);
    return true;
}

enum { ANGLE_LENGTH = 64 }; /* of sexagesimal text */

/* `12 30 00.0`, as catalogues print it, in the form that angle_read_ra() knows. */
static struct slice put_colons(struct slice text, char room[ANGLE_LENGTH]) {
    struct slice colons = {room, 0};
    text = slice_trim(text);
    if (text.length > ANGLE_LENGTH) return text;
    for (size_t i = 0; i < text.length; i++) {
        if (!byte_is_blank(text.text[i]))
            room[colons.length++] = text.text[i];
        else if (!byte_is_blank(text.text[i - 1]))
            room[colons.length++] = ':';
    }
    return colons;
}

static bool read_angle(const struct vot_field *field, const struct vot_cell *cell, struct buffer *room,
                       bool (*read)(struct slice text, double *degrees), double unit, double *degrees) {
    char colons[ANGLE_LENGTH];
    if (vot_cell_is_null(field, cell)) return false;
    bool is_number = vot_type_is_number(field->type);
    if (cell->form == VOT_BYTES && is_number) {
        if (vot_cell_double(field, cell, degrees) != NUMBER_WHOLE || !isfinite(*degrees)) return false;
        *degrees *= unit;
        return true;
    }
    struct slice text = vot_cell_text(field, cell, room);
    if (!text.text) return false;
    if (!is_number) text = put_colons(text, colons);
    if (!read(text, degrees)) return false;
    if (!angle_is_sexagesimal(text)) *degrees *= unit;
    return true;
}

bool position_read(const struct position *position, const struct vot_field *fields, const struct vot_cell *cells,
                   struct buffer *room, double *ra, double *dec) {
    return read_angle(&fields[position->ra], &cells[position->ra], room, angle_read_ra, position->ra_unit, ra) &&
           read_angle(&fields[position->dec], &cells[position->dec], room, angle_read_dec, position->dec_unit, dec);
}
