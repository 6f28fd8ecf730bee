/* row_encoder.h - rows as the bytes of BINARY or BINARY2 (VOTable 1.5 sections 5.3 and 5.4). */
#ifndef VOTABLE_ROW_ENCODER_H
#define VOTABLE_ROW_ENCODER_H

#include "io/output.h"
#include "votable/cell.h"

/* What a column's cells have in common, as far as headers must say it. */
struct column_facts {
    bool has_null;
    uint64_t longest;    /* items; of strings: bytes of UTF-8; of numbers that are no arrays nobody counts */
    uint64_t shortest;   /* the same, of the cells that have a value; UINT64_MAX: none has */
    unsigned char *used; /* integers: a bit for each of the USED_VALUES smallest values of the type */
};
enum { USED_VALUES = 65536 };

/* The null value of an integer field; others have NaN, '?', NUL or nothing in them. */
struct null_value {
    bool is_set;
    int64_t value;
};

/* Zero-initialised but for the first members; ends with row_encoder_free(). */
struct row_encoder {
    const struct vot_table *table; /* borrowed */
    bool has_mask;                 /* BINARY2 */
    bool has_texts; /* strings are text in UTF-8, whatever their FIELD says: bytes behind a count of them */
    const struct null_value *nulls; /* BINARY: what stands for no value, one for each field; NULL: has_mask */
    struct column_facts *facts;     /* gathered here when not NULL, one for each field; the array is the caller's */
    struct buffer row;              /* the last row */
    struct buffer room, text;
    uint64_t rows;
};

/* Puts the row's bytes into encoder->row. */
bool row_encode(struct row_encoder *encoder, const struct vot_row *row, struct error *error);
/* The row of this number, from 0, behind what `output` has. */
bool row_encode_to(struct row_encoder *encoder, const struct vot_row *row, uint64_t number, struct output *output,
                   struct error *error);
void row_encoder_free(struct row_encoder *encoder);

/* The field's VALUES null, or when it has none that is of its type, the smallest value no cell has.
 * false: every value of the type is used. */
bool column_null(const struct vot_field *field, const struct column_facts *facts, int64_t *value);

#endif
