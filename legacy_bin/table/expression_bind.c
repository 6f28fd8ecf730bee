/* expression_bind.c - what the names of an expression mean, and which type each part of it has. */
#include <stdlib.h>

#include "table/expression_tree.h"

/* Where the text of a node begins. */
static size_t start_of(const struct node *node) {
    while (node->child && node->child->at < node->at) node = node->child;
    return node->at;
}

static bool refuse(const struct expression *expression, const struct node *node, const char *expected,
                   struct error *error) {
    return expression_refuse(expression, start_of(node), error, "%s is expected", expected);
}

static bool is_named(struct slice found, struct slice wanted, bool exactly) {
    return found.text && (exactly ? slice_equal(found, wanted) : slice_equal_nocase(found, wanted));
}

/* The first column, as it is spelt, else in any case. */
static bool find_column(struct node *node, const struct vot_table *table) {
    const char *attribute = node->naming == NAMED_ID ? "ID" : node->naming == NAMED_UCD ? "ucd" : "name";
    if (node->naming == NAMED_INDEX) {
        int64_t index;
        node->column = 0;
        if (number_read_integer(node->name, &index) != NUMBER_WHOLE || (uint64_t)index >= table->field_count)
            return false;
        node->column = (size_t)index;
        return true;
    }
    for (int exactly = 1; exactly >= 0; exactly--)
        for (node->column = 0; node->column < table->field_count; node->column++)
            if (is_named(vot_attribute(table->fields[node->column].node, attribute), node->name, exactly)) return true;
    return false;
}

static struct expression *find_computed(const struct node *node, const struct expression_scope *scope) {
    if (node->naming != NAMED_BARE && node->naming != NAMED_NAME) return NULL;
    for (int exactly = 1; exactly >= 0; exactly--)
        for (size_t i = 0; i < scope->name_count; i++)
            if (is_named(scope->names[i].name, node->name, exactly)) return scope->names[i].expression;
    return NULL;
}

static enum expression_type type_of_field(const struct vot_field *field) {
    if (vot_field_is_number(field)) return vot_type_is_integer(field->type) ? EXPRESSION_INTEGER : EXPRESSION_REAL;
    return field->type == VOT_TYPE_BOOLEAN && !field->has_arraysize ? EXPRESSION_BOOLEAN : EXPRESSION_TEXT;
}

static bool bind_name(struct node *node, const struct expression_scope *scope, struct error *error) {
    static const char *const prefixes[] = {[NAMED_ID] = "id:", [NAMED_UCD] = "ucd:", [NAMED_INDEX] = "$"};
    node->operation = OP_COLUMN;
    if (find_column(node, scope->table)) {
        node->field = &scope->table->fields[node->column];
        node->type = type_of_field(node->field);
        node->is_single = vot_field_is_number(node->field) && node->field->type == VOT_TYPE_FLOAT;
        node->is_unicode = node->field->type == VOT_TYPE_UNICODE;
        return true;
    }
    node->is_single = false;
    node->computed = find_computed(node, scope);
    if (node->computed) {
        node->operation = OP_COMPUTED;
        node->type = node->computed->root->type;
        node->is_unicode = node->computed->root->is_unicode;
        node->is_single = node->computed->root->is_single;
        node->depth = node->computed->root->depth + 1;
        return true;
    }
    bool is_true = slice_equal_nocase(node->name, SLICE("true"));
    if (node->naming == NAMED_BARE && (is_true || slice_equal_nocase(node->name, SLICE("false")))) {
        node->operation = OP_CONSTANT;
        node->type = EXPRESSION_BOOLEAN;
        node->value = value_integer(is_true);
        return true;
    }
    const char *prefix = node->naming >= NAMED_ID ? prefixes[node->naming] : "";
    return error_set(error, "Error: Cannot find column '%s%.*s'", prefix, (int)node->name.length, node->name.text);
}

/* Text counts as a number where it reads as one, which is known now of a constant. */
static bool check_numbers(const struct expression *expression, const struct node *node, struct error *error) {
    for (const struct node *child = node->child; child; child = child->next)
        if (child->operation == OP_CONSTANT && child->type == EXPRESSION_TEXT &&
            expression_number_in(child->value.text).form == VALUE_NULL)
            return refuse(expression, child, "a number", error);
    return true;
}

