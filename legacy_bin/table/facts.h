/* facts.h - what votinfo tells of a document: looked up in its tree, written for people or to the OPset channel.
 * "RES" is the first RESOURCE, "TAB" its first table. */
#ifndef TABLE_FACTS_H
#define TABLE_FACTS_H

#include "io/output.h"
#include "votable/field.h"

struct facts {
    const struct vot_node *root;     /* VOTABLE */
    const struct vot_node *resource; /* RES; NULL: there is none */
    const struct vot_node *table;    /* TAB; NULL: there is none */
    const struct vot_table *data;    /* its rows; NULL: no DATA */
    struct arena *arena;             /* for joined texts */
};

/* After the whole document was read. */
struct facts facts_of(const struct vot_node *root, struct arena *arena);

uint64_t facts_rows(const struct facts *facts);
uint64_t facts_columns(const struct facts *facts);          /* 0 without DATA */
const char *facts_serialization(const struct facts *facts); /* TABLEDATA BINARY BINARY2 FITS none */
/* Elements of a kind in the whole document. */
uint64_t facts_count_all(const struct facts *facts, enum vot_element element);
/* DESCRIPTION of a node, blanks and line breaks as they are; text NULL: none. */
struct slice facts_description(const struct facts *facts, const struct vot_node *node);
/* 0: QUERY_STATUS is OK, 1: another value, -1: there is none. Looked for in RES, the first RESOURCE of
 * type results, the root. */
int facts_query_status(const struct facts *facts);

/* The reports: the summary, with the fields (detail 1) and their descriptions (detail 2) ... */
void facts_write_summary(const struct facts *facts, const char *name, unsigned detail, struct output *output);
/* ... the column table, or one attribute (`ID`, `name`, `ucd`) a line ... */
void facts_write_columns(const struct facts *facts, bool with_descriptions, struct output *output);
void facts_write_attribute(const struct facts *facts, const char *attribute, struct output *output);
/* ... `NAME = VALUE` of the INFOs or PARAMs of RES. */
void facts_write_values(const struct facts *facts, enum vot_element element, struct output *output);

/* Everything, as keys of the OPset channel. */
void facts_tell(const struct facts *facts);

#endif
