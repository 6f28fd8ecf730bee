/* tabledata.h - a row put together from expat's events: what the fast lane (lane.h) leaves to it. */
#ifndef VOTABLE_TABLEDATA_H
#define VOTABLE_TABLEDATA_H

#include "votable/cell.h"

/* A row's text beyond this is refused. */
#define TABLEDATA_ROW_MAXIMUM ((size_t)256 << 20)

/* One owner: tabledata_open() … tabledata_close(). */
struct tabledata {
    struct vot_cell *cells; /* field_count of them; the fast lane fills them too */
    size_t field_count;
    size_t column;      /* of the TD that is open or comes next */
    unsigned depth;     /* 0: in TABLEDATA, 1: in TR, 2: in TD, more: in elements inside TD */
    bool is_in_cdata;   /* in a CDATA section */
    struct buffer text; /* the row's cells, one after the other */
};

bool tabledata_open(struct tabledata *tabledata, size_t field_count);
/* NULL, or what is accepted where this element stands. */
const char *tabledata_start(struct tabledata *tabledata, struct slice local_name);
/* Whether this was the end of a row (then the cells are complete); *ok false: no memory. */
bool tabledata_end(struct tabledata *tabledata, bool *ok);
/* false: more text than a row may have. */
bool tabledata_text(struct tabledata *tabledata, struct slice text);
void tabledata_cdata(struct tabledata *tabledata, bool begins);
void tabledata_close(struct tabledata *tabledata);

#endif
