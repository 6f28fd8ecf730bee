/* expression_pattern.c - LIKE, and POSIX regular expressions over UTF-8. */
#include <errno.h>
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

/* The library copies what is repeated (`a{9}`, `a+`, and so on inwards) when it compiles: a pattern that would grow
 * beyond so many parts is refused. */
enum { EXPANSION_MAXIMUM = 16384, PATTERN_MAXIMUM = 1024 };

/* Behind the bracket expression at `at`, or where the pattern ends; never too far. */
static size_t pass_brackets(struct slice pattern, size_t at) {
    at++;
    if (at < pattern.length && pattern.text[at] == '^') at++;
    if (at < pattern.length && pattern.text[at] == ']') at++;
    while (at < pattern.length && pattern.text[at] != ']') at++;
    return at;
}

/* The largest number between the braces at *at, which moves to their end. */
static size_t read_bounds(struct slice pattern, size_t *at) {
    size_t number = 0, largest = 1;
    for (++*at; *at < pattern.length && pattern.text[*at] != '}'; ++*at) {
        char c = pattern.text[*at];
        if (c < '0' || c > '9')
            number = 0;
        else if (number <= EXPANSION_MAXIMUM)
            number = number * 10 + (size_t)(c - '0');
        if (number > largest) largest = number;
    }
    return largest;
}

/* NULL, or what is wrong. */
static const char *objection(struct slice pattern) {
    size_t sums[PATTERN_MAXIMUM + 1] = {0}; /* parts of each open group, without its last */
    size_t depth = 0, last = 0;             /* parts of the last, which an operator would repeat */
    if (pattern.length > PATTERN_MAXIMUM) return "longer than 1024 bytes";
    for (size_t i = 0; i < pattern.length && last <= EXPANSION_MAXIMUM; i++) {
        char c = pattern.text[i];
        if (c == '*' || c == '?') {
            last++;
        } else if (c == '+') {
            last *= 2;
        } else if (c == '{') {
            last *= read_bounds(pattern, &i) + 1;
        } else if (c == ')' && depth > 0) {
            last += sums[depth--] + 1;
        } else {
            sums[depth] += last;
            last = c != '(';
            if (c == '(') sums[++depth] = 0;
            if (c == '[') i = pass_brackets(pattern, i);
            if (c != '\\' || i + 1 == pattern.length) continue;
            c = pattern.text[++i];
            if (c >= '0' && c <= '9') return "no back references";
        }
    }
    for (size_t i = 0; i <= depth; i++) last += sums[i];
    return last > EXPANSION_MAXIMUM ? "too many repetitions" : NULL;
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
        [REG_BADPAT] = "invalid pattern", [REG_ECOLLATE] = "invalid character",  [REG_ECTYPE] = "unknown class",
        [REG_EESCAPE] = "\\ at the end",  [REG_ESUBREG] = "no back references",  [REG_EBRACK] = "[ without ]",
        [REG_EPAREN] = "( without )",     [REG_EBRACE] = "{ without }",          [REG_BADBR] = "wrong { }",
        [REG_ERANGE] = "wrong range",     [REG_ESPACE] = "too large for memory", [REG_BADRPT] = "nothing to repeat",
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
        errno = 0;
        pattern->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
        locale_t before = enter(pattern);
        if (errno != ENOMEM) status = regcomp(&pattern->regex, string, REG_EXTENDED | REG_NOSUB);
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
    errno = 0; /* glibc says REG_NOMATCH when memory is short */
    int status = regexec(&pattern->regex, string, 0, NULL, 0);
    *has_failed = status != 0 && errno == ENOMEM;
    leave(before);
    return status == 0;
}

void pattern_free(struct pattern *pattern) {
    if (!pattern) return;
    regfree(&pattern->regex);
    if (pattern->locale) freelocale(pattern->locale);
    free(pattern);
}
