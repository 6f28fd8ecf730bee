/* expression_parser.c - recursive descent, a function for each level of precedence. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "table/expression_lexer.h"
#include "votable/unicode.h"

struct parser {
    struct expression *expression;
    struct token token; /* the next one */
    size_t at;          /* behind it */
    unsigned nesting;
    struct error *error;
};

bool expression_refuse(const struct expression *expression, size_t at, struct error *error, const char *format, ...) {
    enum { SHOWN = 120 };
    struct slice text = expression->text, rest = {text.text + at, text.length - at};
    size_t character = 1;
    for (size_t i = 0; i < at; i++) character += ((unsigned char)text.text[i] & 0xc0) != 0x80;
    const char *dots = rest.length > SHOWN ? "..." : "";
    while (rest.length > SHOWN || (*dots && rest.length && ((unsigned char)rest.text[rest.length] & 0xc0) == 0x80))
        rest.length = rest.length > SHOWN ? SHOWN : rest.length - 1;
    char *expected = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&expected, format, arguments);
    va_end(arguments);
    if (length < 0) return error_set_memory(error);
    error_set(error, "Error: invalid expression at character %zu: '%.*s%s', where %s", character, (int)rest.length,
              rest.text, dots, expected);
    free(expected);
    return false;
}

static struct node *refuse(struct parser *parser, const char *expected) {
    const struct token *token = &parser->token;
    if (token->kind == TOKEN_WRONG) expected = token->expected;
    expression_refuse(parser->expression, token->at, parser->error, "%s is expected", expected);
    return NULL;
}

static void advance(struct parser *parser) {
    parser->token = token_next(parser->expression, &parser->at);
}

static bool take_symbol(struct parser *parser, const char *symbol) {
    if (!token_is_symbol(&parser->token, symbol)) return false;
    advance(parser);
    return true;
}

static bool take_word(struct parser *parser, const char *word) {
    if (!token_is_word(&parser->token, word)) return false;
    advance(parser);
    return true;
}

static struct node *new_node(struct parser *parser, enum operation operation, size_t at) {
    struct expression *expression = parser->expression;
    struct node *node = arena_allocate(&expression->arena, sizeof *node);
    if (!node) {
        error_set_memory(parser->error);
        return NULL;
    }
    node->operation = operation;
    node->at = at;
    node->depth = 1;
    node->older = expression->newest;
    expression->newest = node;
    return node;
}

/* Puts a child behind the others; NULL when there is none, or the tree grows too deep. */
static struct node *add_child(struct parser *parser, struct node *node, struct node *child) {
    if (!node || !child) return NULL;
    if (node->last_child)
        node->last_child->next = child;
    else
        node->child = child;
    node->last_child = child;
    if (child->depth >= node->depth) node->depth = child->depth + 1;
    if (node->depth <= EXPRESSION_DEPTH) return node;
    expression_refuse(parser->expression, node->at, parser->error, "at most %d operations may depend on each other",
                      (int)EXPRESSION_DEPTH);
    return NULL;
}

static bool enter(struct parser *parser) {
    if (++parser->nesting <= EXPRESSION_NESTING) return true;
    return expression_refuse(parser->expression, parser->token.at, parser->error, "at most %d levels may be nested",
                             (int)EXPRESSION_NESTING);
}

static struct node *parse_or(struct parser *parser);
static struct node *parse_unary(struct parser *parser);

/* `( … )`, comma-separated, the first of them behind `node`'s children. */
static struct node *parse_list(struct parser *parser, struct node *node) {
    if (!take_symbol(parser, "(")) return refuse(parser, "'('");
    if (!enter(parser)) return NULL;
    do
        if (!add_child(parser, node, parse_or(parser))) return NULL;
    while (take_symbol(parser, ","));
    parser->nesting--;
    return take_symbol(parser, ")") ? node : refuse(parser, "',' or ')'");
}

