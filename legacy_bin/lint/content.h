/* content.h - what may stand inside an element, and in what order: a content model written as in a DTD
 * ("DESCRIPTION? (FIELD | PARAM)+ DATA?"), made into an automaton whose states are the names in it (Glushkov's
 * construction). XML 1.0, section 3.2.1. */
#ifndef LINT_CONTENT_H
#define LINT_CONTENT_H

#include <stdint.h>

#include "base/buffer.h"

enum content_kind {
    CONTENT_ELEMENTS,
    CONTENT_TEXT,  /* "#text" */
    CONTENT_EMPTY, /* "#empty" */
    CONTENT_ANY,   /* "#any": text and whatever elements */
};

enum { CONTENT_NAMES = 31 };

/* Set of states. */
typedef uint32_t content_state;
#define CONTENT_START ((content_state)1 << CONTENT_NAMES)

struct content {
    enum content_kind kind;
    unsigned count;
    struct slice names[CONTENT_NAMES]; /* as they stand in the model, which is borrowed */
    content_state first, last;         /* where an element may begin and end */
    bool may_be_empty;
    content_state follow[CONTENT_NAMES];
};

/* Models are our own: what is wrong with one is found by the tests. */
void content_parse(struct content *content, const char *model);
/* The states after one more child; 0: it may not stand here. */
content_state content_step(const struct content *content, content_state state, struct slice name);
/* Whether the element may end here. */
bool content_is_complete(const struct content *content, content_state state);
/* The states of a child wherever it may stand at all, to go on from after an error; 0: nowhere. */
content_state content_find(const struct content *content, struct slice name);
/* What may come next, as "INFO, TABLE or the end". */
bool content_append_expected(const struct content *content, content_state state, struct buffer *text);

#endif
