/* cell_words.c - cells in words: what a column holds, and what is wrong with a cell. */
#include <inttypes.h>

#include "lint/cell.h"
#include "lint/report.h"

bool lint_column_describe(const struct lint_column *column, struct buffer *text) {
    switch (column->field->type) {
    case VOT_TYPE_BOOLEAN: return buffer_append_string(text, "true, false, T, F, 1, 0 or ?");
    case VOT_TYPE_BIT: return buffer_append_string(text, "0 or 1");
    case VOT_TYPE_CHAR: return buffer_append_string(text, "an ASCII character");
    case VOT_TYPE_UNICODE: return buffer_append_string(text, "a character up to U+FFFF");
    case VOT_TYPE_BYTE:
    case VOT_TYPE_SHORT:
    case VOT_TYPE_INT:
    case VOT_TYPE_LONG:
        return buffer_append_format(text, "an integer from %" PRId64 " to %" PRId64 ", or 0x and up to %zu digits",
                                    column->lowest, column->highest, 2 * vot_type_size(column->field->type));
    default: return buffer_append_string(text, "a number like -1.5e3, NaN, +Inf or -Inf");
    }
}

static bool append_count(const struct lint_column *column, struct buffer *text) {
    const struct vot_field *field = column->field;
    if (!field->is_variable) return buffer_append_format(text, "%zu", column->step);
    if (column->step > 1 && !buffer_append_format(text, "a multiple of %zu", column->step)) return false;
    if (!column->maximum) return true;
    return buffer_append_format(text, "%sat most %zu", column->step > 1 ? ", " : "", column->maximum);
}

bool lint_cell_explain(const struct lint_column *column, enum lint_rule rule, struct slice text,
                       struct buffer *explanation) {
    const struct vot_field *field = column->field;
    const char *type = vot_type_name(field->type);
    size_t room = field->is_variable ? field->maximum : field->items;
    if (!buffer_append_format(explanation, "'%.*s' ", SHOWN(text))) return false;
    switch (rule) {
    case RULE_CELL_EMPTY:
        return buffer_append_string(explanation, "is empty, which an integer may be from VOTable 1.3 on");
    case RULE_CELL_COUNT:
        return buffer_append_format(explanation, "has a wrong number of items for %s%s (", type,
                                    column->is_array ? " arrays" : "") &&
               append_count(column, explanation) && buffer_append_string(explanation, ")");
    case RULE_CELL_OVERFLOW: return buffer_append_format(explanation, "is more than a %s can hold", type);
    case RULE_CELL_TEXT:
    case RULE_CELL_ASCII:
        return buffer_append_format(explanation, "has a character that %s cannot hold (%s)", type,
                                    field->type == VOT_TYPE_CHAR ? "ASCII only" : "up to U+FFFF only");
    case RULE_CELL_LENGTH: return buffer_append_format(explanation, "is longer than the arraysize allows (%zu)", room);
    case RULE_CELL_XTYPE:
        return buffer_append_format(explanation, "does not fit xtype %s (%s)", lint_xtype_name(column->xtype),
                                    lint_xtype_accepted(column->xtype));
    case RULE_CELL_BITS: return buffer_append_string(explanation, "has padding bits that are not 0");
    default:
        return buffer_append_format(explanation, "is no %s (", type) && lint_column_describe(column, explanation) &&
               buffer_append_string(explanation, ")");
    }
}
