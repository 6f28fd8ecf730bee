/* ucd.h - Unified Content Descriptors: the syntax of UCD1+ (IVOA Recommendation 1.1) and the controlled list of its
 * words (version 1.6). UCD1 ("POS_EQ_RA_MAIN") and SIA 1.0's "VOX:…" are let be. */
#ifndef LINT_UCD_H
#define LINT_UCD_H

#include "base/slice.h"

enum ucd_fault {
    UCD_FINE,
    UCD_SYNTAX,
    UCD_UNKNOWN,
    UCD_NOT_FIRST, /* a word that only follows others */
    UCD_NOT_LATER, /* a word that only comes first */
};

/* *word: the one at fault. */
enum ucd_fault ucd_check(struct slice ucd, struct slice *word);
/* "is not in the list of UCD1+ words" */
const char *ucd_fault_text(enum ucd_fault fault);

#endif
