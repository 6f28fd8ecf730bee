/* expression_evaluate.c - the tree walked for one row. Comparisons and logic give 1, 0 or null: true, false, unknown.
 */
#include <math.h>
#include <stdlib.h>

#include "table/expression_tree.h"

/* A side of a comparison: read as the other side wants it, and only once. */
struct operand {
    struct node *node;
    bool has_value, has_text;
    struct expression_value value, text;
};

static struct expression_value value_of(struct evaluation *evaluation, struct operand *operand) {
    if (!operand->has_value) operand->value = expression_value_of(evaluation, operand->node);
    operand->has_value = true;
    return operand->value;
}

static struct expression_value text_of(struct evaluation *evaluation, struct operand *operand) {
    if (!operand->has_text) operand->text = expression_text_of(evaluation, operand->node);
    operand->has_text = true;
    return operand->text;
}

static struct expression_value decide(enum relation relation, int order) {
    switch (relation) {
    case EQUAL: return value_integer(order == 0);
    case UNEQUAL: return value_integer(order != 0);
    case LESS: return value_integer(order < 0);
    case LESS_EQUAL: return value_integer(order <= 0);
    case GREATER: return value_integer(order > 0);
    case GREATER_EQUAL: return value_integer(order >= 0);
    }
    return VALUE_NOTHING;
}

static struct expression_value compare_texts(struct expression_value left, struct expression_value right,
                                             enum relation relation) {
    if (left.form == VALUE_NULL || right.form == VALUE_NULL) return VALUE_NOTHING;
    return decide(relation, expression_order(&left, &right));
}

static struct expression_value compare_numbers(struct expression_value left, struct expression_value right,
                                               enum relation relation) {
    if (left.form == VALUE_NULL || right.form == VALUE_NULL) return VALUE_NOTHING;
    if (left.form == VALUE_INTEGER && right.form == VALUE_INTEGER)
        return decide(relation, expression_order(&left, &right));
    double a = value_real(left), b = value_real(right);
    return decide(relation, (a > b) - (a < b));
}

/* `column < 0.1` means the float that is written 0.1, in every serialisation. */
static struct expression_value as_single(struct expression_value value) {
    return value.form == VALUE_NULL ? value : expression_real((double)(float)value_real(value));
}

/* Text against a number: compared as numbers where the text reads as one, else false; a null is unknown. */
static struct expression_value compare_text_with_number(struct expression_value left, struct expression_value right,
                                                        enum relation relation) {
    if (left.form == VALUE_NULL || right.form == VALUE_NULL) return VALUE_NOTHING;
    struct expression_value *text = left.form == VALUE_TEXT ? &left : &right;
    double ignored;
    bool is_number = number_read_double(text->text, &ignored) == NUMBER_WHOLE;
    *text = expression_number_in(text->text);
    if (!is_number && text->form == VALUE_NULL) return value_integer(0);
    return compare_numbers(left, right, relation);
}

/* A word for true or false as that. */
static struct expression_value as_boolean(struct expression_value value) {
    return value.form == VALUE_TEXT ? expression_boolean_in(value.text) : value;
}

static struct expression_value relate(struct evaluation *evaluation, struct operand *left, struct operand *right,
                                      enum relation relation) {
    const struct node *a = left->node, *b = right->node;
    bool a_is_text = a->type == EXPRESSION_TEXT, b_is_text = b->type == EXPRESSION_TEXT;
    if (!a_is_text && !b_is_text) {
        struct expression_value x = value_of(evaluation, left), y = value_of(evaluation, right);
        if (a->is_single && b->operation == OP_CONSTANT) y = as_single(y);
        if (b->is_single && a->operation == OP_CONSTANT) x = as_single(x);
        return compare_numbers(x, y, relation);
    }
    const struct node *text = a_is_text ? a : b, *other = a_is_text ? b : a;
    if (other->type == EXPRESSION_BOOLEAN) {
        struct expression_value x = as_boolean(value_of(evaluation, left)), y = as_boolean(value_of(evaluation, right));
        if (x.form != VALUE_NULL && y.form != VALUE_NULL) return compare_numbers(x, y, relation);
    } else if (other->type != EXPRESSION_TEXT && text->operation != OP_CONSTANT) {
        return compare_text_with_number(value_of(evaluation, left), value_of(evaluation, right), relation);
    }
    return compare_texts(text_of(evaluation, left), text_of(evaluation, right), relation);
}

