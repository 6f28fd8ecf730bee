/* tree.h - the metadata tree while it grows: nodes in an arena, and the character data that is not a node yet. */
#ifndef VOTABLE_TREE_H
#define VOTABLE_TREE_H

#include "base/buffer.h"
#include "base/text_map.h"
#include "votable/document.h"

/* One owner; starts zeroed, ends with tree_free(). */
struct tree {
    struct arena arena;
    struct vot_node *root;
    struct vot_node *current; /* the innermost open element */
    struct text_map tables;   /* by their ID; number: the node */
    struct buffer text;       /* character data since the last node */
    bool is_cdata;            /* … and it is that of a CDATA section */
};

/* An element opens inside `current` and becomes it. `attributes`: name, value, …, NULL as expat has them.
 * NULL: no memory, or more metadata than the arena's maximum. */
struct vot_node *tree_open(struct tree *tree, const char *name, const char *const *attributes, unsigned long line);
/* `current` closes; returns it. */
struct vot_node *tree_close(struct tree *tree);

bool tree_add_text(struct tree *tree, struct slice text);
/* The character data so far becomes a node (*node), or nothing where it is empty or, outside CDATA, blank.
 * false: no memory, or too much of it. */
bool tree_take_text(struct tree *tree, unsigned long line, struct vot_node **node);
void tree_free(struct tree *tree);

#endif