static struct node *parse_call(struct parser *parser, struct token name) {
    struct expression *expression = parser->expression;
    const struct function *function = function_find(name.text);
    if (!function) {
        expression_refuse(expression, name.at, parser->error, "a function is expected, one of %s",
                          function_names(&expression->arena));
        return NULL;
    }
    struct node *node = new_node(parser, OP_CALL, name.at);
    if (!node || !parse_list(parser, node)) return NULL;
    node->function = function;
    unsigned count = 0;
    for (const struct node *child = node->child; child; child = child->next) count++;
    if (count >= function->least && count <= function->most) return node;
    expression_refuse(expression, name.at, parser->error, "%s takes %u argument%s", function->name, function->least,
                      function->most == 1                 ? ""
                      : function->most == function->least ? "s"
                                                          : "s or more");
    return NULL;
}

static struct node *parse_primary(struct parser *parser) {
    struct token token = parser->token;
    struct node *node;
    if (token_is_symbol(&token, "(")) {
        if (!enter(parser)) return NULL;
        advance(parser);
        node = parse_or(parser);
        parser->nesting--;
        if (node && !take_symbol(parser, ")")) return refuse(parser, "')' or an operator");
        return node;
    }
    switch (token.kind) {
    case TOKEN_NUMBER:
    case TOKEN_TEXT:
        if (!(node = new_node(parser, OP_CONSTANT, token.at))) return NULL;
        node->value = token.kind == TOKEN_TEXT ? value_text(token.text) : token.number;
        node->type = token.kind == TOKEN_TEXT             ? EXPRESSION_TEXT
                     : token.number.form == VALUE_INTEGER ? EXPRESSION_INTEGER
                                                          : EXPRESSION_REAL;
        for (size_t i = 0; token.kind == TOKEN_TEXT && i < token.text.length; i++)
            node->is_unicode = node->is_unicode || (signed char)token.text.text[i] < 0;
        break;
    case TOKEN_ROW:
        if (!(node = new_node(parser, OP_ROW_NUMBER, token.at))) return NULL;
        node->type = EXPRESSION_INTEGER;
        break;
    case TOKEN_COLUMN:
    case TOKEN_WORD:
        if (token_is_reserved(&token)) return refuse(parser, "a column, number, text or '('");
        advance(parser);
        if (token.kind == TOKEN_WORD && token_is_symbol(&parser->token, "(")) return parse_call(parser, token);
        if (!(node = new_node(parser, OP_COLUMN, token.at))) return NULL;
        node->naming = token.kind == TOKEN_WORD ? NAMED_BARE : token.naming;
        node->name = token.text;
        return node;
    default: return refuse(parser, "a column, number, text or '('");
    }
    advance(parser);
    return node;
}

static struct node *parse_binary(struct parser *parser, enum operation operation, size_t at, struct node *left,
                                 struct node *(*parse_right)(struct parser *)) {
    struct node *node = new_node(parser, operation, at);
    return add_child(parser, node, left) && add_child(parser, node, parse_right(parser)) ? node : NULL;
}

static struct node *parse_power(struct parser *parser) {
    struct node *left = parse_primary(parser);
    size_t at = parser->token.at;
    if (!left || !token_is_symbol(&parser->token, "**")) return left;
    if (!enter(parser)) return NULL;
    advance(parser);
    struct node *node = parse_binary(parser, OP_POWER, at, left, parse_unary);
    parser->nesting--;
    return node;
}

/* A constant's sign is its own: it stays a constant, which is compared with a float as float. */
static struct node *negate(struct parser *parser, size_t at, struct node *node) {
    if (!node) return NULL;
    if (node->operation == OP_CONSTANT && node->value.form == VALUE_REAL)
        node->value.real = -node->value.real;
    else if (node->operation == OP_CONSTANT && node->value.form == VALUE_INTEGER)
        node->value.integer = -node->value.integer; /* none is INT64_MIN */
    else
        return add_child(parser, new_node(parser, OP_NEGATE, at), node);
    return node;
}

