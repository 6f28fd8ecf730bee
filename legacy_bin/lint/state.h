/* state.h - a check under way; for the files of this folder only. */
#ifndef LINT_STATE_H
#define LINT_STATE_H

#include "io/source.h"
#include "lint/cell.h"
#include "lint/references.h"
#include "lint/report.h"
#include "lint/schema.h"
#include "votable/rows.h"
#include "votable/stream.h"
#include "votable/tabledata.h"
#include "votable/tree.h"
#include "votable/xml.h"

enum { LINT_DEPTH = 256 };

/* An element that is open. */
struct lint_frame {
    const struct lint_element *element;
    struct slice prefix, space; /* of its name; the namespace */
    struct lint_place place;    /* of its start tag */
    content_state state;        /* of its content */
    bool is_told;               /* its content is wrong, and it was said */
    bool has_text;              /* … that text has no place in it */
    struct vot_node *node;      /* NULL: TR, TD */
    uint64_t rows;              /* TABLE: read so far */
    bool has_rows;              /* TABLE: they were counted */
};

/* The rows of the TABLE that is open. */
struct lint_rows {
    const struct vot_node *data; /* TABLEDATA, BINARY, …; NULL: none are being read */
    struct vot_table table;      /* its FIELDs */
    struct lint_column *columns; /* one a FIELD */
    bool is_understood;          /* all FIELDs are */
    struct tabledata tabledata;  /* either this */
    bool is_lane_open;           /* … the lane may read on where the window starts */
    struct lint_place *places;   /* of the row's TDs, where expat reads it */
    struct stream *stream;       /* … or this, */
    struct row_source *source;   /* NULL until the first row */
    struct lint_place stream_at; /* its start tag */
    bool is_over;                /* there are no more rows, or none that can be read */
    bool has_text;               /* STREAM with href: it has text, and it was said */
};

struct lint {
    struct lint_report report;
    struct lint_schema schema;
    struct lint_references references;
    struct text_map names; /* "parent name" of elements that should have different names */
    struct source *source;
    const char *argument;
    struct xml xml;
    struct tree tree;
    struct slice space; /* of the root: VOTable's own elements */
    bool has_version;   /* the root was understood */
    bool is_stopped;    /* nothing more can be checked */
    bool no_lane;
    bool is_short;    /* of memory */
    unsigned skipped; /* elements open that are not looked at */
    unsigned depth;
    struct lint_frame frames[LINT_DEPTH];
    unsigned long unknown_line; /* of which expat did not see all, so that its columns are not true */
    struct lint_rows rows;
};

/* walk.c: what expat meets is looked at from now on. */
void lint_walk(struct lint *lint);
/* The place of what expat reads now; the innermost element. */
struct lint_place lint_here(const struct lint *lint);
static inline struct lint_frame *lint_top(struct lint *lint) {
    return &lint->frames[lint->depth - 1];
}
/* The namespace of a prefix where an element with these attributes stands; text NULL: none is declared. */
struct slice lint_space_of(struct lint *lint, struct slice prefix, const char *const *attributes);

/* attribute.c */
struct slice lint_attribute_value(const char *const *attributes, const char *name);
void lint_attributes(struct lint *lint, const struct lint_element *element, const char *const *attributes,
                     const struct vot_node *node, struct lint_place place);
/* VOTABLE's version and namespace; opens the schema. */
void lint_version(struct lint *lint, const char *const *attributes, struct lint_place place);

/* element.c: what the schema does not say of an element: when it opens, when all of it is known. */
void lint_element_start(struct lint *lint, const struct lint_frame *frame);
void lint_element_end(struct lint *lint, const struct lint_frame *frame);
/* What to call a FIELD or PARAM. */
struct slice lint_field_name(const struct vot_node *node);

/* rows.c: TABLEDATA, BINARY, BINARY2 or FITS in its place opens and closes; */
void lint_rows_open(struct lint *lint, const struct vot_node *data);
void lint_rows_close(struct lint *lint);
/* elements and text inside; false: an element that is not to be looked at; */
bool lint_rows_start(struct lint *lint, struct slice name, const char *const *attributes, struct lint_place place);
void lint_rows_end(struct lint *lint, struct slice name);
void lint_rows_text(struct lint *lint, struct slice text);
void lint_rows_cdata(struct lint *lint, bool begins);
/* whether rows can be read without expat now, and reading them (false: error set). */
bool lint_rows_are_ready(const struct lint *lint);
bool lint_rows_read(struct lint *lint, struct error *error);

#endif
