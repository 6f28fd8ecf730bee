/* references.h - IDs of a document and what refers to them: each ID once, each reference to one that exists and is
 * of a kind that makes sense. VOTable 1.5, section 3.2. */
#ifndef LINT_REFERENCES_H
#define LINT_REFERENCES_H

#include "lint/report.h"
#include "votable/document.h"

struct lint_reference;

/* One owner; starts zeroed, ends with references_close(). */
struct lint_references {
    struct text_map ids;
    struct arena arena;
    struct lint_reference *first, *last;
    bool is_partial; /* there were more IDs than are kept */
};

/* `node` NULL: an element that is not kept (TR, TD). Both copy what they are given. false: no memory. */
bool references_define(struct lint_references *references, struct slice id, struct slice element,
                       const struct vot_node *node, struct lint_place place, struct lint_report *report);
bool references_use(struct lint_references *references, struct slice id, struct slice element,
                    const struct vot_node *node, struct lint_place place);
/* The node with this ID so far, or NULL. */
const struct vot_node *references_find(const struct lint_references *references, struct slice id);
/* The document is over. */
void references_finish(struct lint_references *references, struct lint_report *report);
void references_close(struct lint_references *references);

#endif
