/* expression_tree.h - an expression as its parser builds it and its evaluator walks it; for table/expression*.c. */
#ifndef TABLE_EXPRESSION_TREE_H
#define TABLE_EXPRESSION_TREE_H

#include "base/arena.h"
#include "table/expression.h"
#include "table/position.h"

enum operation {
    OP_CONSTANT,
    OP_COLUMN,   /* `field`, `column` */
    OP_COMPUTED, /* `computed` */
    OP_ROW_NUMBER,
    OP_OR, /* of two or more; likewise AND */
    OP_AND,
    OP_NOT,
    OP_COMPARE,
    OP_ADD,
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_REMAINDER,
    OP_POWER,
    OP_NEGATE,
    OP_LIKE,
    OP_REGEX,
    OP_IN,
    OP_BETWEEN,
    OP_IS_NULL,
    OP_CALL,
};

enum relation { EQUAL, UNEQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL };

/* How a column was named; binding looks it up. */
enum naming { NAMED_NOT, NAMED_BARE, NAMED_NAME, NAMED_ID, NAMED_UCD, NAMED_INDEX };

struct function;

struct node {
    enum operation operation;
    enum expression_type type; /* once bound, or a constant's */
    enum relation relation;
    enum naming naming;
    bool is_negated;   /* NOT LIKE, NOT IN, NOT BETWEEN, IS NOT NULL, !~ */
    bool ignores_case; /* ILIKE */
    bool is_single;    /* a column of float: constants are compared with it as float */
    bool is_unicode;   /* text that may be other than ASCII */
    unsigned depth;    /* of the nodes below, and their own */
    size_t at;         /* where it stands in the text */
    struct node *child, *last_child, *next;
    struct expression_value value;   /* constants */
    struct expression_value *sorted; /* IN: its items in order, where they are constants of one type; else NULL */
    size_t sorted_count;
    struct slice name; /* of a column */
    size_t column;
    const struct vot_field *field;
    struct position position; /* within(), in these fields */
    const struct vot_field *fields;
    struct expression *computed;
    const struct function *function;
    struct pattern *pattern;
    struct buffer room; /* for the text of this node */
    struct node *older; /* all nodes of the expression, for freeing them */
};

struct expression {
    struct arena arena;
    struct slice text;
    struct node *root, *newest;
    bool has_cached; /* what other expressions ask for is computed once a row */
    uint64_t cached_row;
    struct expression_value cached;
    struct buffer cell; /* what expression_cell() gives */
    char digits[NUMBER_ROOM + VOT_CELL_SLACK];
};

/* While a row is evaluated. */
struct evaluation {
    const struct vot_cell *cells;
    uint64_t row;
    const char *failure; /* NULL: none so far */
};

/* `'REST', where EXPECTED is expected` at a place of the text. Returns false. */
bool expression_refuse(const struct expression *expression, size_t at, struct error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The functions that expressions may call. */
struct function {
    const char *name;
    unsigned least, most; /* arguments */
    enum function_result { RESULT_REAL, RESULT_LIKE_ARGUMENTS, RESULT_INTEGER, RESULT_TEXT, RESULT_BOOLEAN } result;
    bool takes_text;
    bool needs_position;    /* the table's position columns */
    double (*real)(double); /* of one number; or: */
    struct expression_value (*apply)(struct evaluation *evaluation, struct node *node);
};
const struct function *function_find(struct slice name);
/* All names, comma-separated; in the arena. */
const char *function_names(struct arena *arena);

/* For functions and operators. A number: integer or real, text only where it reads completely as one. */
struct expression_value expression_value_of(struct evaluation *evaluation, struct node *node);
struct expression_value expression_number_of(struct evaluation *evaluation, struct node *node);
/* A text: cells as they stand, other numbers with the fewest digits. */
struct expression_value expression_text_of(struct evaluation *evaluation, struct node *node);
/* The number in a text; null: it is none. */
struct expression_value expression_number_in(struct slice text);
/* `true t 1` and `false f 0`, in any case; null: another word. */
struct expression_value expression_boolean_in(struct slice text);
struct expression_value expression_real(double value); /* NaN is null */
struct expression_value expression_cell_value(struct evaluation *evaluation, struct node *node);

/* Of two integers or two texts, for qsort() and bsearch(). */
int expression_order(const void *left, const void *right);

static inline double value_real(struct expression_value value) {
    return value.form == VALUE_INTEGER ? (double)value.integer : value.real;
}

static inline struct expression_value value_integer(int64_t integer) {
    return (struct expression_value){.form = VALUE_INTEGER, .integer = integer};
}

static inline struct expression_value value_text(struct slice text) {
    return (struct expression_value){.form = VALUE_TEXT, .text = text};
}

#define VALUE_NOTHING ((struct expression_value){.form = VALUE_NULL})

/* LIKE: `%` any characters, `_` one. */
bool pattern_is_like(struct slice text, struct slice pattern, bool ignores_case);
/* A POSIX extended regular expression (IEEE 1003.1-2017 section 9.4) over UTF-8; NULL with *reason set, which nobody
 * frees. Back references are not POSIX and refused. */
struct pattern;
struct pattern *pattern_compile(struct slice text, const char **reason);
/* `room` is for a copy of the text. */
bool pattern_matches(const struct pattern *pattern, struct slice text, struct buffer *room, bool *has_failed);
void pattern_free(struct pattern *pattern);

#endif
