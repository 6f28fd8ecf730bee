/* expression_pattern.c - LIKE, and POSIX regular expressions over UTF-8. */
#include <locale.h>
#include <regex.h>
#include <stdlib.h>

#include "table/expression_tree.h"

static char lowered(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* The place behind the character at `at`. */
static size_t behind_character(struct slice text, size_t at) {
    do at++;
    while (at < text.length && ((unsigned char)text.text[at] & 0xc0) == 0x80);
    return at;
}

/* On a mismatch only the last `%` is tried again, further on: no pattern takes more than pattern × text steps. */
bool pattern_is_like(struct slice text, struct slice pattern, bool ignores_case) {
    size_t at = 0, wanted = 0, retry_at = 0, retry_wanted = SIZE_MAX;
    while (at < text.length) {
        char c = wanted < pattern.length ? pattern.text[wanted] : '\0';
        if (wanted < pattern.length && c == '%') {
            retry_wanted = ++wanted;
            retry_at = at;
        } else if (wanted < pattern.length && c == '_') {
            at = behind_character(text, at);
            wanted++;
        } else if (wanted < pattern.length &&
                   (c == text.text[at] || (ignores_case && lowered(c) == lowered(text.text[at])))) {
            at++;
            wanted++;
        } else if (retry_wanted != SIZE_MAX) {
            at = retry_at = behind_character(text, retry_at);
            wanted = retry_wanted;
        } else {
            return false;
        }
    }
    while (wanted < pattern.length && pattern.text[wanted] == '%') wanted++;
    return wanted == pattern.length;
}

/* The library expands counted repetition (`a{9}`) when it compiles: what would grow beyond this is refused. */
enum { EXPANSION_MAXIMUM = 4096, PATTERN_MAXIMUM = 1024 };

/* NULL, or what is wrong. Repetitions are multiplied wherever they stand, which is never too little. */
static const char *objection(struct slice pattern) {
    if (pattern.length > PATTERN_MAXIMUM) return "longer than 1024 bytes";
    size_t product = 1;
    bool in_brackets = false;
    for (size_t i = 0; i < pattern.length; i++) {
        char c = pattern.text[i];
        if (in_brackets) {
            in_brackets = c != ']';
        } else if (c == '[') {
            in_brackets = true;
            if (i + 1 < pattern.length && pattern.text[i + 1] == '^') i++;
            if (i + 1 < pattern.length && pattern.text[i + 1] == ']') i++;
        } else if (c == '\\' && i + 1 < pattern.length) {
            i++;
            if (pattern.text[i] >= '0' && pattern.text[i] <= '9') return "no back references";
        } else if (c == '{') {
            size_t count = 0, largest = 1;
            for (i++; i < pattern.length && pattern.text[i] != '}'; i++) {
                bool is_digit = pattern.text[i] >= '0' && pattern.text[i] <= '9';
                count = is_digit && count <= EXPANSION_MAXIMUM ? count * 10 + (size_t)(pattern.text[i] - '0')
                        : is_digit                             ? count
                                                               : 0;
                if (count > largest) largest = count;
            }
            product *= largest;
            if (product > EXPANSION_MAXIMUM) return "too many repetitions";
        }
    }
    return NULL;
}

struct pattern {
    regex_t regex;
    locale_t locale; /* whose characters are UTF-8's; 0: the system has none, and characters are bytes */
};

static locale_t enter(const struct pattern *pattern) {
    return pattern->locale ? uselocale(pattern->locale) : (locale_t)0;
}

static void leave(locale_t before) {
    if (before) uselocale(before);
}

static const char *reason_of(int status) {
    static const char *const reasons[] = {
        [REG_BADPAT] = "invalid pattern", [REG_ECOLLATE] = "invalid character", [REG_ECTYPE] = "unknown class",
        [REG_EESCAPE] = "\\ at the end",  [REG_ESUBREG] = "no back references", [REG_EBRACK] = "[ without ]",
        [REG_EPAREN] = "( without )",     [REG_EBRACE] = "{ without }",         [REG_BADBR] = "wrong { }",
        [REG_ERANGE] = "wrong range",     [REG_ESPACE] = "too large",           [REG_BADRPT] = "nothing to repeat",
    };
    bool is_known = (size_t)status < sizeof reasons / sizeof *reasons && reasons[status];
    return is_known ? reasons[status] : "invalid pattern";
}

struct pattern *pattern_compile(struct slice text, const char **reason) {
    *reason = objection(text);
    if (*reason) return NULL;
    struct pattern *pattern = calloc(1, sizeof *pattern);
    char *string = strndup(text.text, text.length);
    int status = REG_ESPACE;
    if (pattern && string) {
        pattern->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
        locale_t before = enter(pattern);
        status = regcomp(&pattern->regex, string, REG_EXTENDED | REG_NOSUB);
        leave(before);
    }
    free(string);
    if (status == 0) return pattern;
    *reason = reason_of(status);
    if (pattern && pattern->locale) freelocale(pattern->locale);
    free(pattern);
    return NULL;
}

bool pattern_matches(const struct pattern *pattern, struct slice text, struct buffer *room, bool *has_failed) {
    room->length = 0;
    const char *string = buffer_append_slice(room, text) ? buffer_string(room) : NULL;
    if (!string) {
        *has_failed = true;
        return false;
    }
    locale_t before = enter(pattern);
    int status = regexec(&pattern->regex, string, 0, NULL, 0);
    leave(before);
    *has_failed = status == REG_ESPACE;
    return status == 0;
}

void pattern_free(struct pattern *pattern) {
    if (!pattern) return;
    regfree(&pattern->regex);
    if (pattern->locale) freelocale(pattern->locale);
    free(pattern);
}