static struct expression_value compare(struct evaluation *evaluation, struct node *node) {
    struct operand left = {.node = node->child}, right = {.node = node->child->next};
    return relate(evaluation, &left, &right, node->relation);
}

static struct expression_value negated_if(bool is_negated, struct expression_value truth) {
    return is_negated && truth.form != VALUE_NULL ? value_integer(!truth.integer) : truth;
}

static struct expression_value is_in(struct evaluation *evaluation, struct node *node) {
    struct operand left = {.node = node->child};
    struct expression_value found = value_integer(0);
    if (node->sorted) {
        struct expression_value wanted = value_of(evaluation, &left);
        if (wanted.form == node->sorted->form) {
            bool has = bsearch(&wanted, node->sorted, node->sorted_count, sizeof wanted, expression_order);
            return value_integer(has != node->is_negated);
        }
    }
    for (struct node *item = node->child->next; item; item = item->next) {
        struct operand right = {.node = item};
        struct expression_value truth = relate(evaluation, &left, &right, EQUAL);
        if (truth.form == VALUE_NULL)
            found = truth;
        else if (truth.integer)
            return value_integer(!node->is_negated);
    }
    return negated_if(node->is_negated, found);
}

/* False as soon as one is; unknown if none is false and one is unknown. */
static struct expression_value both(struct expression_value a, struct expression_value b) {
    if (a.form != VALUE_NULL && !a.integer) return a;
    if (b.form != VALUE_NULL && !b.integer) return b;
    return a.form == VALUE_NULL ? a : b;
}

static struct expression_value is_between(struct evaluation *evaluation, struct node *node) {
    struct operand value = {.node = node->child}, low = {.node = node->child->next}, high = {.node = low.node->next};
    struct expression_value above = relate(evaluation, &value, &low, GREATER_EQUAL);
    struct expression_value below = relate(evaluation, &value, &high, LESS_EQUAL);
    return negated_if(node->is_negated, both(above, below));
}

/* AND ends at the first that is false, OR at the first that is true. */
static struct expression_value join(struct evaluation *evaluation, struct node *node) {
    bool decisive = node->operation == OP_OR;
    struct expression_value joined = value_integer(!decisive);
    for (struct node *child = node->child; child; child = child->next) {
        struct expression_value truth = expression_value_of(evaluation, child);
        if (truth.form == VALUE_NULL)
            joined = truth;
        else if ((truth.integer != 0) == decisive)
            return value_integer(decisive);
    }
    return joined;
}

static struct expression_value matches(struct evaluation *evaluation, struct node *node) {
    struct expression_value text = expression_text_of(evaluation, node->child);
    if (text.form == VALUE_NULL) return text;
    if (node->operation == OP_LIKE)
        return value_integer(pattern_is_like(text.text, node->value.text, node->ignores_case) != node->is_negated);
    bool has_failed = false, is_match = pattern_matches(node->pattern, text.text, &node->room, &has_failed);
    if (has_failed) evaluation->failure = "not enough memory for a regular expression";
    return value_integer(is_match != node->is_negated);
}

/* false: it leaves 64 bits, or is none. */
static bool compute_integer(enum operation operation, int64_t a, int64_t b, int64_t *result) {
    switch (operation) {
    case OP_ADD: return !__builtin_add_overflow(a, b, result);
    case OP_SUBTRACT: return !__builtin_sub_overflow(a, b, result);
    case OP_MULTIPLY: return !__builtin_mul_overflow(a, b, result);
    case OP_REMAINDER:
        if (b == 0) return false;
        *result = b == -1 ? 0 : a % b;
        return true;
    default: return false;
    }
}

