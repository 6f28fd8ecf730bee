/* sink_crew.h - the rows of a large table made into bytes by several threads; for sink.c.
 * Rows are packed and handed out a batch at a time; what was made of them is put into the output in their order. */
#ifndef VOTABLE_SINK_CREW_H
#define VOTABLE_SINK_CREW_H

#include "votable/sink.h"

/* A table with fewer cells is written sooner than threads are made. */
enum { SINK_CREW_CELLS = 1 << 17 };

/* Before a row: whether it and those that follow are made by a crew; if not, this is not worth asking again. */
bool sink_crew_begin(struct sink *sink, const struct vot_table *table);
/* The row whose number is in sink->rows, counted from 1. An error is that of an earlier row. */
bool sink_crew_row(struct sink *sink, const struct vot_row *row, struct error *error);
/* All rows are made and put; the crew is gone. Without one: true. */
bool sink_crew_finish(struct sink *sink, struct error *error);
/* Rows that are not yet put are given up. */
void sink_crew_close(struct sink *sink);

#endif
