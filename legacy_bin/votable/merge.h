/* merge.h - documents put together in one, as far as their metadata goes: one root, everything that stands around
 * the RESOURCEs in front of them all (or behind, where it stood behind), no ID twice.
 * Each document is read twice: its whole tree is given to merge_add(), in order; when all are known, the head is
 * written, the RESOURCEs of each document as they are read again, and the tail. */
#ifndef VOTABLE_MERGE_H
#define VOTABLE_MERGE_H

#include "base/text_map.h"
#include "votable/root.h"
#include "votable/sink.h"

/* What the second reading of a document needs. One owner: {0} to begin with, merge_input_free() at the end, when the
 * tail is written: the head borrows its texts. */
struct merge_input {
    struct text_map renamed;    /* value: what an ID is called in the whole */
    struct text_map spaces;     /* prefixes that mean something else in the whole; value: what they mean here */
    struct slice default_space; /* of elements without prefix, where those of VOTable have one */
    bool has_prefix;            /* its elements of VOTable have one: it is left out */
    bool moves_description;     /* that of the root goes into the first RESOURCE */
    size_t resources, tables;   /* top-level RESOURCEs; TABLEs with or without rows */
    uint64_t rows;              /* of all tables; the caller's */
};

/* One owner: {0} to begin with, merge_free() at the end. */
struct merge {
    struct arena arena;
    struct text_map ids;                        /* all in use; number: the last suffix tried */
    struct text_map spaces;                     /* prefixes, value: what they mean */
    struct vot_node root;                       /* VOTABLE, its attributes so far */
    struct vot_node head, tail;                 /* their children stand around the RESOURCEs */
    struct vot_node *description, *definitions; /* NULL: none */
    struct merge_frame *frames;                 /* COOSYS and TIMESYS in the head */
    const struct root_version *version;         /* the highest so far */
    struct slice schema_space;                  /* the namespace for which the root's schemas are */
};

/* The tree of the next document, which was read to its end. False with error set. */
bool merge_add(struct merge *merge, const struct vot_node *root, struct merge_input *input, struct error *error);
/* `needs_binary2`: the version must have it, whatever the documents say. */
bool merge_write_head(struct merge *merge, bool needs_binary2, struct sink *sink, struct error *error);
bool merge_write_tail(struct merge *merge, struct sink *sink, struct error *error);
void merge_free(struct merge *merge);

/* An element of the document as it is called in the whole, changed where it is: prefix, ID, references. In its
 * START event for those inside RESOURCEs; `is_top`: it declares the namespaces that are used inside it. */
bool merge_adopt(const struct merge_input *input, struct vot_node *node, bool is_top, struct arena *arena,
                 struct error *error);
void merge_input_free(struct merge_input *input);

/* For merge_add(): gives a name to each ID of a document, but for those that are in input->renamed already. */
bool merge_name_ids(struct text_map *ids, const struct vot_node *root, bool is_first, struct merge_input *input,
                    struct error *error);

#endif
