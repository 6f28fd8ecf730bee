/* value.c - see value.h. XML Schema 1.0 part 2 (token, NMTOKEN, ID, dateTime, integers); VOTable's simple types. */
#include "lint/value.h"

#include "base/utf8.h"

const char lint_datatypes[] =
    "boolean bit unsignedByte short int long char unicodeChar float double floatComplex doubleComplex";

bool lint_has_word(const char *words, struct slice word) {
    for (const char *at = words; *at;) {
        size_t length = strcspn(at, " ");
        if (slice_equal((struct slice){at, length}, word)) return true;
        at += length + (at[length] == ' ');
    }
    return false;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Digits taken off the start of a text; returns how many. */
static size_t take_digits(struct slice *text) {
    size_t count = 0;
    while (count < text->length && is_digit(text->text[count])) count++;
    text->text += count;
    text->length -= count;
    return count;
}

static bool take(struct slice *text, char c) {
    if (text->length == 0 || text->text[0] != c) return false;
    text->text++;
    text->length--;
    return true;
}

static bool take_one_of(struct slice *text, const char *characters) {
    return text->length > 0 && text->text[0] && strchr(characters, text->text[0]) && take(text, text->text[0]);
}

static bool is_name_character(uint32_t code) {
    if (code < 0x80) return is_letter((char)code) || is_digit((char)code) || (code && strchr("._-:", (int)code));
    return code == 0xB7 || (code >= 0xC0 && code != 0xD7 && code != 0xF7 && !(code >= 0x2010 && code <= 0x203E) &&
                            !(code >= 0x2190 && code < 0x2C00) && code != 0x37E && code != 0x3000);
}

static bool is_nmtoken(struct slice text) {
    if (!text.length) return false;
    while (text.length) {
        uint32_t code;
        size_t length = utf8_read(text, &code);
        if (!length || !is_name_character(code)) return false;
        text.text += length;
        text.length -= length;
    }
    return true;
}

/* NCName: not only the characters, also how it begins. */
static bool is_identifier(struct slice text) {
    if (!is_nmtoken(text) || memchr(text.text, ':', text.length)) return false;
    return !is_digit(text.text[0]) && text.text[0] != '-' && text.text[0] != '.' &&
           !(text.length > 1 && memcmp(text.text, "\xC2\xB7", 2) == 0);
}

/* `3`, `*`, `16*`, with any number of `3x` in front. */
static bool is_arraysize(struct slice text) {
    if (!text.length) return true; /* as if it were absent */
    while (take_digits(&text) > 0)
        if (!take(&text, 'x')) return text.length == 0 || (take(&text, '*') && text.length == 0);
    return take(&text, '*') && text.length == 0;
}

static bool is_precision(struct slice text, bool may_begin_with_zero) {
    take_one_of(&text, "EF");
    if (text.length && text.text[0] == '0' && !may_begin_with_zero) return false;
    return take_digits(&text) > 0 && text.length == 0;
}

static bool is_whole_number(struct slice text, bool may_be_zero) {
    bool is_negative = take(&text, '-');
    if (!is_negative) take(&text, '+');
    bool is_zero = true;
    for (size_t i = 0; i < text.length; i++) is_zero = is_zero && text.text[i] == '0';
    return take_digits(&text) > 0 && text.length == 0 && (is_zero ? may_be_zero : !is_negative);
}

static bool is_ucd(struct slice text) {
    for (size_t i = 0; i < text.length; i++)
        if (!is_letter(text.text[i]) && !is_digit(text.text[i]) && !(text.text[i] && strchr("_.:;-", text.text[i])))
            return false;
    return true;
}

static bool is_year(struct slice text) {
    take_one_of(&text, "JB");
    if (take_digits(&text) == 0) return false;
    if (take(&text, '.')) take_digits(&text);
    return text.length == 0;
}

/* A number of Julian days, MJD-origin or JD-origin. */
static bool is_origin(struct slice text) {
    if (slice_equal(text, SLICE("MJD-origin")) || slice_equal(text, SLICE("JD-origin"))) return true;
    take_one_of(&text, "+-");
    size_t digits = take_digits(&text);
    if (take(&text, '.')) digits += take_digits(&text);
    if (digits == 0) return false;
    if (!take_one_of(&text, "eE")) return text.length == 0;
    take_one_of(&text, "+-");
    return take_digits(&text) > 0 && text.length == 0;
}

/* Two digits, at most `maximum`. */
static bool take_pair(struct slice *text, int maximum) {
    if (text->length < 2 || !is_digit(text->text[0]) || !is_digit(text->text[1])) return false;
    int number = (text->text[0] - '0') * 10 + text->text[1] - '0';
    text->text += 2;
    text->length -= 2;
    return number <= maximum;
}

static bool is_time(struct slice text) {
    take(&text, '-');
    if (take_digits(&text) < 4) return false;
    if (!take(&text, '-') || !take_pair(&text, 12) || !take(&text, '-') || !take_pair(&text, 31)) return false;
    if (!take(&text, 'T') || !take_pair(&text, 24) || !take(&text, ':') || !take_pair(&text, 59)) return false;
    if (!take(&text, ':') || !take_pair(&text, 59)) return false;
    if (take(&text, '.') && take_digits(&text) == 0) return false;
    if (take(&text, 'Z') || text.length == 0) return text.length == 0;
    return take_one_of(&text, "+-") && take_pair(&text, 14) && take(&text, ':') && take_pair(&text, 59) &&
           text.length == 0;
}

bool lint_value_fits(enum lint_value kind, const char *choices, struct slice value) {
    value = slice_trim(value);
    switch (kind) {
    case VALUE_TEXT:
    case VALUE_VERSION: return true;
    case VALUE_ID:
    case VALUE_IDREF: return is_identifier(value);
    case VALUE_CHOICE: return value.length && lint_has_word(choices, value);
    case VALUE_NMTOKEN: return is_nmtoken(value);
    case VALUE_DATATYPE: return value.length && lint_has_word(lint_datatypes, value);
    case VALUE_ARRAYSIZE: return is_arraysize(value);
    case VALUE_PRECISION_11: return is_precision(value, false);
    case VALUE_PRECISION: return is_precision(value, true);
    case VALUE_POSITIVE: return is_whole_number(value, false);
    case VALUE_NON_NEGATIVE: return is_whole_number(value, true);
    case VALUE_UCD: return is_ucd(value);
    case VALUE_YEAR: return is_year(value);
    case VALUE_TIME: return is_time(value);
    case VALUE_ORIGIN: return is_origin(value);
    }
    return true;
}

const char *lint_value_accepted(enum lint_value kind, const char *choices) {
    switch (kind) {
    case VALUE_TEXT:
    case VALUE_VERSION: return "text";
    case VALUE_ID:
    case VALUE_IDREF: return "a letter or _, then letters, digits, '.', '-' or '_'";
    case VALUE_CHOICE: return choices;
    case VALUE_NMTOKEN: return "letters, digits, '.', '-', '_' or ':'";
    case VALUE_DATATYPE: return lint_datatypes;
    case VALUE_ARRAYSIZE: return "like 3, *, 16*, 3x2 or 3x*";
    case VALUE_PRECISION_11: return "like 2, F2 or E5, not beginning with 0";
    case VALUE_PRECISION: return "like 2, F2 or E5";
    case VALUE_POSITIVE: return "an integer above 0";
    case VALUE_NON_NEGATIVE: return "an integer, 0 or above";
    case VALUE_UCD: return "letters, digits, '.', ';', ':', '_' or '-'";
    case VALUE_YEAR: return "like J2000, B1950 or 1991.25";
    case VALUE_TIME: return "like 2024-02-29T23:59:59";
    case VALUE_ORIGIN: return "a Julian Date, MJD-origin or JD-origin";
    }
    return "text";
}
