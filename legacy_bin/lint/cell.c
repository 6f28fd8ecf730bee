/* cell.c - see cell.h. Every cell of a table comes through here: what is plain is decided in a few steps. */
#include "lint/cell.h"

#include <math.h>

#include "base/bigendian.h"
#include "base/utf8.h"

void lint_column_open(struct lint_column *column, const struct vot_field *field, enum lint_version version) {
    *column = (struct lint_column){.field = field, .may_be_empty = version >= LINT_1_3};
    if (!field) return;
    bool is_complex = field->type == VOT_TYPE_FLOAT_COMPLEX || field->type == VOT_TYPE_DOUBLE_COMPLEX;
    column->is_text = vot_type_is_string(field->type);
    column->is_array = !column->is_text && (is_complex || field->is_variable || field->items != 1);
    column->step = field->items * (is_complex ? 2 : 1);
    column->maximum = field->maximum * (is_complex ? 2 : 1);
    if (vot_type_is_integer(field->type)) {
        column->lowest = vot_type_minimum(field->type);
        column->highest = vot_type_maximum(field->type);
    }
    column->xtype = lint_xtype_of(vot_attribute(field->node, "xtype"));
}

static inline bool is_digit(char c) {
    return (unsigned char)(c - '0') < 10;
}

/* The first byte that is no digit, eight at a time: bytes behind the end are looked at, and do not matter. */
static inline const char *pass_digits(const char *at, const char *end) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t ones = 0x0101010101010101u;
    for (; at < end; at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        word ^= ones * '0';
        uint64_t stops = ((word + ones * (0x80 - 10)) | word) & ones * 0x80; /* right up to the first one */
        if (!stops) continue;
        at += __builtin_ctzll(stops) >> 3;
        break;
    }
    return at < end ? at : end;
#else
    while (at < end && is_digit(*at)) at++;
    return at;
#endif
}

static bool is_hexadecimal(const struct lint_column *column, struct slice item) {
    size_t digits = item.length - 2;
    if (digits == 0 || digits > 2 * vot_type_size(column->field->type)) return false;
    for (size_t i = 2; i < item.length; i++)
        if (!is_digit(item.text[i]) && (unsigned char)((item.text[i] | 0x20) - 'a') > 5) return false;
    return true;
}

/* So many digits are never too many for a type of 1, 2, 4, 8 bytes. */
static const unsigned char safe_digits[] = {[1] = 2, [2] = 4, [4] = 9, [8] = 18};

static enum lint_rule check_range(const struct lint_column *column, const char *at, const char *end, bool is_negative) {
    uint64_t value = 0, limit = is_negative ? (uint64_t)0 - (uint64_t)column->lowest : (uint64_t)column->highest;
    for (; at < end; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (value > (UINT64_MAX - digit) / 10) return RULE_CELL_RANGE;
        value = value * 10 + digit;
    }
    return value > limit ? RULE_CELL_RANGE : RULE_NONE;
}

static inline enum lint_rule check_integer(const struct lint_column *column, struct slice item) {
    const char *at = item.text, *end = at + item.length;
    bool is_negative = *at == '-';
    if (is_negative || *at == '+') at++;
    size_t count = (size_t)(pass_digits(at, end) - at);
    if (count == 0 || at + count < end)
        return item.length > 2 && memcmp(item.text, "0x", 2) == 0 && is_hexadecimal(column, item) ? RULE_NONE
                                                                                                  : RULE_CELL;
    bool is_small = count <= safe_digits[vot_type_size(column->field->type)] && !(is_negative && column->lowest == 0);
    return is_small ? RULE_NONE : check_range(column, at, end, is_negative);
}

/* Only numbers with an exponent of their type's last digits can overflow; so few are really read. */
static enum lint_rule check_exponent(const struct lint_column *column, struct slice item) {
    enum vot_type type = column->field->type;
    float single = 0;
    double value = 0;
    if (type == VOT_TYPE_FLOAT || type == VOT_TYPE_FLOAT_COMPLEX) {
        number_read_float(item, &single);
        value = single;
    } else {
        number_read_double(item, &value);
    }
    return isinf(value) ? RULE_CELL_OVERFLOW : RULE_NONE;
}

