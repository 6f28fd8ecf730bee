/* measure_crew.h - rows added to measures; of many, the numbers are read by several threads (row_crew.h). What comes
 * out has the same bits. One owner: {…} to begin with, measure_crew_close() at the end. */
#ifndef TABLE_MEASURE_CREW_H
#define TABLE_MEASURE_CREW_H

#include "table/measures.h"

struct measure_crew {
    struct measures *measures; /* borrowed */
    const struct vot_table *table;
    unsigned threads;          /* at most; 0: one for each processor */
    struct row_crew *crew;     /* NULL: rows are added one by one */
    uint64_t rows, cell_count; /* added so far */
};

/* An error may be that of a row before. */
bool measure_crew_add(struct measure_crew *crew, const struct vot_row *row, struct error *error);
/* All rows are in the measures. */
bool measure_crew_finish(struct measure_crew *crew, struct error *error);
void measure_crew_close(struct measure_crew *crew);

#endif
