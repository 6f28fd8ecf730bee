/* content.c - see content.h. */
#include "lint/content.h"

#include <stdlib.h>

/* A part of a model, as sets of names. */
struct part {
    content_state first, last;
    bool may_be_empty;
};

struct parser {
    struct content *content;
    const char *at;
};

static struct part parse_choice(struct parser *parser);

static void pass_blanks(struct parser *parser) {
    while (*parser->at == ' ') parser->at++;
}

/* After any name of `from`, any name of `to` may come. */
static void connect(struct content *content, content_state from, content_state to) {
    for (unsigned i = 0; i < content->count; i++)
        if (from >> i & 1) content->follow[i] |= to;
}

static struct part parse_name(struct parser *parser) {
    struct content *content = parser->content;
    const char *start = parser->at;
    while (*parser->at && !strchr(" ()|?*+", *parser->at)) parser->at++;
    if (parser->at == start || content->count == CONTENT_NAMES) abort(); /* a mistake in the table */
    unsigned index = content->count++;
    content->names[index] = (struct slice){start, (size_t)(parser->at - start)};
    return (struct part){(content_state)1 << index, (content_state)1 << index, false};
}

/* A name or a group, with ?, * or +. */
static struct part parse_item(struct parser *parser) {
    pass_blanks(parser);
    struct part part;
    if (*parser->at == '(') {
        parser->at++;
        part = parse_choice(parser);
        if (*parser->at++ != ')') abort();
    } else {
        part = parse_name(parser);
    }
    char mark = *parser->at;
    if (mark == '*' || mark == '+') connect(parser->content, part.last, part.first);
    if (mark == '*' || mark == '?') part.may_be_empty = true;
    if (mark && strchr("?*+", mark)) parser->at++;
    pass_blanks(parser);
    return part;
}

static struct part parse_sequence(struct parser *parser) {
    struct part whole = parse_item(parser);
    while (*parser->at && !strchr("|)", *parser->at)) {
        struct part next = parse_item(parser);
        connect(parser->content, whole.last, next.first);
        if (whole.may_be_empty) whole.first |= next.first;
        whole.last = next.may_be_empty ? whole.last | next.last : next.last;
        whole.may_be_empty = whole.may_be_empty && next.may_be_empty;
    }
    return whole;
}

static struct part parse_choice(struct parser *parser) {
    struct part whole = parse_sequence(parser);
    while (*parser->at == '|') {
        parser->at++;
        struct part other = parse_sequence(parser);
        whole.first |= other.first;
        whole.last |= other.last;
        whole.may_be_empty = whole.may_be_empty || other.may_be_empty;
    }
    return whole;
}

void content_parse(struct content *content, const char *model) {
    static const char *const words[] = {[CONTENT_TEXT] = "#text", [CONTENT_EMPTY] = "#empty", [CONTENT_ANY] = "#any"};
    *content = (struct content){.kind = CONTENT_ELEMENTS, .may_be_empty = true};
    for (int kind = CONTENT_TEXT; kind <= CONTENT_ANY; kind++)
        if (strcmp(model, words[kind]) == 0) content->kind = (enum content_kind)kind;
    if (content->kind != CONTENT_ELEMENTS) return;
    struct parser parser = {content, model};
    struct part whole = parse_choice(&parser);
    content->first = whole.first;
    content->last = whole.last;
    content->may_be_empty = whole.may_be_empty;
}

static content_state next_states(const struct content *content, content_state state) {
    content_state next = state & CONTENT_START ? content->first : 0;
    for (unsigned i = 0; i < content->count; i++)
        if (state >> i & 1) next |= content->follow[i];
    return next;
}

content_state content_find(const struct content *content, struct slice name) {
    content_state found = 0;
    for (unsigned i = 0; i < content->count; i++)
        if (slice_equal(content->names[i], name)) found |= (content_state)1 << i;
    return found;
}

content_state content_step(const struct content *content, content_state state, struct slice name) {
    return next_states(content, state) & content_find(content, name);
}

bool content_is_complete(const struct content *content, content_state state) {
    if (content->kind != CONTENT_ELEMENTS) return true;
    return state & CONTENT_START ? content->may_be_empty : (state & content->last) != 0;
}

static bool is_shown_before(const struct content *content, content_state states, unsigned index) {
    for (unsigned i = 0; i < index; i++)
        if (states >> i & 1 && slice_equal(content->names[i], content->names[index])) return true;
    return false;
}

bool content_append_expected(const struct content *content, content_state state, struct buffer *text) {
    content_state next = next_states(content, state);
    struct slice shown[CONTENT_NAMES + 1];
    size_t count = 0;
    for (unsigned i = 0; i < content->count; i++) {
        if (!(next >> i & 1) || is_shown_before(content, next, i)) continue;
        bool is_foreign = slice_equal(content->names[i], SLICE("#other"));
        shown[count++] = is_foreign ? SLICE("an element of another namespace") : content->names[i];
    }
    if (content_is_complete(content, state)) shown[count++] = SLICE("the end");
    bool done = true;
    for (size_t i = 0; i < count && done; i++) {
        if (i > 0) done = buffer_append_string(text, i + 1 == count ? " or " : ", ");
        done = done && buffer_append_slice(text, shown[i]);
    }
    return done;
}
