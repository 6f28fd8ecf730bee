/* null_field.h - a FIELD that says, in VALUES, which integer stands for no value. */
#ifndef VOTABLE_NULL_FIELD_H
#define VOTABLE_NULL_FIELD_H

#include "votable/sink.h"

/* The FIELD as it is, but for that null value, which it lacks, to a writer of XML. */
bool null_field_replay(struct sink *xml, const struct vot_node *field, int64_t null, struct error *error);

#endif
