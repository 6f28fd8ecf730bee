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

bool position_likely_columns(const struct vot_node *table_node, size_t *ra, size_t *dec) {
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

static bool read_angle(const struct vot_field *field, const struct vot_cell *cell, struct buffer *room,
                       bool (*read)(struct slice text, double *degrees), double *degrees) {
    if (vot_cell_is_null(field, cell)) return false;
    if (cell->form == VOT_BYTES && vot_type_is_number(field->type))
        return vot_cell_double(field, cell, degrees) == NUMBER_WHOLE && isfinite(*degrees);
    struct slice text = vot_cell_text(field, cell, room);
    return text.text && read(text, degrees);
}

bool position_read_ra(const struct vot_field *field, const struct vot_cell *cell, struct buffer *room,
                      double *degrees) {
    return read_angle(field, cell, room, angle_read_ra, degrees);
}

bool position_read_dec(const struct vot_field *field, const struct vot_cell *cell, struct buffer *room,
                       double *degrees) {
    return read_angle(field, cell, room, angle_read_dec, degrees);
}
