/* sink_crew.h - the rows of a large table made into bytes by several threads (row_crew.h); for sink.c. */
#ifndef VOTABLE_SINK_CREW_H
#define VOTABLE_SINK_CREW_H

#include "votable/sink.h"

/* Before a row, when the table has many cells: whether it and those that follow are made by a crew. */
bool sink_crew_begin(struct sink *sink, const struct vot_table *table);
/* The row whose number is in sink->rows, counted from 1. An error is that of an earlier row. */
bool sink_crew_row(struct sink *sink, const struct vot_row *row, struct error *error);
/* All rows are made and put; the crew is gone. Without one: true. */
bool sink_crew_finish(struct sink *sink, struct error *error);
/* Rows that are not yet put are given up. */
void sink_crew_close(struct sink *sink);

#endif
