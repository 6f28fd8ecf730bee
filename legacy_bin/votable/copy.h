/* copy.h - nodes copied into an arena, where they can be changed. */
#ifndef VOTABLE_COPY_H
#define VOTABLE_COPY_H

#include <stdint.h>

#include "votable/document.h"

/* The node alone, as the last child of `parent` (NULL: it has none). It shares texts and attributes with the
 * original, which must live as long. NULL: no memory. */
struct vot_node *copy_node(const struct vot_node *node, struct vot_node *parent, struct arena *arena);
/* The node and all inside it, in the same way, without rows. */
struct vot_node *copy_tree(const struct vot_node *node, struct vot_node *parent, struct arena *arena);
/* The same with texts and attributes of its own. */
struct vot_node *copy_tree_whole(const struct vot_node *node, struct vot_node *parent, struct arena *arena);
/* An element without attributes, in the namespace of `like`; it has no parent. NULL: no memory. */
struct vot_node *copy_new(enum vot_element element, const struct vot_node *like, struct arena *arena);
/* The node becomes the last child. */
void copy_append(struct vot_node *parent, struct vot_node *child);

/* The attribute gets this value, in place of its old one or behind the others; the array is a new one in the arena,
 * the texts are the caller's. */
bool copy_set_attribute(struct vot_node *node, struct slice name, struct slice value, struct arena *arena);
/* An `nrows` that a TABLE has says `rows` then. */
bool copy_correct_rows(struct vot_node *table, uint64_t rows, struct arena *arena);
/* A TABLE that has its structure from another one gets FIELDs of its own, copies of those, and refers to it no more. */
bool copy_structure(struct vot_node *table, struct arena *arena);
/* Without the attribute at `index`. */
bool copy_drop_attribute(struct vot_node *node, size_t index, struct arena *arena);

#endif
