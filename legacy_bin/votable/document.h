/* document.h - a VOTable's metadata as a tree: everything but the rows.
 * The tree belongs to the reader that builds it (one arena); nodes are never freed on their own and
 * stay valid until vot_close(). Comments, DOCTYPE and processing instructions are not kept. */
#ifndef VOTABLE_DOCUMENT_H
#define VOTABLE_DOCUMENT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/slice.h"

/* Elements of VOTable 1.0 to 1.5, recognised without regard to case and prefix. */
enum vot_element {
    VOT_OTHER, /* not an element of VOTable (MIVOT, VODML, extensions): kept as it is */
    VOT_VOTABLE,
    VOT_RESOURCE,
    VOT_DESCRIPTION,
    VOT_DEFINITIONS,
    VOT_INFO,
    VOT_GROUP,
    VOT_PARAM,
    VOT_PARAMREF,
    VOT_FIELD,
    VOT_FIELDREF,
    VOT_VALUES,
    VOT_MIN,
    VOT_MAX,
    VOT_OPTION,
    VOT_LINK,
    VOT_TABLE,
    VOT_DATA,
    VOT_TABLEDATA, /* these four: one node without children stands where the rows are */
    VOT_BINARY,
    VOT_BINARY2,
    VOT_FITS,
    VOT_STREAM,
    VOT_COOSYS,
    VOT_TIMESYS,
    VOT_TEXT_NODE, /* character data between elements; `text` is set, nothing else */
};

struct vot_attribute {
    struct slice name;  /* as spelled, with its prefix: `ID`, `xlink:href`, `xmlns` */
    struct slice value; /* entities resolved */
};

struct vot_node {
    enum vot_element element;
    struct slice name; /* as spelled, with its prefix: `TABLE`, `vot:TABLE` */
    const struct vot_attribute *attributes;
    size_t attribute_count;
    struct slice text; /* VOT_TEXT_NODE only */
    bool is_cdata;     /* VOT_TEXT_NODE: came as a CDATA section, and is written back as one */
    unsigned long line;
    struct vot_table *table;          /* VOT_TABLEDATA … VOT_FITS: what their rows are (field.h) */
    const struct vot_node *structure; /* VOT_TABLE whose `ref` names one before it: that one */
    struct vot_node *parent;
    struct vot_node *first_child, *last_child, *next;
};

/* The standard spelling (`FIELDref`), NULL for VOT_OTHER and text. */
const char *vot_element_name(enum vot_element element);
enum vot_element vot_element_of(struct slice local_name);

/* Name without prefix. */
struct slice vot_local_name(struct slice name);
/* `name` with the prefix that `like` has, in `room` (freed by the caller, who looks whether it is complete). */
struct slice vot_name_like(struct buffer *room, const struct vot_node *like, const char *name);
/* The value of an attribute, compared without regard to case; one with a namespace prefix counts when there is none
 * without; text == NULL: absent. */
struct slice vot_attribute(const struct vot_node *node, const char *name);
/* The name of the attribute at `index`, in the standard spelling (`ID`, `datatype`) if VOTable has it. */
struct slice vot_attribute_name(const struct vot_node *node, size_t index);
/* The ID of an element of VOTable; {NULL, 0}: it has none, or is another node. */
struct slice vot_node_id(const struct vot_node *node);
/* First child (next sibling) of a kind, or NULL. */
const struct vot_node *vot_child(const struct vot_node *node, enum vot_element element);
const struct vot_node *vot_sibling(const struct vot_node *node, enum vot_element element);
/* The node behind `node` in document order, inside `top`; NULL: that was the last. */
const struct vot_node *vot_next_node(const struct vot_node *node, const struct vot_node *top);
size_t vot_count_children(const struct vot_node *node, enum vot_element element);
/* The TABLE whose FIELDs the rows of a TABLE have: itself, or, when it has none, the one its `ref` names. */
const struct vot_node *vot_structure(const struct vot_node *table);
/* The text directly inside, outer blanks kept; in the arena, {NULL, 0} when there is none. */
struct slice vot_node_text(const struct vot_node *node, struct arena *arena);

/* The first RESOURCE that is a child of VOTABLE; and its first TABLE, or,
 * when it has none, that of its first RESOURCE that has one. */
const struct vot_node *vot_first_resource(const struct vot_node *root);
const struct vot_node *vot_first_table(const struct vot_node *root);

#endif
