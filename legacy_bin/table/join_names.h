/* join_names.h - what the columns of two tables are called in one: names that both have get a suffix, `_1` and `_2`.
 * Names are compared without regard to case, as they are where columns are looked up. */
#ifndef TABLE_JOIN_NAMES_H
#define TABLE_JOIN_NAMES_H

#include "base/text_map.h"
#include "votable/document.h"

/* One owner: starts with the arena, ends with join_names_free(). */
struct join_names {
    struct arena *arena;
    struct text_map used; /* in lower case; number: a bit for each table that has it */
};

/* Names the FIELDs of both TABLEs, where they are. false: no memory. */
bool join_names_part(struct join_names *names, struct vot_node *const tables[2]);
/* A name for a new column: this one, with a suffix if it is in use; in the arena. text NULL: no memory. */
struct slice join_names_new(struct join_names *names, struct slice base);
void join_names_free(struct join_names *names);

#endif
