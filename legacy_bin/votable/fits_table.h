/* fits_table.h - one table as a FITS binary table extension (FITS 4.0 section 7.3). Arrays of variable length all
 * get the length of the longest: readers of streams (STILTS) know no heap. */
#ifndef VOTABLE_FITS_TABLE_H
#define VOTABLE_FITS_TABLE_H

#include "votable/fits_card.h"
#include "votable/row_spool.h"

struct fits_table {
    const struct vot_table *table;
    struct row_spool *rows; /* its strings are texts; not closed here */
    struct slice name;      /* EXTNAME */
    bool is_inside; /* a VOTable, whose FIELDs say null values of real numbers; a column of `char(*)` is at least `2A`
                       there: STILTS takes an `A` for one character */
    bool has_metadata; /* identifiers and UCDs of columns, and the RESOURCE's INFO and PARAM, as keywords */
};

bool fits_table_write(const struct fits_table *table, struct fits_out *out, struct error *error);
void fits_primary_write(struct fits_out *out);

#endif
