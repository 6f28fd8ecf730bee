/* root.h - the attributes of VOTABLE as they are written: version and namespace of one standard. */
#ifndef VOTABLE_ROOT_H
#define VOTABLE_ROOT_H

#include "io/output.h"
#include "votable/document.h"

/* A version of VOTable and its namespace; text NULL: it has none. */
struct root_version {
    struct slice version, space; /* with a NUL behind them */
    bool has_binary2;
};
/* What root_write_attributes() makes of a root. Versions are in order as texts. */
const struct root_version *root_version(const struct vot_node *root, bool needs_binary2);
/* Whether it is a namespace of any version of VOTable. */
bool root_is_space(struct slice space);
/* Whether an attribute of this name says where a schema is. */
bool root_names_schema(struct slice name);

/* The input's own when its version and namespace belong together (and, asked for, have BINARY2), else those
 * of VOTable 1.3; everything else as it came. */
void root_write_attributes(struct output *output, const struct vot_node *root, bool needs_binary2);

#endif
