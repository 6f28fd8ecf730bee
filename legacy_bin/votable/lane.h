/* lane.h - the fast lane: rows of TABLEDATA scanned without expat.
 * It knows <TR>, <TD>, their empty forms, blanks between tags, text in UTF-8 and the predefined entities, and
 * nothing else: at any other byte (attributes, comments, CDATA, `]]>`, control characters, carriage returns in
 * text, invalid UTF-8, other cases of letters) the row is left to expat, from where the last row ended.
 * So it accepts only what expat accepts, and every error and odd construct stays expat's. */
#ifndef VOTABLE_LANE_H
#define VOTABLE_LANE_H

#include "votable/cell.h"

/* Bytes behind `end` that must be there and zero. */
enum { LANE_SLACK = 64 };

enum lane_status {
    LANE_ROW,  /* a whole row was read */
    LANE_MORE, /* the text ends inside a row */
    LANE_ALIEN /* something the lane does not know comes next: leave it to expat */
};

struct lane {
    const char *at; /* in: where to read; out: behind the last whole row, in which text was changed (entities) */
    const char *end;
    unsigned long lines; /* lines passed over; added to */
    size_t columns;      /* out: cells that the last row had, when they were asked for */
    struct slice source; /* out: vot_row.source of the last row, likewise */
};

/* One row. Its first `count` cells are set (pointing into the text), cells it lacks are made empty,
 * cells it has too many are passed over. */
enum lane_status lane_row(struct lane *lane, struct vot_cell *cells, size_t count);
/* All rows up to the first that is not whole or not known (never LANE_ROW); their number is added to *rows. */
enum lane_status lane_skip(struct lane *lane, uint64_t *rows);
/* The same, but only the first of them is looked into; of the others neither lines nor rows are counted. What ends them
 * are the tags of a TABLEDATA, comments, CDATA sections and processing instructions. */
enum lane_status lane_leap(struct lane *lane);

#endif
