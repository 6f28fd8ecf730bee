/* selection.c - rows and columns of a table, chosen and computed. */
#include "table/selection.h"

#include <stdlib.h>

bool selection_add_condition(struct selection *selection, const char *text, struct error *error) {
    struct expression **conditions =
        realloc(selection->conditions, (selection->condition_count + 1) * sizeof(struct expression *));
    if (!conditions) return error_set_memory(error);
    selection->conditions = conditions;
    conditions[selection->condition_count] = expression_parse(slice_of(text), error);
    return conditions[selection->condition_count++];
}

/* Of `NAME = EXPRESSION` or `NAME [UNIT] = EXPRESSION`, where NAME may stand in double quotes: the expression, or NULL.
 * `room`, as long as the text, holds a name without its quotes. */
static const char *split_column(const char *text, char *room, struct slice *name, struct slice *unit) {
    const char *rest = text + strspn(text, " \t\r\n");
    bool is_quoted = *rest == '"';
    *name = (struct slice){room, 0};
    *unit = (struct slice){0};
    if (is_quoted)
        for (rest++; *rest; rest++) {
            if (*rest == '"' && *++rest != '"') break;
            room[name->length++] = *rest;
        }
    const char *equals = strchr(rest, '=');
    if (!equals) return NULL;
    struct slice head = slice_trim((struct slice){rest, (size_t)(equals - rest)});
    const char *bracket = head.length > 1 && head.text[head.length - 1] == ']'
                              ? memrchr(head.text + !is_quoted, '[', head.length - !is_quoted)
                              : NULL;
    if (bracket) {
        *unit = slice_trim((struct slice){bracket + 1, (size_t)(head.text + head.length - bracket) - 2});
        head = slice_trim((struct slice){head.text, (size_t)(bracket - head.text)});
    }
    if (!is_quoted) *name = head;
    return name->length == 0 || (is_quoted && head.length > 0) ? NULL : equals + 1;
}

bool selection_add_column(struct selection *selection, const char *text, struct error *error) {
    size_t count = selection->added_count;
    struct slice name, unit;
    char *room = arena_allocate(&selection->choice.arena, strlen(text) + 1);
    if (!room) return error_set_memory(error);
    const char *formula = split_column(text, room, &name, &unit);
    if (!formula) return error_set(error, "Error: invalid column '%s': NAME=EXPRESSION is expected", text);
    for (size_t i = 0; i < count; i++)
        if (slice_equal(selection->added[i].name, name))
            return error_set(error, "Error: column '%.*s' is added twice", (int)name.length, name.text);
    struct added_column *added = realloc(selection->added, (count + 1) * sizeof *added);
    if (added) selection->added = added;
    struct expression_name *names = realloc(selection->names, (count + 1) * sizeof *names);
    if (names) selection->names = names;
    if (!added || !names) return error_set_memory(error);
    struct expression *expression = expression_parse(slice_of(formula), error);
    added[count] = (struct added_column){name, unit, expression};
    names[count] = (struct expression_name){name, expression};
    selection->added_count++;
    return expression;
}

bool selection_add_rows(struct selection *selection, const char *text, struct error *error) {
    selection->has_rows = true;
    return ranges_parse(&selection->rows, slice_of(text), error);
}

bool selection_is_of_rows(const struct selection *selection) {
    return selection->condition_count || selection->has_rows || selection->top != UINT64_MAX || selection->sample > 1;
}

static const char *datatype_of(const struct expression *expression) {
    switch (expression_type(expression)) {
    case EXPRESSION_BOOLEAN: return "boolean";
    case EXPRESSION_INTEGER: return "long";
    case EXPRESSION_REAL: return "double";
    case EXPRESSION_TEXT: break;
    }
    return expression_is_unicode(expression) ? "unicodeChar" : "char";
}

static bool is_in_table(const struct vot_table *table, struct slice name) {
    for (size_t i = 0; i < table->field_count; i++)
        if (slice_equal(vot_attribute(table->fields[i].node, "name"), name)) return true;
    return false;
}

