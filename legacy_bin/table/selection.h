/* selection.h - which rows and columns of a table are wanted: conditions, row numbers, columns chosen and computed.
 *
 *     struct selection selection = {.top = UINT64_MAX, .sample = 1};
 *     selection_add_condition(&selection, "vmag < 1", &error) …            what is asked for
 *     selection_begin(&selection, table, arena, &error)                    the table: selection.result is what becomes
 * of it selection_take(&selection, row, &is_taken, &error)                   each row selection_make_row(&selection,
 * row, &made, &error)                   … that is taken selection_free(&selection); */
#ifndef TABLE_SELECTION_H
#define TABLE_SELECTION_H

#include "table/column_choice.h"
#include "table/expression.h"
#include "table/narrow.h"

struct added_column {
    struct slice name, unit; /* of the text it was given in */
    struct expression *expression;
};

struct selection {
    /* Asked for: */
    struct expression **conditions; /* all must hold */
    size_t condition_count;
    struct added_column *added;
    struct expression_name *names; /* theirs, for expressions */
    size_t added_count;
    struct column_choice choice;
    bool is_excluding; /* … says which columns go */
    struct ranges rows;
    bool has_rows;        /* `rows` counts, else all are wanted */
    uint64_t top, sample; /* at most so many, every so many-th of them */

    /* In a table: */
    const struct vot_table *source; /* borrowed */
    struct vot_table *result;       /* in the arena */
    struct chosen_columns chosen;
    struct narrow narrow;
    struct ranges rows_left;
    struct vot_cell *cells; /* of one result row */
    uint64_t read, matched, selected;
};

bool selection_add_condition(struct selection *selection, const char *text, struct error *error);
/* `NAME=EXPRESSION` or `NAME [UNIT]=EXPRESSION`; a bracket at the start belongs to the name. The text is borrowed. */
bool selection_add_column(struct selection *selection, const char *text, struct error *error);
bool selection_add_rows(struct selection *selection, const char *text, struct error *error);
/* Not every row is taken. */
bool selection_is_of_rows(const struct selection *selection);

/* Finds the columns and changes the TABLE's FIELDs (narrow.h); may be done again with another table. */
bool selection_begin(struct selection *selection, const struct vot_table *table, struct arena *arena,
                     struct error *error);
/* The next row of the table: *is_taken, or not. */
bool selection_take(struct selection *selection, const struct vot_row *row, bool *is_taken, struct error *error);
/* Begun: the result has all columns of the table, in their order, and no others. */
bool selection_keeps_columns(const struct selection *selection);
/* No row that follows is taken. */
bool selection_is_over(const struct selection *selection);
/* The result of the row that was taken last. */
bool selection_make_row(struct selection *selection, const struct vot_row *row, struct vot_row *made,
                        struct error *error);
void selection_free(struct selection *selection);

#endif
