/* xtype.c - see xtype.h. */
#include "lint/xtype.h"

#include "lint/value.h"

enum family { TEXT, REALS, NUMBERS };

static const struct {
    const char *name;
    enum family family;
    size_t items;       /* numbers in each; 0: any */
    const char *wanted; /* of datatype and arraysize */
    const char *accepted;
} xtypes[] = {
    [XTYPE_NONE] = {"", TEXT, 0, NULL, NULL},
    [XTYPE_TIMESTAMP] = {"timestamp", TEXT, 0, "datatype char, of one dimension",
                         "YYYY-MM-DD or YYYY-MM-DDThh:mm:ss, with fraction or Z"},
    [XTYPE_INTERVAL] = {"interval", NUMBERS, 2, "a number's datatype, arraysize 2", "both limits NaN, or none"},
    [XTYPE_POINT] = {"point", REALS, 2, "datatype float or double, arraysize 2",
                     "both coordinates NaN, or none; neither infinite"},
    [XTYPE_CIRCLE] = {"circle", REALS, 3, "datatype float or double, arraysize 3", "all three NaN, or none"},
    [XTYPE_POLYGON] = {"polygon", REALS, 0, "datatype float or double, arraysize *", "three or more pairs"},
};

enum lint_xtype lint_xtype_of(struct slice name) {
    name = slice_trim(name);
    for (int i = XTYPE_NONE + 1; i < XTYPE_COUNT; i++)
        if (slice_equal(slice_of(xtypes[i].name), name)) return (enum lint_xtype)i;
    return XTYPE_NONE;
}

bool lint_xtype_is_known(struct slice name) {
    name = slice_trim(name);
    return lint_xtype_of(name) != XTYPE_NONE || name.length == 0 || memchr(name.text, ':', name.length) ||
           lint_has_word("hms dms range moc multipolygon shape uri uuid json", name);
}

const char *lint_xtype_name(enum lint_xtype xtype) {
    return xtypes[xtype].name;
}

static bool is_of_family(enum family family, enum vot_type type) {
    switch (family) {
    case TEXT: return type == VOT_TYPE_CHAR;
    case REALS: return type == VOT_TYPE_FLOAT || type == VOT_TYPE_DOUBLE;
    default: return vot_type_is_number(type);
    }
}

const char *lint_xtype_wanted(enum lint_xtype xtype, const struct vot_field *field) {
    if (xtype == XTYPE_NONE) return NULL;
    size_t items = xtypes[xtype].items;
    struct slice arraysize = slice_trim(vot_attribute(field->node, "arraysize"));
    bool has_dimensions = arraysize.length && memchr(arraysize.text, 'x', arraysize.length);
    bool is_right = is_of_family(xtypes[xtype].family, field->type);
    /* an array of points or the like (`2x*`) has them in its first dimension */
    if (items)
        is_right = is_right && (has_dimensions ? arraysize.text[0] - '0' == (int)items && arraysize.text[1] == 'x'
                                               : !field->is_variable && field->items == items);
    else
        is_right = is_right && !has_dimensions;
    return is_right ? NULL : xtypes[xtype].wanted;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* `0` in the pattern stands for a digit. */
static bool begins_like(struct slice text, const char *pattern) {
    size_t length = strlen(pattern);
    if (text.length < length) return false;
    for (size_t i = 0; i < length; i++)
        if (pattern[i] == '0' ? !is_digit(text.text[i]) : text.text[i] != pattern[i]) return false;
    return true;
}

static int pair_at(struct slice text, size_t at) {
    return (text.text[at] - '0') * 10 + (text.text[at + 1] - '0');
}

static bool is_timestamp(struct slice text) {
    enum { DATE = 10, TIME = 19 };
    if (!begins_like(text, "0000-00-00")) return false;
    int month = pair_at(text, 5), day = pair_at(text, 8);
    if (month < 1 || month > 12 || day < 1 || day > 31) return false;
    size_t at = DATE;
    if (text.length > DATE && text.text[DATE] == 'T') {
        if (!begins_like(text, "0000-00-00T00:00:00")) return false;
        if (pair_at(text, 11) > 24 || pair_at(text, 14) > 59 || pair_at(text, 17) > 60) return false; /* leap seconds */
        at = TIME;
        if (at + 1 < text.length && text.text[at] == '.' && is_digit(text.text[at + 1])) {
            at++;
            while (at < text.length && is_digit(text.text[at])) at++;
        }
    }
    if (at < text.length && text.text[at] == 'Z') at++;
    return at == text.length;
}

bool lint_xtype_fits_text(enum lint_xtype xtype, struct slice text) {
    if (xtype != XTYPE_TIMESTAMP) return true;
    while (text.length && text.text[text.length - 1] == ' ') text.length--; /* padding of a fixed arraysize */
    return text.length == 0 || is_timestamp(text);
}

bool lint_xtype_fits_numbers(enum lint_xtype xtype, size_t count, size_t nans, size_t infinities) {
    if (xtype == XTYPE_POLYGON) return count % 2 == 0 && count >= 6;
    if (xtype == XTYPE_NONE || count != xtypes[xtype].items) return true; /* an array of them */
    return (nans == 0 || nans == count) && !(xtype == XTYPE_POINT && infinities > 0);
}

const char *lint_xtype_accepted(enum lint_xtype xtype) {
    return xtypes[xtype].accepted;
}