/* Names and types of all expressions; a FIELD for each added column. */
static bool bind_expressions(struct selection *selection, const struct vot_table *table, struct vot_node **fields,
                             struct arena *arena, struct error *error) {
    struct expression_scope scope = {.table = table, .names = selection->names};
    for (size_t i = 0; i < selection->added_count; i++) {
        const struct added_column *added = &selection->added[i];
        if (is_in_table(table, added->name))
            return error_set(error, "Error: there is a column '%.*s' already", (int)added->name.length,
                             added->name.text);
        if (!expression_bind(added->expression, &scope, error)) return false;
        fields[i] = narrow_new_field(table->node, added->name, datatype_of(added->expression), added->unit, arena);
        if (!fields[i]) return error_set_memory(error);
        scope.name_count++;
    }
    for (size_t i = 0; i < selection->condition_count; i++)
        if (!expression_bind(selection->conditions[i], &scope, error) ||
            !expression_is_condition(selection->conditions[i], error))
            return false;
    return true;
}

static bool choose_columns(struct selection *selection, const struct vot_table *table, struct error *error) {
    struct slice *names = calloc(selection->added_count + 1, sizeof *names);
    if (!names) return error_set_memory(error);
    for (size_t i = 0; i < selection->added_count; i++) names[i] = selection->added[i].name;
    free(selection->chosen.columns);
    bool done = column_choice_resolve(&selection->choice, table, names, selection->added_count, selection->is_excluding,
                                      &selection->chosen, error);
    free(names);
    free(selection->cells);
    selection->cells = calloc(selection->chosen.count + 1, sizeof *selection->cells);
    return done && (selection->cells || error_set_memory(error));
}

bool selection_begin(struct selection *selection, const struct vot_table *table, struct arena *arena,
                     struct error *error) {
    struct vot_node **fields = calloc(selection->added_count + 1, sizeof(struct vot_node *));
    if (!fields) return error_set_memory(error);
    selection->source = table;
    selection->read = selection->matched = selection->selected = 0;
    ranges_free(&selection->rows_left);
    bool done = bind_expressions(selection, table, fields, arena, error) && choose_columns(selection, table, error) &&
                ranges_copy_sorted(&selection->rows_left, &selection->rows, error);
    selection->result = done ? narrow_table(&selection->narrow, table, &selection->chosen, fields, arena, error) : NULL;
    free(fields);
    return selection->result;
}

bool selection_take(struct selection *selection, const struct vot_row *row, bool *is_taken, struct error *error) {
    struct expression_row here = {row->cells, selection->read++};
    bool is_match = !selection->has_rows || ranges_have(&selection->rows_left, here.number);
    for (size_t i = 0; i < selection->condition_count && is_match; i++)
        if (!expression_test(selection->conditions[i], &here, &is_match, error)) return false;
    *is_taken = is_match && selection->matched++ % selection->sample == 0;
    selection->selected += *is_taken;
    return true;
}

bool selection_keeps_columns(const struct selection *selection) {
    const struct chosen_columns *chosen = &selection->chosen;
    size_t same = 0;
    while (same < chosen->count && chosen->columns[same] == same) same++;
    return same == chosen->count && same == selection->source->field_count;
}

bool selection_is_over(const struct selection *selection) {
    return selection->selected >= selection->top ||
           (selection->has_rows && ranges_are_over(&selection->rows_left, selection->read));
}

bool selection_make_row(struct selection *selection, const struct vot_row *row, struct vot_row *made,
                        struct error *error) {
    struct expression_row here = {row->cells, selection->read - 1};
    size_t own = selection->source->field_count;
    for (size_t i = 0; i < selection->chosen.count; i++) {
        size_t column = selection->chosen.columns[i];
        if (column < own)
            selection->cells[i] = row->cells[column];
        else if (!expression_cell(selection->added[column - own].expression, &here, &selection->cells[i], error))
            return false;
    }
    *made = (struct vot_row){selection->cells, selection->chosen.count};
    return true;
}

void selection_free(struct selection *selection) {
    for (size_t i = 0; i < selection->condition_count; i++) expression_free(selection->conditions[i]);
    for (size_t i = 0; i < selection->added_count; i++) expression_free(selection->added[i].expression);
    free(selection->conditions);
    free(selection->added);
    free(selection->names);
    free(selection->chosen.columns);
    free(selection->cells);
    column_choice_free(&selection->choice);
    ranges_free(&selection->rows);
    ranges_free(&selection->rows_left);
    narrow_free(&selection->narrow);
}
