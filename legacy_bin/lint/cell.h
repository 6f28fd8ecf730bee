/* cell.h - whether a cell (or a PARAM's value) holds what its FIELD says. VOTable 1.5, sections 2 and 6. */
#ifndef LINT_CELL_H
#define LINT_CELL_H

#include "lint/rules.h"
#include "lint/schema.h"
#include "lint/xtype.h"
#include "votable/cell.h"

struct lint_column {
    const struct vot_field *field; /* borrowed; NULL: not understood, its cells are not looked at */
    bool is_text;                  /* char, unicodeChar */
    bool is_array;                 /* items separated by blanks: of numbers or booleans */
    bool may_be_empty;             /* as a null, from VOTable 1.3 on */
    size_t step, maximum;          /* array: items in one step (a fixed array: all of them), at most; 0: any */
    int64_t lowest, highest;       /* integers */
    enum lint_xtype xtype;
};

void lint_column_open(struct lint_column *column, const struct vot_field *field, enum lint_version version);
/* RULE_NONE, or the first rule that is broken. VOT_CELL_SLACK bytes behind the text can be read, as with all cells. */
enum lint_rule lint_cell_text(const struct lint_column *column, struct slice text);
/* For BINARY, BINARY2 and FITS. */
enum lint_rule lint_cell_bytes(const struct lint_column *column, const struct vot_cell *cell);
/* What was found there and what is accepted. */
bool lint_cell_explain(const struct lint_column *column, enum lint_rule rule, struct slice text,
                       struct buffer *explanation);

/* "an integer from -32768 to 32767, or 0x and up to 4 digits" */
bool lint_column_describe(const struct lint_column *column, struct buffer *text);

#endif
