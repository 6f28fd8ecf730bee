/* root.h - the attributes of VOTABLE as they are written: version and namespace of one standard. */
#ifndef VOTABLE_ROOT_H
#define VOTABLE_ROOT_H

#include "io/output.h"
#include "votable/document.h"

/* The input's own when its version and namespace belong together (and, asked for, have BINARY2), else those
 * of VOTable 1.3; everything else as it came. */
void root_write_attributes(struct output *output, const struct vot_node *root, bool needs_binary2);

#endif
