/* expression.h - conditions and computed values over the rows of a table: compiled once, evaluated a row at a time,
 * reading only the cells that count. Grammar and meaning: the manual page of votselect.
 *
 *     struct expression *expression = expression_parse(text, &error);         syntax only
 *     expression_bind(expression, &scope, &error)                             columns and types
 *     expression_test(expression, &row, &is_true, &error)                     each row
 *     expression_free(expression);
 *
 * Logic is SQL's, three-valued: a comparison with a cell that has no value is neither true nor false. */
#ifndef TABLE_EXPRESSION_H
#define TABLE_EXPRESSION_H

#include "votable/cell.h"

/* Refused beyond. */
enum { EXPRESSION_LENGTH = 1 << 17, EXPRESSION_NESTING = 100, EXPRESSION_DEPTH = 1000 };

enum expression_type { EXPRESSION_BOOLEAN, EXPRESSION_INTEGER, EXPRESSION_REAL, EXPRESSION_TEXT };

/* The value of a row: a boolean is an integer 0 or 1. An integer that leaves 64 bits goes on as a real number. */
struct expression_value {
    enum { VALUE_NULL, VALUE_INTEGER, VALUE_REAL, VALUE_TEXT } form;
    union {
        int64_t integer;
        double real;       /* never NaN: that is null */
        struct slice text; /* valid until the expression is evaluated again, or the row is gone */
    };
};

struct expression;

/* A name for the value of another expression, which is bound already and outlives those that use it. */
struct expression_name {
    struct slice name;
    struct expression *expression;
};

/* What names may mean. Columns of the table go before the others. */
struct expression_scope {
    const struct vot_table *table;
    const struct expression_name *names;
    size_t name_count;
};

struct expression_row {
    const struct vot_cell *cells; /* those of the table */
    uint64_t number;              /* in the table, from 0; no two rows that are evaluated have the same */
};

/* NULL with error set: character, rest of the text, and what is expected there. The text is copied. */
struct expression *expression_parse(struct slice text, struct error *error);
/* Finds the columns; may be done again with another table. */
bool expression_bind(struct expression *expression, const struct expression_scope *scope, struct error *error);
/* false with error set unless it is a condition; after binding. */
bool expression_is_condition(const struct expression *expression, struct error *error);
enum expression_type expression_type(const struct expression *expression);
/* Whether its text may be other than ASCII. */
bool expression_is_unicode(const struct expression *expression);

/* false with error set: not enough memory, or a text that grew too long. */
bool expression_evaluate(struct expression *expression, const struct expression_row *row,
                         struct expression_value *value, struct error *error);
bool expression_test(struct expression *expression, const struct expression_row *row, bool *is_true,
                     struct error *error);
/* The value as the cell of a column of expression_type() (integers: long, reals: double); valid as long as the value.
 */
bool expression_cell(struct expression *expression, const struct expression_row *row, struct vot_cell *cell,
                     struct error *error);
void expression_free(struct expression *expression);

#endif
