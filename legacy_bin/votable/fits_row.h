/* fits_row.h - rows that wait in a spool as the rows of a FITS binary table (FITS 4.0 section 7.3). */
#ifndef VOTABLE_FITS_ROW_H
#define VOTABLE_FITS_ROW_H

#include "votable/fits_card.h"
#include "votable/row_spool.h"

/* A column of the FITS table. */
struct fits_plan {
    char code;
    uint64_t repeat; /* items in each row, bytes for A, bits for X */
    size_t width;    /* bytes in the row */
    bool has_null;   /* TNULL */
    int64_t null;
};

/* The rows of a spool whose strings are texts; a plan for each FIELD, `width` is that of all columns. With
 * `has_stated_nulls` a real number that has no value is its FIELD's VALUES null, if there is one, not NaN. */
bool fits_rows_write(struct row_spool *spool, const struct vot_table *table, const struct fits_plan *plans,
                     size_t width, bool has_stated_nulls, struct fits_out *out, struct error *error);

#endif
