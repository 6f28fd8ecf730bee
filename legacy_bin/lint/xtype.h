/* xtype.h - the extended types that DALI 1.1 (section 3.3) defines, and those of TAP 1.0 (section 2.5): which
 * datatype they go with, and what their texts look like. Others are nobody's business. */
#ifndef LINT_XTYPE_H
#define LINT_XTYPE_H

#include "votable/field.h"

enum lint_xtype {
    XTYPE_NONE, /* none, or one that is not known here */
    XTYPE_TIMESTAMP,
    XTYPE_ADQL_TIMESTAMP,
    XTYPE_ADQL_POINT,
    XTYPE_ADQL_REGION,
    XTYPE_INTERVAL,
    XTYPE_POINT,
    XTYPE_CIRCLE,
    XTYPE_POLYGON,
    XTYPE_MOC,
    XTYPE_UUID,
    XTYPE_COUNT
};

enum lint_xtype lint_xtype_of(struct slice name);
const char *lint_xtype_name(enum lint_xtype xtype);
/* NULL, or the datatype and arraysize that it goes with, because the field's are others. */
const char *lint_xtype_wanted(enum lint_xtype xtype, const struct vot_field *field);
/* Of a text that is not empty. */
bool lint_xtype_fits(enum lint_xtype xtype, struct slice text);
const char *lint_xtype_accepted(enum lint_xtype xtype);

#endif
