/* column_choice.h - the columns that somebody asks for, by number, name, ID or UCD, in the order asked for. */
#ifndef TABLE_COLUMN_CHOICE_H
#define TABLE_COLUMN_CHOICE_H

#include "table/ranges.h"
#include "votable/field.h"

enum column_key {
    COLUMN_NUMBER,
    COLUMN_NAME,
    COLUMN_ID,
    COLUMN_UCD,
    COLUMN_ANY, /* a name, else an ID, else a UCD, else a number */
};

struct column_request {
    enum column_key key;
    struct range range; /* COLUMN_NUMBER; else: */
    struct slice value; /* in the arena */
};

/* {0}: nothing asked for. Freed by column_choice_free(). */
struct column_choice {
    struct column_request *requests;
    size_t count;
    struct arena arena;
};

/* A range list, or values separated by commas; one with a comma stands in double quotes. */
bool column_choice_add(struct column_choice *choice, enum column_key key, const char *text, struct error *error);
void column_choice_free(struct column_choice *choice);

struct chosen_columns {
    size_t *columns; /* freed by the caller */
    size_t count;
};

/* Of a table, and of columns that are added to it (numbered behind its own; found by name, not by number).
 * Each once. All that have the value asked for, as it is spelt, else in any case. Added ones that were not asked for
 * come last. With nothing asked for all; `is_excluding`: all others. false with error set: one cannot be found. */
bool column_choice_resolve(const struct column_choice *choice, const struct vot_table *table, const struct slice *added,
                           size_t added_count, bool is_excluding, struct chosen_columns *chosen, struct error *error);

#endif
