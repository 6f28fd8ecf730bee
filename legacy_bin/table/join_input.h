/* join_input.h - a table that is joined: the first of its document, whose rows are read as often as they are wanted.
 * One owner: {0} to begin with, join_input_open() … join_input_close(). */
#ifndef TABLE_JOIN_INPUT_H
#define TABLE_JOIN_INPUT_H

#include "votable/again.h"

struct join_input {
    const char *name;              /* to be shown */
    const struct vot_table *table; /* with or without rows; NULL: there is none */
    bool is_known;                 /* the document was read to its end: its tree is whole, and */
    uint64_t rows;                 /* … these are all */

    /* private */
    struct again again;
    struct vot_reader *tree;   /* the first reader, which stays open for its tree */
    struct vot_reader *reader; /* whose rows are read now; NULL: none are left */
    size_t ordinal;            /* of the rows among those of all tables; SIZE_MAX: it has none */
    uint64_t number;           /* rows read so far */
};

/* As far as the table's columns; where an outer RESOURCE may still show another table, or there are no rows, to the
 * end. false with error set, or refused without a word. */
bool join_input_open(struct join_input *input, const char *argument, struct error *error);
/* The rows from the first: the first time, or again when all were read. */
bool join_input_start(struct join_input *input, struct error *error);
/* The next row, valid until the next call; NULL: there is no further one, or error set: also when they are not as many
 * as before. */
const struct vot_row *join_input_next(struct join_input *input, struct error *error);
void join_input_close(struct join_input *input);

#endif
