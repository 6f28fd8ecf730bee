/* unit.h - units as VOUnits 1.1 (IVOA Recommendation) writes them: "km/s", "10**-3erg.s**-1.cm**-2", "sqrt(Hz)". */
#ifndef LINT_UNIT_H
#define LINT_UNIT_H

#include "base/slice.h"

/* Whether it is one; otherwise *at says from where it is not understood. */
bool unit_check(struct slice unit, struct slice *at);

#endif