static struct node *parse_unary(struct parser *parser) {
    size_t at = parser->token.at;
    bool is_negative = token_is_symbol(&parser->token, "-");
    if (!is_negative && !token_is_symbol(&parser->token, "+")) return parse_power(parser);
    if (!enter(parser)) return NULL;
    advance(parser);
    struct node *node = parse_unary(parser);
    parser->nesting--;
    return is_negative ? negate(parser, at, node) : node;
}

static struct node *parse_product(struct parser *parser) {
    struct node *left = parse_unary(parser);
    for (size_t at; left;) {
        at = parser->token.at;
        enum operation operation = take_symbol(parser, "*")   ? OP_MULTIPLY
                                   : take_symbol(parser, "/") ? OP_DIVIDE
                                   : take_symbol(parser, "%") ? OP_REMAINDER
                                                              : OP_CONSTANT;
        if (operation == OP_CONSTANT) break;
        left = parse_binary(parser, operation, at, left, parse_unary);
    }
    return left;
}

static struct node *parse_sum(struct parser *parser) {
    struct node *left = parse_product(parser);
    for (size_t at; left;) {
        at = parser->token.at;
        enum operation operation = take_symbol(parser, "+")   ? OP_ADD
                                   : take_symbol(parser, "-") ? OP_SUBTRACT
                                                              : OP_CONSTANT;
        if (operation == OP_CONSTANT) break;
        left = parse_binary(parser, operation, at, left, parse_product);
    }
    return left;
}

/* LIKE, ILIKE, ~ and !~ take a pattern that stands there as a text. */
static struct node *parse_pattern(struct parser *parser, struct node *node, struct node *left) {
    struct token token = parser->token;
    if (!add_child(parser, node, left)) return NULL;
    if (token.kind != TOKEN_TEXT) return refuse(parser, "a pattern in single quotes");
    node->value = value_text(token.text);
    if (node->operation == OP_REGEX) {
        const char *reason;
        node->pattern = pattern_compile(token.text, &reason);
        if (!node->pattern) {
            expression_refuse(parser->expression, token.at, parser->error,
                              "a POSIX extended regular expression is expected (%s)", reason);
            return NULL;
        }
    }
    advance(parser);
    return node;
}

static bool take_relation(struct parser *parser, enum relation *relation) {
    static const struct {
        const char *symbol;
        enum relation relation;
    } relations[] = {{"=", EQUAL},       {"==", EQUAL}, {"!=", UNEQUAL},       {"<>", UNEQUAL},
                     {"<=", LESS_EQUAL}, {"<", LESS},   {">=", GREATER_EQUAL}, {">", GREATER}};
    for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
        if (!take_symbol(parser, relations[i].symbol)) continue;
        *relation = relations[i].relation;
        return true;
    }
    return false;
}

static struct node *parse_is_null(struct parser *parser, size_t at, struct node *left) {
    struct node *node = new_node(parser, OP_IS_NULL, at);
    if (!node) return NULL;
    node->is_negated = take_word(parser, "not");
    if (!take_word(parser, "null")) return refuse(parser, node->is_negated ? "NULL" : "NULL or NOT NULL");
    return add_child(parser, node, left);
}

