/* join_columns.h - what two tables are joined by: what is asked for, and the columns that it means. */
#ifndef TABLE_JOIN_COLUMNS_H
#define TABLE_JOIN_COLUMNS_H

#include "table/column_choice.h"
#include "table/join_input.h"
#include "table/position.h"

enum join_by { JOIN_BY_COMMON, JOIN_BY_COLUMN, JOIN_BY_POSITION };
enum join_kind { JOIN_INNER, JOIN_LEFT, JOIN_RIGHT, JOIN_FULL };

struct join_request {
    enum join_kind kind;         /* which rows without match are kept */
    enum join_by by;             /* the first name in both tables; */
    struct column_choice choice; /* … these columns, one for both tables or one for each; */
    double radius_arcsec;        /* … positions that are not farther apart */
    bool is_best;                /* the nearest or first match alone of each row of table 1 */
    bool as_text;                /* also of columns of numbers */
    bool has_row_numbers;
};

struct join_columns {
    size_t key[2]; /* by column */
    struct position position[2];
    bool as_text;          /* keys are compared so */
    struct slice label[2]; /* what to call them: `id`, `ra, dec`; in the arena of their table */
};

/* Of both inputs. false with error set, naming the column and the table that lacks it. */
bool join_choose_columns(const struct join_request *request, const struct join_input *inputs,
                         struct join_columns *columns, struct error *error);

#endif
