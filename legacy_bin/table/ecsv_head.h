/* ecsv_head.h - the header of ECSV 1.0 (Astropy Proposal for Enhancement 6): YAML, a column each line, then the line of
 * names. */
#ifndef TABLE_ECSV_HEAD_H
#define TABLE_ECSV_HEAD_H

#include "base/buffer.h"
#include "votable/field.h"

struct ecsv_head {
    const struct vot_table *table;
    const struct slice *names; /* of the columns, all different */
    const struct slice *masks; /* of the columns with their masks, which stand behind all others; text NULL: none */
};

bool ecsv_append_head(struct buffer *line, const struct ecsv_head *head);
/* A cell, between quotes where it holds something special, or where readers would take blanks off it, or the line for a
 * comment. */
bool ecsv_append_cell(struct buffer *line, struct slice text);

#endif