static enum lint_rule check_real(const struct lint_column *column, struct slice item) {
    const char *at = item.text, *end = at + item.length;
    if (*at == '-' || *at == '+') at++;
    const char *digits = at;
    at = pass_digits(at, end);
    size_t count = (size_t)(at - digits);
    if (at < end && *at == '.') {
        digits = ++at;
        at = pass_digits(at, end);
        count += (size_t)(at - digits);
    }
    if (count == 0) {
        bool is_special =
            slice_equal(item, SLICE("NaN")) || slice_equal(item, SLICE("+Inf")) || slice_equal(item, SLICE("-Inf"));
        return is_special ? RULE_NONE : RULE_CELL;
    }
    if (at == end) return count > 38 ? check_exponent(column, item) : RULE_NONE;
    if ((*at | 0x20) != 'e') return RULE_CELL;
    at++;
    if (at < end && (*at == '-' || *at == '+')) at++;
    digits = at;
    at = pass_digits(at, end);
    count = (size_t)(at - digits);
    if (at < end || count == 0 || count > 3) return RULE_CELL;
    return count > 1 && digits[0] > '2' && digits[-1] != '-' ? check_exponent(column, item) : RULE_NONE;
}

static enum lint_rule check_boolean(struct slice item) {
    bool is_word = slice_equal_nocase(item, SLICE("true")) || slice_equal_nocase(item, SLICE("false"));
    return is_word || (item.length == 1 && memchr("TtFf10?", item.text[0], 7)) ? RULE_NONE : RULE_CELL;
}

static inline enum lint_rule check_item(const struct lint_column *column, struct slice item) {
    switch (column->field->type) {
    case VOT_TYPE_BOOLEAN: return check_boolean(item);
    case VOT_TYPE_BYTE:
    case VOT_TYPE_SHORT:
    case VOT_TYPE_INT:
    case VOT_TYPE_LONG: return check_integer(column, item);
    default: return check_real(column, item);
    }
}

static enum lint_rule check_count(const struct lint_column *column, size_t count) {
    if (!column->field->is_variable) return count == column->step ? RULE_NONE : RULE_CELL_COUNT;
    if (column->step > 1 && count % column->step != 0) return RULE_CELL_COUNT;
    return column->maximum && count > column->maximum ? RULE_CELL_COUNT : RULE_NONE;
}

/* The next item of an array; false: there is none. */
static bool next_item(struct slice *rest, struct slice *item) {
    while (rest->length && byte_is_blank(rest->text[0])) rest->text++, rest->length--;
    *item = (struct slice){rest->text, 0};
    while (item->length < rest->length && !byte_is_blank(rest->text[item->length])) item->length++;
    rest->text += item->length;
    rest->length -= item->length;
    return item->length > 0;
}

static size_t count_items(const struct lint_column *column, struct slice text) {
    size_t count = 0;
    struct slice item;
    if (column->field->type == VOT_TYPE_BIT)
        for (size_t i = 0; i < text.length; i++) count += text.text[i] == '0' || text.text[i] == '1';
    else
        while (next_item(&text, &item)) count++;
    return count;
}

static enum lint_rule check_array(const struct lint_column *column, struct slice text) {
    size_t count = 0, nans = 0, infinities = 0;
    struct slice item;
    for (; next_item(&text, &item); count++) {
        enum lint_rule rule = check_item(column, item);
        if (rule != RULE_NONE) return rule;
        nans += item.text[0] == 'N';
        infinities += item.text[item.length - 1] == 'f'; /* also of 0xf, which is no point's coordinate */
    }
    enum lint_rule rule = check_count(column, count);
    if (rule != RULE_NONE || column->xtype == XTYPE_NONE) return rule;
    return lint_xtype_fits_numbers(column->xtype, count, nans, infinities) ? RULE_NONE : RULE_CELL_XTYPE;
}

static enum lint_rule check_bits(const struct lint_column *column, struct slice text) {
    for (size_t i = 0; i < text.length; i++)
        if (text.text[i] != '0' && text.text[i] != '1' && !byte_is_blank(text.text[i])) return RULE_CELL;
    return check_count(column, count_items(column, text));
}

/* Characters of a text; *widest: the highest code. */
static size_t count_characters(struct slice text, uint32_t *widest) {
    size_t count = 0;
    for (*widest = 0; text.length; count++) {
        uint32_t code = 0;
        size_t length = utf8_read(text, &code);
        if (!length) length = 1, code = 0xFFFD;
        if (code > *widest) *widest = code;
        text.text += length;
        text.length -= length;
    }
    return count;
}

