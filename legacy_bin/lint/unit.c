/* unit.c - see unit.h. VOUnits 1.1: section 2 (symbols, prefixes), appendix C (grammar). */
#include "lint/unit.h"

#include "lint/value.h"

enum { DEPTH_MAXIMUM = 16 }; /* of parentheses */

static const char prefixes[] = "da y z a f p n u m c d h k M G T P E Z Y Ki Mi Gi Ti Pi Ei Zi Yi";
/* With a prefix or without ... */
static const char symbols[] =
    "m g s A K mol cd rad sr Hz N Pa J W C V S F Wb T H lm lx Ohm a adu arcsec mas AU au barn beam bin bit byte B "
    "ct count chan D deg erg eV G Jy lyr mag pc ph photon pix pixel R Ry solLum solMass solRad u voxel yr Ba ta";
/* ... or never with one. */
static const char whole_symbols[] = "% angstrom Angstrom arcmin d dB h min sun Sun unknown UNKNOWN uarcsec";

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool take(struct slice *text, const char *token) {
    size_t length = strlen(token);
    if (text->length < length || memcmp(text->text, token, length) != 0) return false;
    text->text += length;
    text->length -= length;
    return true;
}

static bool take_digits(struct slice *text) {
    size_t count = 0;
    while (count < text->length && is_digit(text->text[count])) count++;
    text->text += count;
    text->length -= count;
    return count > 0;
}

static bool is_symbol(struct slice word) {
    if (lint_has_word(symbols, word) || lint_has_word(whole_symbols, word)) return true;
    for (const char *at = prefixes; *at;) {
        size_t length = strcspn(at, " ");
        struct slice rest = {word.text + length, word.length > length ? word.length - length : 0};
        if (rest.length && memcmp(word.text, at, length) == 0 && lint_has_word(symbols, rest)) return true;
        at += length + (at[length] == ' ');
    }
    return false;
}

static bool take_signed_digits(struct slice *text) {
    if (!take(text, "-")) take(text, "+");
    return take_digits(text);
}

/* `.5`; a point that something else follows is a product's. */
static void take_fraction(struct slice *text) {
    if (text->length < 2 || text->text[0] != '.' || !is_digit(text->text[1])) return;
    take(text, ".");
    take_digits(text);
}

/* `**2`, `**-1`, `**0.5`, `**(1/2)` */
static bool take_power(struct slice *text) {
    if (!take(text, "**")) return true;
    bool has_parenthesis = take(text, "(");
    if (!take_signed_digits(text)) return false;
    take_fraction(text);
    if (has_parenthesis && take(text, "/") && !take_digits(text)) return false;
    return !has_parenthesis || take(text, ")");
}

/* A factor in front: `10**-3`, `0.01`, `1.5e3`. */
static bool take_factor(struct slice *text) {
    if (!take_digits(text)) return false;
    take_fraction(text);
    if (text->length > 1 && (text->text[0] | 0x20) == 'e' && (is_digit(text->text[1]) || text->text[1] == '-')) {
        text->text++;
        text->length--;
        return take_signed_digits(text);
    }
    return take_power(text);
}

static bool take_product(struct slice *text, unsigned depth);

/* A symbol, one in quotes, a function or a group; with a power. */
static bool take_unit(struct slice *text, unsigned depth) {
    if (depth > DEPTH_MAXIMUM) return false;
    if (take(text, "(")) return take_product(text, depth + 1) && take(text, ")") && take_power(text);
    struct slice start = *text, word = {text->text, 0};
    while (word.length < text->length && is_letter(text->text[word.length])) word.length++;
    if (word.length == 0 && take(text, "'")) {
        while (text->length && is_letter(text->text[0])) text->text++, text->length--;
        return take(text, "'") && take_power(text);
    }
    if (word.length == 0 && take(text, "%")) return true;
    text->text += word.length;
    text->length -= word.length;
    if (lint_has_word("log ln exp sqrt", word) && take(text, "("))
        return take_product(text, depth + 1) && take(text, ")");
    bool is_quoted_after_prefix = lint_has_word(prefixes, word) && text->length && text->text[0] == '\'';
    if (is_quoted_after_prefix) return take_unit(text, depth + 1);
    if (word.length && is_symbol(word)) return take_power(text);
    *text = start;
    return false;
}

static bool take_product(struct slice *text, unsigned depth) {
    if (!take_unit(text, depth)) return false;
    while (take(text, ".") || take(text, "/"))
        if (!take_unit(text, depth)) return false;
    return true;
}

bool unit_check(struct slice unit, struct slice *at) {
    *at = slice_trim(unit);
    if (at->length == 0) return true;
    if (take_factor(at) && at->length == 0) return true;
    take(at, ".");
    take(at, "/"); /* `/s` */
    return take_product(at, 0) && at->length == 0;
}
