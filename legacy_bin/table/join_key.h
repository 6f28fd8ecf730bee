/* join_key.h - what a cell is worth as a key: two cells are equal when their keys are, whatever their columns' types.
 * Numbers are equal by value: integers exactly, up to 64 bits, a real number with an integer when it is that integer.
 * The value of a float column is a float, however it is written. */
#ifndef TABLE_JOIN_KEY_H
#define TABLE_JOIN_KEY_H

#include "votable/cell.h"

struct join_key {
    enum join_key_kind {
        JOIN_KEY_NONE,    /* empty, null, NaN, or no number in a column of numbers: equal to nothing */
        JOIN_KEY_INTEGER, /* every number that is an integer of 64 bits */
        JOIN_KEY_REAL,    /* every other */
        JOIN_KEY_TEXT,
    } kind;
    uint64_t bits;     /* the integer; the double's own; a hash of the text */
    struct slice text; /* without outer blanks; valid as long as the cell and the room */
};

/* Whether a column holds one number a cell. */
bool join_key_is_number(const struct vot_field *field);
/* The key in a cell, as a number or as text. `room` is for texts that are made. false: no memory. */
bool join_key_read(const struct vot_field *field, const struct vot_cell *cell, bool as_text, struct buffer *room,
                   struct join_key *key);

static inline bool join_key_equal(const struct join_key *a, const struct join_key *b) {
    return a->bits == b->bits && a->kind == b->kind && (a->kind != JOIN_KEY_TEXT || slice_equal(a->text, b->text));
}

#endif
