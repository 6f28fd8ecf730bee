/* fits_verify.h - whether a FITS file is whole: its structure (FITS 4.0 sections 3 and 4.4) and its checksums
 * (section 4.4.2.7), where it has them. */
#ifndef VOTABLE_FITS_VERIFY_H
#define VOTABLE_FITS_VERIFY_H

#include "io/bytes.h"

/* false with an input error that names the HDU (0: primary): what is wrong with it. */
bool fits_verify(struct byte_reader from, struct error *error);

#endif