static struct node *parse_comparison(struct parser *parser) {
    struct node *left = parse_sum(parser);
    if (!left) return NULL;
    size_t at = parser->token.at;
    enum relation relation;
    if (take_relation(parser, &relation)) {
        struct node *node = parse_binary(parser, OP_COMPARE, at, left, parse_sum);
        if (node) node->relation = relation;
        return node;
    }
    if (take_word(parser, "is")) return parse_is_null(parser, at, left);
    bool is_regex = token_is_symbol(&parser->token, "~") || token_is_symbol(&parser->token, "!~");
    bool is_negated = token_is_symbol(&parser->token, "!~");
    if (is_regex)
        advance(parser);
    else
        is_negated = take_word(parser, "not");
    bool is_like = !is_regex && (token_is_word(&parser->token, "like") || token_is_word(&parser->token, "ilike"));
    bool ignores_case = is_like && token_is_word(&parser->token, "ilike");
    if (is_like) advance(parser);
    bool is_in = !is_regex && !is_like && take_word(parser, "in");
    bool is_between = !is_regex && !is_like && !is_in && take_word(parser, "between");
    if (!is_regex && !is_like && !is_in && !is_between)
        return is_negated ? refuse(parser, "LIKE, ILIKE, IN or BETWEEN") : left;

    struct node *node = new_node(parser, is_regex ? OP_REGEX : is_like ? OP_LIKE : is_in ? OP_IN : OP_BETWEEN, at);
    if (!node) return NULL;
    node->is_negated = is_negated;
    node->ignores_case = ignores_case;
    if (is_regex || is_like) return parse_pattern(parser, node, left);
    if (!add_child(parser, node, left)) return NULL;
    if (is_in) return parse_list(parser, node);
    if (!add_child(parser, node, parse_sum(parser))) return NULL;
    if (!take_word(parser, "and")) return refuse(parser, "AND");
    return add_child(parser, node, parse_sum(parser));
}

static struct node *parse_not(struct parser *parser) {
    size_t at = parser->token.at;
    if (!take_word(parser, "not")) return parse_comparison(parser);
    if (!enter(parser)) return NULL;
    struct node *node = new_node(parser, OP_NOT, at);
    node = add_child(parser, node, parse_not(parser));
    parser->nesting--;
    return node;
}

/* One node for a whole chain, so that a long one is not deep. */
static struct node *parse_chain(struct parser *parser, enum operation operation, const char *word,
                                struct node *(*parse_part)(struct parser *)) {
    struct node *first = parse_part(parser);
    if (!first || !token_is_word(&parser->token, word)) return first;
    struct node *node = new_node(parser, operation, parser->token.at);
    if (!add_child(parser, node, first)) return NULL;
    while (take_word(parser, word))
        if (!add_child(parser, node, parse_part(parser))) return NULL;
    return node;
}

static struct node *parse_and(struct parser *parser) {
    return parse_chain(parser, OP_AND, "and", parse_not);
}

static struct node *parse_or(struct parser *parser) {
    return parse_chain(parser, OP_OR, "or", parse_and);
}

struct expression *expression_parse(struct slice text, struct error *error) {
    if (text.length > EXPRESSION_LENGTH) {
        error_set(error, "Error: an expression of %zu bytes is too long (at most %d)", text.length,
                  (int)EXPRESSION_LENGTH);
        return NULL;
    }
    struct expression *expression = calloc(1, sizeof *expression);
    if (expression) expression->text = arena_copy(&expression->arena, text);
    if (!expression || !expression->text.text) {
        error_set_memory(error);
        expression_free(expression);
        return NULL;
    }
    struct parser parser = {.expression = expression, .error = error};
    size_t valid = utf8_valid_length(text);
    if (valid < text.length) {
        expression_refuse(expression, valid, error, "UTF-8 without control characters is expected");
        expression_free(expression);
        return NULL;
    }
    advance(&parser);
    expression->root = parse_or(&parser);
    if (expression->root && parser.token.kind != TOKEN_END)
        expression->root = refuse(&parser, "an operator or the end");
    if (expression->root) return expression;
    expression_free(expression);
    return NULL;
}

void expression_free(struct expression *expression) {
    if (!expression) return;
    for (struct node *node = expression->newest; node; node = node->older) {
        pattern_free(node->pattern);
        buffer_free(&node->room);
    }
    buffer_free(&expression->cell);
    arena_free(&expression->arena);
    free(expression);
}