static bool is_ascii(struct slice text) {
    uint64_t seen = 0, word;
    size_t at = 0;
    for (; at + sizeof word <= text.length; at += sizeof word) {
        memcpy(&word, text.text + at, sizeof word);
        seen |= word;
    }
    for (; at < text.length; at++) seen |= (unsigned char)text.text[at];
    return !(seen & 0x8080808080808080u);
}

static enum lint_rule check_text(const struct lint_column *column, struct slice text) {
    const struct vot_field *field = column->field;
    uint32_t widest = 0;
    size_t count = is_ascii(text) ? text.length : count_characters(text, &widest);
    size_t room = field->is_variable ? field->maximum : field->items;
    bool is_single = !field->is_variable && field->items == 1;
    if (is_single && field->type == VOT_TYPE_CHAR && count && (text.text[0] & 0x80)) return RULE_CELL_ASCII;
    if (widest > (field->type == VOT_TYPE_CHAR ? 0x7Fu : 0xFFFFu)) return RULE_CELL_TEXT;
    if (count > room && !(field->is_variable && field->maximum == 0)) return RULE_CELL_LENGTH;
    return lint_xtype_fits_text(column->xtype, text) ? RULE_NONE : RULE_CELL_XTYPE;
}

enum lint_rule lint_cell_text(const struct lint_column *column, struct slice text) {
    if (column->is_text) return check_text(column, text);
    while (text.length && byte_is_blank(text.text[0])) text.text++, text.length--;
    while (text.length && byte_is_blank(text.text[text.length - 1])) text.length--;
    if (text.length == 0) {
        if (column->may_be_empty || column->field->is_variable) return RULE_NONE;
        if (column->is_array || column->field->type == VOT_TYPE_BIT) return RULE_CELL_COUNT;
        return vot_type_is_integer(column->field->type) ? RULE_CELL_EMPTY : RULE_NONE;
    }
    if (column->field->type == VOT_TYPE_BIT) return check_bits(column, text);
    return column->is_array ? check_array(column, text) : check_item(column, text);
}

/* Of a string in bytes, up to its first NUL. */
static enum lint_rule check_string(const struct lint_column *column, const struct vot_cell *cell) {
    const struct vot_field *field = column->field;
    if (field->maximum && cell->length / vot_type_size(field->type) > field->maximum) return RULE_CELL_LENGTH;
    if (field->type == VOT_TYPE_UNICODE) return RULE_NONE;
    struct slice text = {cell->bytes, strnlen(cell->bytes, cell->length)};
    if (!is_ascii(text)) return RULE_CELL_TEXT;
    return lint_xtype_fits_text(column->xtype, text) ? RULE_NONE : RULE_CELL_XTYPE;
}

/* Of float or double. */
static enum lint_rule check_reals(const struct lint_column *column, const struct vot_cell *cell, size_t count) {
    size_t nans = 0, infinities = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_float = column->field->type == VOT_TYPE_FLOAT;
        double value = is_float ? (double)bigendian_float(cell->bytes + 4 * i) : bigendian_double(cell->bytes + 8 * i);
        nans += isnan(value) != 0;
        infinities += isinf(value) != 0;
    }
    return lint_xtype_fits_numbers(column->xtype, count, nans, infinities) ? RULE_NONE : RULE_CELL_XTYPE;
}

enum lint_rule lint_cell_bytes(const struct lint_column *column, const struct vot_cell *cell) {
    const struct vot_field *field = column->field;
    if (cell->form != VOT_BYTES || cell->length == 0) return RULE_NONE;
    if (column->is_text) return check_string(column, cell);
    size_t size = vot_type_size(field->type);
    size_t count = size ? cell->length / size : cell->length * 8 - cell->spare_bits;
    if (field->type == VOT_TYPE_BOOLEAN)
        for (size_t i = 0; i < cell->length; i++)
            if (!memchr("TtFf10? ", cell->bytes[i], 9)) return RULE_CELL; /* the literal's NUL counts, too */
    if (field->is_variable) {
        if (field->items > 1 && count % field->items != 0) return RULE_CELL_COUNT;
        if (field->maximum && count > field->maximum) return RULE_CELL_COUNT;
    }
    bool is_real = field->type == VOT_TYPE_FLOAT || field->type == VOT_TYPE_DOUBLE;
    if (is_real && column->xtype != XTYPE_NONE) return check_reals(column, cell, count);
    if (cell->spare_bits && cell->bytes[cell->length - 1] & ((1 << cell->spare_bits) - 1)) return RULE_CELL_BITS;
    return RULE_NONE;
}
