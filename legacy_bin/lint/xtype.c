/* xtype.c - see xtype.h. */
#include "lint/xtype.h"

enum family { TEXT, REALS, NUMBERS };

static const struct {
    const char *name;
    enum family family;
    size_t items; /* of the arraysize; 0: any */
    const char *wanted;
    const char *accepted; /* as text; NULL: not looked at */
} xtypes[] = {
    [XTYPE_NONE] = {"", TEXT, 0, NULL, NULL},
    [XTYPE_TIMESTAMP] = {"timestamp", TEXT, 0, "datatype char with an arraysize",
                         "YYYY-MM-DD or YYYY-MM-DDThh:mm:ss, with fraction or Z"},
    [XTYPE_ADQL_TIMESTAMP] = {"adql:TIMESTAMP", TEXT, 0, "datatype char with an arraysize",
                              "YYYY-MM-DD or YYYY-MM-DDThh:mm:ss, with fraction or Z"},
    [XTYPE_ADQL_POINT] = {"adql:POINT", TEXT, 0, "datatype char with an arraysize", NULL},
    [XTYPE_ADQL_REGION] = {"adql:REGION", TEXT, 0, "datatype char with an arraysize", NULL},
    [XTYPE_INTERVAL] = {"interval", NUMBERS, 2, "a number's datatype with arraysize 2", NULL},
    [XTYPE_POINT] = {"point", REALS, 2, "datatype float or double with arraysize 2", NULL},
    [XTYPE_CIRCLE] = {"circle", REALS, 3, "datatype float or double with arraysize 3", NULL},
    [XTYPE_POLYGON] = {"polygon", REALS, 0, "datatype float or double with an arraysize", NULL},
    [XTYPE_MOC] = {"moc", TEXT, 0, "datatype char with an arraysize", NULL},
    [XTYPE_UUID] = {"uuid", TEXT, 0, "datatype char with an arraysize", "hexadecimal digits in groups of 8-4-4-4-12"},
};

enum lint_xtype lint_xtype_of(struct slice name) {
    name = slice_trim(name);
    for (int i = XTYPE_NONE + 1; i < XTYPE_COUNT; i++)
        if (slice_equal(slice_of(xtypes[i].name), name)) return (enum lint_xtype)i;
    return XTYPE_NONE;
}

const char *lint_xtype_name(enum lint_xtype xtype) {
    return xtypes[xtype].name;
}

static bool is_of_family(enum family family, enum vot_type type) {
    switch (family) {
    case TEXT: return type == VOT_TYPE_CHAR || type == VOT_TYPE_UNICODE;
    case REALS: return type == VOT_TYPE_FLOAT || type == VOT_TYPE_DOUBLE;
    default: return vot_type_is_number(type);
    }
}

const char *lint_xtype_wanted(enum lint_xtype xtype, const struct vot_field *field) {
    if (xtype == XTYPE_NONE) return NULL;
    size_t items = xtypes[xtype].items;
    bool is_right = is_of_family(xtypes[xtype].family, field->type) && field->has_arraysize;
    /* arrays of points and the like (`2x*`) hold a whole number of them */
    if (items) is_right = is_right && field->items > 0 && field->items % items == 0;
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

static bool is_uuid(struct slice text) {
    static const char pattern[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (text.length != sizeof pattern - 1) return false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.text[i];
        bool is_hexadecimal = is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
        if (pattern[i] == '-' ? c != '-' : !is_hexadecimal) return false;
    }
    return true;
}

bool lint_xtype_fits(enum lint_xtype xtype, struct slice text) {
    while (text.length && text.text[text.length - 1] == ' ') text.length--; /* padding of a fixed arraysize */
    if (text.length == 0) return true;
    switch (xtype) {
    case XTYPE_TIMESTAMP:
    case XTYPE_ADQL_TIMESTAMP: return is_timestamp(text);
    case XTYPE_UUID: return is_uuid(text);
    default: return true;
    }
}

const char *lint_xtype_accepted(enum lint_xtype xtype) {
    return xtypes[xtype].accepted;
}
