/* expression_lexer.c - numbers, texts, names and signs. */
#include "table/expression_lexer.h"

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_in_name(char c) {
    return starts_name(c) || is_digit(c) || c == '.';
}

/* The byte at `at`, NUL behind the end. */
static char byte_at(struct slice text, size_t at) {
    return at < text.length ? text.text[at] : '\0';
}

static struct slice part(struct slice text, size_t from, size_t to) {
    return (struct slice){text.text + from, to - from};
}

static void read_number(struct slice text, size_t *at, struct token *token) {
    size_t from = *at, to = from;
    bool is_real = false;
    while (is_digit(byte_at(text, to))) to++;
    if (byte_at(text, to) == '.') {
        is_real = true;
        for (to++; is_digit(byte_at(text, to));) to++;
    }
    if ((byte_at(text, to) | 0x20) == 'e') {
        size_t digits = to + 1;
        if (byte_at(text, digits) == '+' || byte_at(text, digits) == '-') digits++;
        if (is_digit(byte_at(text, digits))) {
            is_real = true;
            for (to = digits; is_digit(byte_at(text, to));) to++;
        }
    }
    if (is_in_name(byte_at(text, to))) {
        token->kind = TOKEN_WRONG;
        token->expected = "a number";
        return;
    }
    token->kind = TOKEN_NUMBER;
    *at = to;
    int64_t integer;
    double real;
    if (!is_real && number_read_integer(part(text, from, to), &integer) == NUMBER_WHOLE) {
        token->number = value_integer(integer);
        return;
    }
    number_read_double(part(text, from, to), &real);
    token->number = expression_real(real);
}

/* What stands between quotes; a doubled one means itself. */
static void read_quoted(struct expression *expression, size_t *at, struct token *token) {
    struct slice text = expression->text;
    char quote = text.text[*at];
    size_t to = *at + 1, doubled = 0;
    for (; to < text.length; to++) {
        if (text.text[to] != quote) continue;
        if (byte_at(text, to + 1) != quote) break;
        doubled++;
        to++;
    }
    if (to >= text.length) {
        token->kind = TOKEN_WRONG;
        token->expected = quote == '"' ? "a name that ends in \"" : "a text that ends in '";
        return;
    }
    token->text = part(text, *at + 1, to);
    *at = to + 1;
    if (doubled == 0) return;
    char *copy = arena_allocate(&expression->arena, token->text.length);
    if (!copy) {
        token->kind = TOKEN_WRONG;
        token->expected = "more memory";
        return;
    }
    size_t length = 0;
    for (size_t i = 0; i < token->text.length; i++) {
        copy[length++] = token->text.text[i];
        if (token->text.text[i] == quote) i++;
    }
    token->text = (struct slice){copy, length};
}

/* Behind `id:` or `ucd:`. */
static void read_attribute(struct expression *expression, size_t *at, struct token *token, enum naming naming) {
    struct slice text = expression->text;
    size_t from = *at;
    token->kind = TOKEN_COLUMN;
    token->naming = naming;
    if (byte_at(text, from) == '"') {
        read_quoted(expression, at, token);
        return;
    }
    while (is_in_name(byte_at(text, *at)) || (naming == NAMED_UCD && byte_at(text, *at) == ';')) ++*at;
    token->text = part(text, from, *at);
    if (token->text.length) return;
    token->kind = TOKEN_WRONG;
    token->expected = naming == NAMED_ID ? "an ID" : "a UCD";
}

static void read_dollar(struct expression *expression, size_t *at, struct token *token) {
    struct slice text = expression->text;
    size_t from = *at + 1, to = from;
    while (is_in_name(byte_at(text, to))) to++;
    struct slice word = part(text, from, to);
    bool is_number = word.length > 0;
    for (size_t i = 0; i < word.length; i++) is_number = is_number && is_digit(word.text[i]);
    if (slice_equal_nocase(word, SLICE("row"))) {
        token->kind = TOKEN_ROW;
    } else if (is_number) {
        token->kind = TOKEN_COLUMN;
        token->naming = NAMED_INDEX;
    } else {
        token->kind = TOKEN_WRONG;
        token->expected = "$row or the number of a column, like $3,";
        return;
    }
    token->text = word;
    *at = to;
}

static void read_word(struct expression *expression, size_t *at, struct token *token) {
    struct slice text = expression->text;
    size_t to = *at;
    while (is_in_name(byte_at(text, to))) to++;
    token->text = part(text, *at, to);
    token->kind = TOKEN_WORD;
    *at = to;
    if (byte_at(text, to) != ':') return;
    enum naming naming = slice_equal_nocase(token->text, SLICE("id"))    ? NAMED_ID
                         : slice_equal_nocase(token->text, SLICE("ucd")) ? NAMED_UCD
                                                                         : NAMED_NOT;
    if (naming == NAMED_NOT) return;
    ++*at;
    read_attribute(expression, at, token, naming);
}

static void read_symbol(struct slice text, size_t *at, struct token *token) {
    static const char *const symbols[] = {"**", "==", "!=", "<>", "<=", ">=", "!~", "=", "<", ">",
                                          "~",  "+",  "-",  "*",  "/",  "%",  "(",  ")", ","};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        size_t length = strlen(symbols[i]);
        if (text.length - *at < length || memcmp(text.text + *at, symbols[i], length) != 0) continue;
        token->kind = TOKEN_SYMBOL;
        token->text = part(text, *at, *at + length);
        *at += length;
        return;
    }
    token->kind = TOKEN_WRONG;
    token->expected = "a column, number, text, operator or parenthesis";
}

struct token token_next(struct expression *expression, size_t *at) {
    struct slice text = expression->text;
    while (byte_is_blank(byte_at(text, *at))) ++*at;
    struct token token = {.kind = TOKEN_END, .at = *at};
    if (*at == text.length) return token;
    char c = text.text[*at];
    if (is_digit(c) || (c == '.' && is_digit(byte_at(text, *at + 1)))) {
        read_number(text, at, &token);
    } else if (c == '\'' || c == '"') {
        token.kind = c == '"' ? TOKEN_COLUMN : TOKEN_TEXT;
        token.naming = NAMED_NAME;
        read_quoted(expression, at, &token);
    } else if (c == '$') {
        read_dollar(expression, at, &token);
    } else if (starts_name(c)) {
        read_word(expression, at, &token);
    } else {
        read_symbol(text, at, &token);
    }
    return token;
}

bool token_is_symbol(const struct token *token, const char *symbol) {
    return token->kind == TOKEN_SYMBOL && slice_equal(token->text, slice_of(symbol));
}

bool token_is_word(const struct token *token, const char *word) {
    return token->kind == TOKEN_WORD && slice_equal_nocase(token->text, slice_of(word));
}

bool token_is_reserved(const struct token *token) {
    static const char *const words[] = {"or", "and", "not", "like", "ilike", "in", "between", "is", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (token_is_word(token, words[i])) return true;
    return false;
}
