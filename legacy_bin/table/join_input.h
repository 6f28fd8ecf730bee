/* join_input.h - a table that is joined: the first of its document, which is read once to know it, and then as often as
 * its rows are wanted. One owner: {0} but for `again`, join_input_read() ... join_input_close(). */
#ifndef TABLE_JOIN_INPUT_H
#define TABLE_JOIN_INPUT_H

#include "votable/again.h"

struct join_input {
    struct again again;            /* its argument and spool are set */
    const char *name;              /* to be shown */
    struct vot_reader *reader;     /* at the document's end; stays open for its tree */
    const struct vot_table *table; /* the first, with or without rows; NULL: there is none */
    uint64_t rows;
    size_t ordinal; /* of its rows among those of all tables; SIZE_MAX: it has none */
};

/* The whole document; its rows are passed over. false with error set, or refused without a word. */
bool join_input_read(struct join_input *input, struct error *error);
void join_input_close(struct join_input *input);

/* The rows of the table, from the first. One owner: {0} to begin with, join_rows_open() ... join_rows_close(). */
struct join_rows {
    struct join_input *input;
    struct vot_reader *reader;
    uint64_t number; /* rows shown so far */
};

bool join_rows_open(struct join_rows *rows, struct join_input *input, struct error *error);
/* The next row, valid until the next call; NULL: there is no further one, or error set: also when they are not as many
 * as before. */
const struct vot_row *join_rows_next(struct join_rows *rows, struct error *error);
void join_rows_close(struct join_rows *rows);

#endif
