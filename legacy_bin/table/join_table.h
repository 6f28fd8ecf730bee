/* join_table.h - the table that a join makes: the document around it, its columns, its rows.
 * One owner: {0} to begin with, join_table_make() … join_table_free(). What it is made of must live as long. */
#ifndef TABLE_JOIN_TABLE_H
#define TABLE_JOIN_TABLE_H

#include "table/join_columns.h"
#include "table/matches.h"
#include "votable/excerpt.h"
#include "votable/merge.h"

struct join_table {
    const struct vot_table *table; /* the result */
    const char *title;             /* `A and B` */

    /* private */
    const struct join_request *request;
    const struct join_input *inputs;
    const struct join_columns *columns;
    struct arena arena;
    struct excerpt_source sources[2];
    struct excerpt excerpts[2];
    struct merge merge;
    struct merge_input merged[2];
    struct vot_node root, *resource, *table_node, *rows_info;
    size_t counts[2]; /* columns that are from each input */
    bool has_key2;    /* the key column of table 2 stays */
    bool is_widened;  /* the key column of table 1 has another type in the result */
    struct vot_cell *cells;
    struct buffer room;
    struct number_room {
        char bytes[8 + VOT_CELL_SLACK];
    } numbers[3]; /* of added columns, and for a key */
};

bool join_table_make(struct join_table *joined, const struct join_request *request, const struct join_input *inputs,
                     const struct join_columns *columns, struct error *error);
/* Before it is written. */
bool join_table_set_rows(struct join_table *joined, uint64_t rows, struct error *error);
/* A row of both tables that match, or of one alone: the other's cells are NULL, and of `match` only its own row number
 * counts. Valid until the next call. */
bool join_table_row(struct join_table *joined, const struct vot_cell *first, const struct vot_cell *second,
                    const struct match *match, struct vot_row *row, struct error *error);
/* The whole document; `rows` as in sink_replay(). */
bool join_table_write(struct join_table *joined, struct sink *sink, sink_rows_of *rows, void *context,
                      struct error *error);
void join_table_free(struct join_table *joined);

#endif
