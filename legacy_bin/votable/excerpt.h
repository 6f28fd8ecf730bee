/* excerpt.h - a document of its own made of one TABLE, or one RESOURCE, of a larger one whose tree is known: root,
 * what stands at the root, and around a TABLE its RESOURCE with all but its other TABLEs and RESOURCEs; RESOURCEs of
 * type `meta` without TABLEs stay. References hold: a COOSYS, TIMESYS or PARAM that stands elsewhere is brought along,
 * other references to what is not there are left out, and what annotations say of that (annotation.h). */
#ifndef VOTABLE_EXCERPT_H
#define VOTABLE_EXCERPT_H

#include "base/text_map.h"
#include "votable/field.h"

/* The larger document. One owner: excerpt_source_open() … excerpt_source_close() (also after a failed open). */
struct excerpt_source {
    const struct vot_node *root; /* borrowed */
    struct text_map ids;
};

bool excerpt_source_open(struct excerpt_source *source, const struct vot_node *root, struct error *error);
void excerpt_source_close(struct excerpt_source *source);

/* One owner: excerpt_make() … excerpt_free() (also after a failed make). The source must live as long. */
struct excerpt {
    struct arena arena;
    bool is_alone; /* made by excerpt_make_alone() */
    struct vot_node *root;
    struct vot_node *resource;
    struct vot_node *table; /* NULL: it was made of a RESOURCE */
};

/* `part`: a TABLE in a RESOURCE, or a RESOURCE at the root. */
bool excerpt_make(struct excerpt *excerpt, const struct excerpt_source *source, const struct vot_node *part,
                  struct error *error);
/* Only the FIELDs (but for `without`; NULL: all) and GROUPs of a TABLE, and what they refer to: COOSYS, TIMESYS, PARAM
 * and GROUP, which are put into the RESOURCE. There are no rows. */
bool excerpt_make_alone(struct excerpt *excerpt, const struct excerpt_source *source, const struct vot_node *table,
                        const struct vot_node *without, struct error *error);
/* An INFO in the RESOURCE; the texts are borrowed. */
bool excerpt_add_info(struct excerpt *excerpt, struct slice name, struct slice value, struct error *error);
/* An `nrows` that is there is corrected. */
bool excerpt_set_rows(struct excerpt *excerpt, uint64_t rows, struct error *error);
void excerpt_free(struct excerpt *excerpt);

#endif
