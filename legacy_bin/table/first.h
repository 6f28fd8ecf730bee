/* first.h - the one table that single-table output is about: vot_first_table(), while the document streams.
 * A table of a nested RESOURCE is it only as long as the outer one shows none of its own: what is written
 * for it waits in a spool until the document is over. */
#ifndef TABLE_FIRST_H
#define TABLE_FIRST_H

#include "io/spool.h"
#include "votable/field.h"

/* As far as the tree is known: a nested table may lose this later. `table_node` is a TABLE. */
bool first_table_is(const struct vot_node *table_node);
/* A RESOURCE that is a child of VOTABLE, but not the first one. */
bool first_is_other_resource(const struct vot_node *node);

/* Owns what waits; {0} to begin with, first_output_close() at the end. */
struct first_output {
    struct output *waiting; /* NULL: nothing waits */
    struct spool *spool;
    bool is_begun; /* first_output_rows() was called, and that table has not been dropped */
};

/* At each TABLE's start: what waits for an earlier table is dropped when this is the first one. */
void first_output_start(struct first_output *first, const struct vot_node *table_node);
/* The same at any START event, for text that has room for one RESOURCE; false with error set: there is another one. */
bool first_output_only(struct first_output *first, const struct vot_node *node, struct error *error);
/* Where the rows of the first table are to be written: `output`, or a spool. NULL with error set. */
struct output *first_output_rows(struct first_output *first, const struct vot_table *table, struct output *output,
                                 struct error *error);
/* The document is over: what still waits goes to `output`. */
bool first_output_end(struct first_output *first, struct output *output, struct error *error);
void first_output_close(struct first_output *first);

/* The rows of the first table as they stand after the last event; NULL: there is no table, or no DATA. */
const struct vot_table *first_table_data(const struct vot_node *root);

#endif