static struct expression_value compute(struct evaluation *evaluation, struct node *node) {
    struct expression_value left = expression_number_of(evaluation, node->child);
    if (left.form == VALUE_NULL) return left;
    struct expression_value right = expression_number_of(evaluation, node->child->next);
    if (right.form == VALUE_NULL) return right;
    int64_t integer;
    if (left.form == VALUE_INTEGER && right.form == VALUE_INTEGER &&
        compute_integer(node->operation, left.integer, right.integer, &integer))
        return value_integer(integer);
    double a = value_real(left), b = value_real(right);
    switch (node->operation) {
    case OP_ADD: return expression_real(a + b);
    case OP_SUBTRACT: return expression_real(a - b);
    case OP_MULTIPLY: return expression_real(a * b);
    case OP_DIVIDE: return expression_real(a / b);
    case OP_REMAINDER: return expression_real(fmod(a, b));
    default: return expression_real(pow(a, b));
    }
}

static struct expression_value negate(struct expression_value value) {
    if (value.form == VALUE_REAL) return expression_real(-value.real);
    if (value.form != VALUE_INTEGER) return value;
    return value.integer == INT64_MIN ? expression_real(-(double)INT64_MIN) : value_integer(-value.integer);
}

static struct expression_value call(struct evaluation *evaluation, struct node *node) {
    if (!node->function->real) return node->function->apply(evaluation, node);
    struct expression_value value = expression_number_of(evaluation, node->child);
    return value.form == VALUE_NULL ? value : expression_real(node->function->real(value_real(value)));
}

/* The value of another expression, found once a row. */
static struct expression_value computed(struct evaluation *evaluation, struct expression *expression) {
    if (!expression->has_cached || expression->cached_row != evaluation->row) {
        expression->cached = expression_value_of(evaluation, expression->root);
        expression->cached_row = evaluation->row;
        expression->has_cached = true;
    }
    return expression->cached;
}

struct expression_value expression_value_of(struct evaluation *evaluation, struct node *node) {
    switch (node->operation) {
    case OP_CONSTANT: return node->value;
    case OP_COLUMN: return expression_cell_value(evaluation, node);
    case OP_COMPUTED: return computed(evaluation, node->computed);
    case OP_ROW_NUMBER: return value_integer((int64_t)evaluation->row);
    case OP_OR:
    case OP_AND: return join(evaluation, node);
    case OP_NOT: return negated_if(true, expression_value_of(evaluation, node->child));
    case OP_COMPARE: return compare(evaluation, node);
    case OP_NEGATE: return negate(expression_number_of(evaluation, node->child));
    case OP_LIKE:
    case OP_REGEX: return matches(evaluation, node);
    case OP_IN: return is_in(evaluation, node);
    case OP_BETWEEN: return is_between(evaluation, node);
    case OP_IS_NULL:
        return value_integer((expression_value_of(evaluation, node->child).form == VALUE_NULL) != node->is_negated);
    case OP_CALL: return call(evaluation, node);
    default: return compute(evaluation, node);
    }
}

bool expression_evaluate(struct expression *expression, const struct expression_row *row,
                         struct expression_value *value, struct error *error) {
    struct evaluation evaluation = {.cells = row->cells, .row = row->number};
    *value = computed(&evaluation, expression);
    if (!evaluation.failure) return true;
    return error_set(error, "row %llu: %s", (unsigned long long)row->number, evaluation.failure);
}

bool expression_test(struct expression *expression, const struct expression_row *row, bool *is_true,
                     struct error *error) {
    struct expression_value value;
    bool done = expression_evaluate(expression, row, &value, error);
    *is_true = value.form == VALUE_INTEGER && value.integer != 0;
    return done;
}
