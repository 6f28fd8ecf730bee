/* labels.h - what the columns of a table are called where no two may have one name.
 * One owner: {0} to begin with, labels_free() at the end. */
#ifndef TABLE_LABELS_H
#define TABLE_LABELS_H

#include "base/text_map.h"
#include "votable/field.h"

struct labels {
    struct slice *names; /* one for each field: vot_field_label(), with _2, _3, … where that is taken; outer blanks
                            off, blanks of any kind inside one blank (as XML reads tokens) */
    struct text_map taken;
};

bool labels_make(struct labels *labels, const struct vot_table *table, struct error *error);
/* A further name like `wanted`, as long as the labels live. text NULL with error set. */
struct slice labels_add(struct labels *labels, struct slice wanted, struct error *error);
void labels_free(struct labels *labels);

#endif
