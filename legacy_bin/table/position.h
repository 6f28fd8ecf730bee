/* position.h - the position columns of a table. */
#ifndef TABLE_POSITION_H
#define TABLE_POSITION_H

#include "votable/cell.h"

/* The last FIELD of each kind: pos.eq.ra;meta.main (or POS_EQ_RA_MAIN) and pos.eq.dec;meta.main (or POS_EQ_DEC_MAIN),
 * without regard to case and blanks. false: one of them is missing. */
bool position_columns(const struct vot_node *table_node, size_t *ra, size_t *dec);

struct position {
    size_t ra, dec;           /* columns */
    double ra_unit, dec_unit; /* of their numbers, in degrees; 1 where the FIELD names no unit of angles */
};

/* For what the original lacks: these; without them the first ones of pos.eq.ra and pos.eq.dec, or else of usual names
 * (ra and dec, RAJ2000 and DEJ2000, …) whose unit, if there is one, is degrees. */
bool position_likely_columns(const struct vot_node *table_node, struct position *position);

/* Degrees. Text with colons or blanks is sexagesimal, a right ascension then in hours. false: none, or no number (or
 * not enough memory). */
bool position_read(const struct position *position, const struct vot_field *fields, const struct vot_cell *cells,
                   struct buffer *room, double *ra, double *dec);

#endif
