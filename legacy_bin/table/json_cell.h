/* json_cell.h - cells as JSON values (RFC 8259), typed as their FIELDs say.
 * No value is null. Booleans and bits are true and false; numbers have all their digits, in text those that it has;
 * what is not finite is the string "NaN", "Infinity" or "-Infinity". A complex number is [real, imaginary]. Arrays are
 * lists, in lists for each further dimension, the one that varies fastest innermost; an array of characters with more
 * than one dimension is a list of strings, without the blanks that fill them up. */
#ifndef TABLE_JSON_CELL_H
#define TABLE_JSON_CELL_H

#include "votable/cell.h"

/* One owner: {0} but for the first member, json_cells_free() at the end. */
struct json_cells {
    bool has_bare_words; /* NaN, Infinity and -Infinity without quotes, as ECSV has them */
    struct json_column *columns;
    struct buffer bytes, text;
};

/* Before the cells of these fields (borrowed). false: an arraysize with more dimensions than lists are made for. */
bool json_cells_begin(struct json_cells *cells, const struct vot_field *fields, size_t count, struct error *error);
/* false with error set: the cell does not fit its field, or no memory. */
bool json_cells_append(struct json_cells *cells, size_t index, const struct vot_cell *cell, struct buffer *out,
                       struct error *error);
void json_cells_free(struct json_cells *cells);

/* Text, not a list of characters: one dimension or none. */
bool json_cells_is_string(const struct json_cells *cells, size_t index);
/* Its text, valid until the next call; {NULL, 0} without error: no value (NULL in a mask, or equal to VALUES null). */
struct slice json_cells_string(struct json_cells *cells, size_t index, const struct vot_cell *cell,
                               struct error *error);

#endif
