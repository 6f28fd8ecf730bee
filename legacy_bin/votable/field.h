/* field.h - what a column holds: datatype, shape, null value; and a table as its rows need it.
 * VOTable 1.5, section 2.1 (datatypes), 2.2 (arraysize), 5.5 (null values). */
#ifndef VOTABLE_FIELD_H
#define VOTABLE_FIELD_H

#include <stdint.h>

#include "base/error.h"
#include "votable/document.h"

enum vot_type {
    VOT_TYPE_BOOLEAN,
    VOT_TYPE_BIT,
    VOT_TYPE_BYTE, /* unsignedByte */
    VOT_TYPE_SHORT,
    VOT_TYPE_INT,
    VOT_TYPE_LONG,
    VOT_TYPE_CHAR,
    VOT_TYPE_UNICODE, /* unicodeChar, UCS-2/UTF-16 big-endian in binary */
    VOT_TYPE_FLOAT,
    VOT_TYPE_DOUBLE,
    VOT_TYPE_FLOAT_COMPLEX,
    VOT_TYPE_DOUBLE_COMPLEX,
};

struct vot_field {
    const struct vot_node *node; /* FIELD or PARAM */
    enum vot_type type;
    bool has_arraysize; /* an arraysize attribute that is not empty and not "1" */
    bool is_variable;   /* `*`, `16*`, `3x*`: each cell says how many items it has */
    size_t items;       /* fixed: items in each cell (1 for a scalar); variable: items in one step of the
                           last dimension (`3x*`: 3) */
    size_t maximum;     /* variable with a bound (`16*`): the bound in items; 0: none */
    struct slice null;  /* VALUES null attribute; text == NULL: none */
    int64_t null_integer;
    bool has_null_integer; /* it is a value of an integer type */
};

extern const struct vot_type_facts {
    const char *name;
    unsigned char size;
    bool is_integer, is_number;
    int64_t minimum, maximum; /* of integers */
} vot_type_facts[];

/* Bytes of one item in binary serialisations; bits count as 0 (eight in a byte, each cell padded). */
static inline size_t vot_type_size(enum vot_type type) {
    return vot_type_facts[type].size;
}

static inline const char *vot_type_name(enum vot_type type) {
    return vot_type_facts[type].name;
}

/* byte short int long */
static inline bool vot_type_is_integer(enum vot_type type) {
    return vot_type_facts[type].is_integer;
}

/* Integers, float and double. */
static inline bool vot_type_is_number(enum vot_type type) {
    return vot_type_facts[type].is_number;
}

/* char, unicodeChar */
static inline bool vot_type_is_string(enum vot_type type) {
    return type == VOT_TYPE_CHAR || type == VOT_TYPE_UNICODE;
}

/* The range of an integer type. */
static inline int64_t vot_type_minimum(enum vot_type type) {
    return vot_type_facts[type].minimum;
}

static inline int64_t vot_type_maximum(enum vot_type type) {
    return vot_type_facts[type].maximum;
}

static inline bool vot_type_holds(enum vot_type type, int64_t value) {
    return vot_type_is_integer(type) && value >= vot_type_minimum(type) && value <= vot_type_maximum(type);
}

bool vot_field_is_number(const struct vot_field *field);      /* one number a cell */
bool vot_field_has_dimensions(const struct vot_field *field); /* the arraysize has an x */
/* false with error set (line, name, what was found, what is accepted) on a bad datatype or arraysize. */
bool vot_field_parse(const struct vot_node *node, struct vot_field *field, struct error *error);

/* The dimensions of the arraysize, the one that varies fastest first, the last one 0 when it is variable; a scalar has
 * none. Returns how many there are, of which the first VOT_DIMENSIONS are set. */
enum { VOT_DIMENSIONS = 32 };
size_t vot_field_dimensions(const struct vot_field *field, size_t dimensions[VOT_DIMENSIONS]);

struct vot_table {
    const struct vot_node *node; /* TABLE */
    const struct vot_field *fields;
    size_t field_count;
    enum vot_element serialization; /* VOT_TABLEDATA, VOT_BINARY, VOT_BINARY2, VOT_FITS */
    uint64_t rows;                  /* counted so far; all of them after VOT_ROWS_END */
};

/* A TABLE ready for rows in this serialization (VOT_OTHER: it has none); in the arena. NULL: a bad FIELD, with error
 * set, or without: more metadata than fit in the arena. */
struct vot_table *vot_table_parse(const struct vot_node *node, enum vot_element serialization, struct arena *arena,
                                  struct error *error);
/* Whether rows of a TABLE were met already. */
bool vot_has_rows(const struct vot_node *table);

/* Column label of common reports: name, else ID, else ucd, else colN with N the 0-based index
 * (in the table's order); the slice may point into `room`. */
struct slice vot_field_label(const struct vot_field *field, size_t index, char room[32]);

#endif
