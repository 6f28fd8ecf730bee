/* metadata.h - what a document says of its table, as JSON objects; they are YAML, too (1.2.2, section 1.3). */
#ifndef TABLE_METADATA_H
#define TABLE_METADATA_H

#include "base/buffer.h"
#include "votable/field.h"

/* The members of one object, appended to a buffer. {.out = …}, between braces that the caller writes. */
struct members {
    struct buffer *out;
    const char *between; /* members; NULL: ", " */
    bool has_any;
    bool has_failed; /* no memory */
};

/* `"name": `, behind a comma where one is needed; the value is the caller's. */
void members_add(struct members *members, const char *name);
void members_key(struct members *members, struct slice name);
void members_text(struct members *members, const char *name, struct slice text);
/* The attributes of a node but for those named (NULL: none; ends with NULL) and what its DESCRIPTION says. */
void members_attributes(struct members *members, const struct vot_node *node, const char *const *left_out);
/* `description`, where there is one. */
void members_description(struct members *members, const struct vot_node *node);
/* Of a FIELD or PARAM: `values` {"null", "min" {"value", "inclusive"}, "max", "options"} and `links`. */
void members_values(struct members *members, const struct vot_node *field);
/* `name`: a list of all elements of a kind that describe the table, those next to it first: in it, in the RESOURCEs
 * around it and in the root, as far as they have come. Nothing where there is none. A PARAM has its value typed as a
 * cell is (json_cell.h), other elements what stands in them as `text`. */
void members_elements(struct members *members, const char *name, const struct vot_node *table,
                      enum vot_element element);

#endif
