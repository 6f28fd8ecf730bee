/* xtype.h - the extended types that DALI 1.1 defines (section 3.3): which datatype they go with, and what they hold. */
#ifndef LINT_XTYPE_H
#define LINT_XTYPE_H

#include "votable/field.h"

enum lint_xtype {
    XTYPE_NONE, /* none, or one that is looked at no further */
    XTYPE_TIMESTAMP,
    XTYPE_INTERVAL,
    XTYPE_POINT,
    XTYPE_CIRCLE,
    XTYPE_POLYGON,
    XTYPE_COUNT
};

enum lint_xtype lint_xtype_of(struct slice name);
/* Of DALI 1.1 or 1.2, or somebody's own (`adql:POINT`). */
bool lint_xtype_is_known(struct slice name);
const char *lint_xtype_name(enum lint_xtype xtype);
/* NULL, or the datatype and arraysize that it goes with, because the field's are others. */
const char *lint_xtype_wanted(enum lint_xtype xtype, const struct vot_field *field);

/* What a cell holds: a text, or so many numbers (not none), of which so many are NaN or infinite. */
bool lint_xtype_fits_text(enum lint_xtype xtype, struct slice text);
bool lint_xtype_fits_numbers(enum lint_xtype xtype, size_t count, size_t nans, size_t infinities);
const char *lint_xtype_accepted(enum lint_xtype xtype);

#endif
