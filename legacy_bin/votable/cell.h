/* cell.h - one value of a row, as it came: text from TABLEDATA, big-endian bytes from BINARY, BINARY2
 * and FITS; turned into text, numbers or other bytes only when somebody asks. */
#ifndef VOTABLE_CELL_H
#define VOTABLE_CELL_H

#include "base/bigendian.h"
#include "base/buffer.h"
#include "base/number.h"
#include "votable/field.h"

enum vot_form {
    VOT_TEXT,  /* UTF-8, entities resolved, blanks kept; length 0: an empty cell */
    VOT_CDATA, /* the same, from a CDATA section */
    VOT_BYTES, /* big-endian items of the field's type, without count prefix */
    VOT_NULL,  /* no value (BINARY2 mask, FITS TNULL, VALUES null in BINARY); length 0 */
};

/* At least so many bytes behind each cell's last may be read (not used), so that copies can go by words. */
enum { VOT_CELL_SLACK = 32 };

struct vot_cell {
    const char *bytes;
    size_t length;
    enum vot_form form;
    unsigned char spare_bits; /* VOT_BYTES of bits: so many of the last byte's low bits are not used */
};

/* Always field_count cells: rows too short are padded with empty ones, extra ones dropped.
 * Valid until the reader's next event. */
struct vot_row {
    const struct vot_cell *cells;
    size_t count;
    /* The same as XML, where it is known to be that: <TR><TD>…</TD><TD>…</TD></TR>, texts without references. */
    struct slice source;
};

/* The text TABLEDATA would have: the cell's own bytes where they are that text, else written into `room`
 * (cleared first). Integers decimal, floats shortest, booleans true/false/empty (`?` in arrays), bits 0/1
 * runs, arrays blank-separated, strings up to their first NUL and valid UTF-8, null empty. VOT_CELL_SLACK holds
 * for the text too, unless it is empty.
 * text == NULL: no memory. */
struct slice vot_cell_text(const struct vot_field *field, const struct vot_cell *cell, struct buffer *room);

/* Whether the cell is one number in binary: vot_item_text() then writes its text more quickly. */
static inline bool vot_cell_is_item(const struct vot_field *field, const struct vot_cell *cell) {
    return cell->form == VOT_BYTES && vot_type_is_number(field->type) && cell->length == vot_type_size(field->type);
}
/* One item of an integer type. */
static inline int64_t vot_item_integer(enum vot_type type, const char *bytes) {
    switch (type) {
    case VOT_TYPE_BYTE: return (unsigned char)bytes[0];
    case VOT_TYPE_SHORT: return (int16_t)bigendian_16(bytes);
    case VOT_TYPE_INT: return (int32_t)bigendian_32(bytes);
    case VOT_TYPE_LONG: return (int64_t)bigendian_64(bytes);
    default: return 0;
    }
}

/* One number's text (of a complex: of one part); returns its length. */
static inline size_t vot_item_text(enum vot_type type, const char *bytes, char out[NUMBER_ROOM]) {
    if (type == VOT_TYPE_DOUBLE || type == VOT_TYPE_DOUBLE_COMPLEX)
        return number_write_double(out, bigendian_double(bytes));
    if (type == VOT_TYPE_FLOAT || type == VOT_TYPE_FLOAT_COMPLEX)
        return number_write_float(out, bigendian_float(bytes));
    return number_write_integer(out, vot_item_integer(type, bytes));
}

/* Null, empty, or equal to the field's VALUES null. NaN is a value. */
bool vot_cell_is_null(const struct vot_field *field, const struct vot_cell *cell);

/* The number in a scalar numeric cell; of an array its first, as NUMBER_PART. NUMBER_NONE for null, empty
 * and unreadable. */
enum number_match vot_cell_double(const struct vot_field *field, const struct vot_cell *cell, double *value);

/* The whole number in a scalar cell of an integer field, to all its digits; false: it has none. */
bool vot_cell_integer(const struct vot_field *field, const struct vot_cell *cell, int64_t *value);

/* `T`, `F` or `?` (unknown), whatever spells it; 0: that is no boolean. */
char vot_boolean_read(struct slice text);
/* The value of a scalar boolean cell; false: it has none. */
bool vot_cell_boolean(const struct vot_field *field, const struct vot_cell *cell, bool *value);

/* The big-endian items of a cell: its own bytes, or written into `room` (cleared first). A fixed-size
 * field gives exactly its size: short strings padded with NUL, a cell without value all NUL, NaN, 0 or `?`,
 * and binary->form is then VOT_NULL, else VOT_BYTES (empty strings and arrays of variable size are values).
 * false with error set, naming field, value and what is accepted: the value does not fit its field. */
bool vot_cell_bytes(const struct vot_field *field, const struct vot_cell *cell, struct buffer *room,
                    struct vot_cell *binary, struct error *error);

/* The null value of an integer field (VALUES null); false: none, or not a value of its type. */
bool vot_field_null_integer(const struct vot_field *field, int64_t *value);
/* VALUES null of a number as its bytes; not NaN, which is a value. */
bool vot_field_null_bytes(const struct vot_field *field, char bytes[8]);

#endif