static bool check_conditions(const struct expression *expression, const struct node *node, struct error *error) {
    for (const struct node *child = node->child; child; child = child->next)
        if (child->type != EXPRESSION_BOOLEAN) return refuse(expression, child, "a condition", error);
    return true;
}

/* Integer if all operands are. */
static enum expression_type type_of_operands(const struct node *node) {
    for (const struct node *child = node->child; child; child = child->next)
        if (child->type != EXPRESSION_INTEGER && child->type != EXPRESSION_BOOLEAN) return EXPRESSION_REAL;
    return EXPRESSION_INTEGER;
}

static bool bind_call(const struct expression *expression, struct node *node, const struct expression_scope *scope,
                      struct error *error) {
    const struct function *function = node->function;
    switch (function->result) {
    case RESULT_REAL: node->type = EXPRESSION_REAL; break;
    case RESULT_INTEGER: node->type = EXPRESSION_INTEGER; break;
    case RESULT_TEXT: node->type = EXPRESSION_TEXT; break;
    case RESULT_BOOLEAN: node->type = EXPRESSION_BOOLEAN; break;
    case RESULT_LIKE_ARGUMENTS: node->type = type_of_operands(node); break;
    }
    if (function->needs_position) {
        if (!position_likely_columns(scope->table->node, &node->position))
            return error_set(error, "Error: Cannot find position columns in table.");
        node->fields = scope->table->fields;
    }
    return function->takes_text || check_numbers(expression, node, error);
}

/* Many constants of the column's type: looked up, instead of compared one by one. false: no memory. */
static bool sort_items(struct expression *expression, struct node *node) {
    enum expression_type type = node->child->type;
    size_t count = 0;
    node->sorted = NULL;
    if (type != EXPRESSION_INTEGER && type != EXPRESSION_TEXT) return true;
    for (const struct node *item = node->child->next; item; item = item->next, count++)
        if (item->operation != OP_CONSTANT || item->type != type) return true;
    node->sorted = arena_allocate(&expression->arena, count * sizeof *node->sorted);
    if (!node->sorted) return false;
    node->sorted_count = 0;
    for (const struct node *item = node->child->next; item; item = item->next)
        node->sorted[node->sorted_count++] = item->value;
    qsort(node->sorted, count, sizeof *node->sorted, expression_order);
    return true;
}

static bool bind(struct expression *expression, struct node *node, const struct expression_scope *scope,
                 struct error *error) {
    if (node->naming != NAMED_NOT) return bind_name(node, scope, error);
    if (!node->child) return true;
    node->depth = 1;
    node->is_unicode = false;
    for (struct node *child = node->child; child; child = child->next) {
        if (!bind(expression, child, scope, error)) return false;
        if (child->depth >= node->depth) node->depth = child->depth + 1;
        node->is_unicode = node->is_unicode || child->is_unicode;
    }
    if (node->depth > EXPRESSION_DEPTH)
        return expression_refuse(expression, start_of(node), error, "at most %d operations may depend on each other",
                                 (int)EXPRESSION_DEPTH);
    switch (node->operation) {
    case OP_CALL: return bind_call(expression, node, scope, error);
    case OP_ADD:
    case OP_SUBTRACT:
    case OP_MULTIPLY:
    case OP_REMAINDER:
    case OP_NEGATE: node->type = type_of_operands(node); return check_numbers(expression, node, error);
    case OP_DIVIDE:
    case OP_POWER: node->type = EXPRESSION_REAL; return check_numbers(expression, node, error);
    case OP_IN: node->type = EXPRESSION_BOOLEAN; return sort_items(expression, node) || error_set_memory(error);
    default: node->type = EXPRESSION_BOOLEAN; break;
    }
    bool joins_conditions = node->operation == OP_OR || node->operation == OP_AND || node->operation == OP_NOT;
    return !joins_conditions || check_conditions(expression, node, error);
}

bool expression_bind(struct expression *expression, const struct expression_scope *scope, struct error *error) {
    expression->has_cached = false;
    return bind(expression, expression->root, scope, error);
}

bool expression_is_condition(const struct expression *expression, struct error *error) {
    return expression->root->type == EXPRESSION_BOOLEAN || refuse(expression, expression->root, "a condition", error);
}

enum expression_type expression_type(const struct expression *expression) {
    return expression->root->type;
}

bool expression_is_unicode(const struct expression *expression) {
    return expression->root->is_unicode;
}
