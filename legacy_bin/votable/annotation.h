/* annotation.h - annotations by data models (MIVOT 1.0: a VODML element in a RESOURCE of type `meta`) of a document
 * that has lost columns or tables: what they say of these goes with them, the rest stays.
 * An ATTRIBUTE that refers to a lost column goes, or when it has a value, too, loses its reference; a PRIMARY_KEY goes.
 * A REFERENCE goes with its FOREIGN_KEY, and what a WHERE restricts goes with that: without, they would say something
 * else. TEMPLATES and JOIN go with their table; a REFERENCE with the INSTANCE that it leads to; and what has lost all
 * that was in it goes itself, but for VODML. */
#ifndef VOTABLE_ANNOTATION_H
#define VOTABLE_ANNOTATION_H

#include "votable/document.h"

bool annotation_is(const struct vot_node *node);

/* What is lost, by what annotations call it: the ID of a FIELD, PARAM or TABLE, or its name. */
struct annotation_loss {
    /* `templates`: the TEMPLATES around a reference to a column, NULL: none. */
    bool (*has_column)(const void *context, const struct vot_node *templates, struct slice reference);
    bool (*has_table)(const void *context, struct slice reference);
    const void *context;
};

/* Changes a VODML element where it stands. false: no memory. */
bool annotation_mend(struct vot_node *vodml, const struct annotation_loss *loss, struct arena *arena);

#endif
