/* narrow.h - a table made one of other columns: its fields, its FIELD elements, and what refers to them.
 * The tree is changed where it stands, in the reader's arena: its TABLE may still be open. */
#ifndef TABLE_NARROW_H
#define TABLE_NARROW_H

#include "base/text_map.h"
#include "table/column_choice.h"

/* {0} to begin with, narrow_free() at the end. */
struct narrow {
    const struct vot_node *table;
    struct arena *arena;
    struct text_map ids;   /* of the FIELDs that were removed */
    struct text_map names; /* of the same; number 1: one that is left has it as its name or ID */
    size_t dropped_count;  /* FIELDs that were removed */
};

/* A FIELD for a new column, in the TABLE's namespace; NULL: no memory. `unit` empty: none. */
struct vot_node *narrow_new_field(const struct vot_node *table_node, struct slice name, const char *datatype,
                                  struct slice unit, struct arena *arena);

/* The table with the chosen columns; those behind the table's own are `added` FIELDs. In the arena, NULL with error
 * set. The FIELDs of its TABLE are the same; FIELDref and PARAMref to others are gone, and GROUPs that had no more, and
 * what annotations say of them (annotation.h). */
struct vot_table *narrow_table(struct narrow *narrow, const struct vot_table *table,
                               const struct chosen_columns *chosen, struct vot_node *const *added, struct arena *arena,
                               struct error *error);
/* GROUPs and annotations, which refer to columns. */
bool narrow_concerns(const struct vot_node *node);
/* The same for one that is read later; *is_left false: nothing of it. false with error set: no memory. */
bool narrow_part(struct narrow *narrow, struct vot_node *part, bool *is_left, struct error *error);
void narrow_free(struct narrow *narrow);

#endif
