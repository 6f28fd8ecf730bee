/* expression_lexer.h - the words of an expression, one by one. */
#ifndef TABLE_EXPRESSION_LEXER_H
#define TABLE_EXPRESSION_LEXER_H

#include "table/expression_tree.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NUMBER,
    TOKEN_TEXT,   /* `text`: what the quotes mean */
    TOKEN_WORD,   /* a keyword, function, or bare name */
    TOKEN_COLUMN, /* `naming`, `text` */
    TOKEN_ROW,    /* $row */
    TOKEN_SYMBOL, /* `text`: as spelt */
    TOKEN_WRONG,  /* `expected` */
};

struct token {
    enum token_kind kind;
    size_t at;
    struct slice text;
    enum naming naming;
    struct expression_value number;
    const char *expected;
};

/* The token at `at` of the expression's text; *at moves behind it. */
struct token token_next(struct expression *expression, size_t *at);
bool token_is_symbol(const struct token *token, const char *symbol);
bool token_is_word(const struct token *token, const char *word); /* in any case */
bool token_is_reserved(const struct token *token);

#endif
