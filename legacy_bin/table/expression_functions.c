/* expression_functions.c - what expressions may call. A null argument makes the result null. */
#include <math.h>

#include "sky/angle.h"
#include "sky/separation.h"
#include "table/expression_tree.h"

/* A text that functions make may not grow beyond. */
#define TEXT_MAXIMUM ((size_t)64 << 20)

typedef struct expression_value value;

static double sine(double degrees) {
    return sin(degrees * (M_PI / 180));
}

static double cosine(double degrees) {
    return cos(degrees * (M_PI / 180));
}

static double tangent(double degrees) {
    return tan(degrees * (M_PI / 180));
}

static value keep_integer(struct evaluation *evaluation, struct node *node, double (*real)(double)) {
    value given = expression_number_of(evaluation, node->child);
    return given.form == VALUE_REAL ? expression_real(real(given.real)) : given;
}

static value floor_of(struct evaluation *evaluation, struct node *node) {
    return keep_integer(evaluation, node, floor);
}

static value ceil_of(struct evaluation *evaluation, struct node *node) {
    return keep_integer(evaluation, node, ceil);
}

static value round_of(struct evaluation *evaluation, struct node *node) {
    return keep_integer(evaluation, node, round);
}

static value abs_of(struct evaluation *evaluation, struct node *node) {
    value given = expression_number_of(evaluation, node->child);
    if (given.form != VALUE_INTEGER) return given.form == VALUE_REAL ? expression_real(fabs(given.real)) : given;
    if (given.integer == INT64_MIN) return expression_real(-(double)INT64_MIN);
    return value_integer(given.integer < 0 ? -given.integer : given.integer);
}

static value extreme(struct evaluation *evaluation, struct node *node, bool is_largest) {
    value best = expression_number_of(evaluation, node->child);
    for (struct node *child = node->child->next; child && best.form != VALUE_NULL; child = child->next) {
        value other = expression_number_of(evaluation, child);
        bool are_integers = best.form == VALUE_INTEGER && other.form == VALUE_INTEGER;
        bool is_less = are_integers ? best.integer < other.integer : value_real(best) < value_real(other);
        bool is_more = are_integers ? best.integer > other.integer : value_real(best) > value_real(other);
        if (other.form == VALUE_NULL || (is_largest ? is_less : is_more)) best = other;
    }
    return best;
}

static value min_of(struct evaluation *evaluation, struct node *node) {
    return extreme(evaluation, node, false);
}

static value max_of(struct evaluation *evaluation, struct node *node) {
    return extreme(evaluation, node, true);
}

static bool starts_character(char c) {
    return ((unsigned char)c & 0xc0) != 0x80;
}

static value length_of(struct evaluation *evaluation, struct node *node) {
    value text = expression_text_of(evaluation, node->child);
    if (text.form == VALUE_NULL) return text;
    int64_t count = 0;
    for (size_t i = 0; i < text.text.length; i++) count += starts_character(text.text.text[i]);
    return value_integer(count);
}

static value trimmed(struct evaluation *evaluation, struct node *node) {
    value text = expression_text_of(evaluation, node->child);
    if (text.form == VALUE_TEXT) text.text = slice_trim(text.text);
    return text;
}

/* The node's own room, empty. */
static struct buffer *own_room(struct node *node) {
    node->room.length = 0;
    node->room.maximum = TEXT_MAXIMUM;
    return &node->room;
}

static value room_value(struct evaluation *evaluation, struct buffer *room, bool is_done) {
    if (!is_done) evaluation->failure = "a text of more than 64 MiB, or not enough memory";
    return is_done ? value_text(room->bytes ? buffer_slice(room) : SLICE("")) : VALUE_NOTHING;
}

/* Letters of ASCII between `first` and `last` get the other case. */
static value switch_case(struct evaluation *evaluation, struct node *node, char first, char last) {
    value text = expression_text_of(evaluation, node->child);
    if (text.form == VALUE_NULL) return text;
    struct buffer *room = own_room(node);
    bool is_done = buffer_append_slice(room, text.text);
    for (size_t i = 0; is_done && i < room->length; i++)
        if (room->bytes[i] >= first && room->bytes[i] <= last) room->bytes[i] ^= 0x20;
    return room_value(evaluation, room, is_done);
}

static value lowered(struct evaluation *evaluation, struct node *node) {
    return switch_case(evaluation, node, 'A', 'Z');
}

static value uppered(struct evaluation *evaluation, struct node *node) {
    return switch_case(evaluation, node, 'a', 'z');
}

static value concatenated(struct evaluation *evaluation, struct node *node) {
    struct buffer *room = own_room(node);
    bool is_done = true;
    for (struct node *child = node->child; is_done && child; child = child->next) {
        value text = expression_text_of(evaluation, child);
        if (text.form == VALUE_NULL) return text;
        is_done = buffer_append_slice(room, text.text);
    }
    return room_value(evaluation, room, is_done);
}

/* SQL's: `count` characters from number `from`, counted from 1; places before the first character count, too. */
static value substring(struct evaluation *evaluation, struct node *node) {
    value text = expression_text_of(evaluation, node->child);
    value from = expression_number_of(evaluation, node->child->next);
    value count = expression_number_of(evaluation, node->last_child);
    if (text.form == VALUE_NULL || from.form == VALUE_NULL || count.form == VALUE_NULL) return VALUE_NOTHING;
    double first = trunc(value_real(from)), last = first + trunc(value_real(count)); /* the first not taken */
    size_t begin = text.text.length, end = text.text.length;
    double number = 0;
    for (size_t i = 0; i < text.text.length; i++) {
        if (!starts_character(text.text.text[i])) continue;
        number++;
        if (number >= first && begin == text.text.length) begin = i;
        if (number < last) continue;
        end = i;
        break;
    }
    if (begin > end) begin = end;
    return value_text((struct slice){text.text.text + begin, end - begin});
}

/* `12h30m00s`, `12 30 00` and `12:30:00` are the same to angle_read_ra(); a number alone counts the large units. */
static value read_angle(struct evaluation *evaluation, struct node *node, const char *units, double factor) {
    value given = expression_text_of(evaluation, node->child);
    if (given.form == VALUE_NULL) return given;
    char text[64];
    size_t length = 0;
    struct slice trimmed = slice_trim(given.text);
    bool ends_part = false;
    for (size_t i = 0; i < trimmed.length; i++) {
        char c = trimmed.text[i];
        bool is_sign = i == 0 && (c == '+' || c == '-');
        bool is_separator = byte_is_blank(c) || c == ':' || strchr(units, c | 0x20);
        if (is_separator && length > 0 && !is_sign) {
            ends_part = true;
            continue;
        }
        if (length + 2 > sizeof text) return VALUE_NOTHING;
        if (ends_part) text[length++] = ':';
        ends_part = false;
        text[length++] = c;
    }
    double degrees;
    struct slice parts = {text, length};
    if (!angle_read_dec(parts, &degrees)) return VALUE_NOTHING;
    return expression_real(degrees * factor);
}

static value hms(struct evaluation *evaluation, struct node *node) {
    return read_angle(evaluation, node, "hms", 15);
}

static value dms(struct evaluation *evaluation, struct node *node) {
    return read_angle(evaluation, node, "dms", 1);
}

/* `count` numbers; false: one of them is null. */
static bool read_numbers(struct evaluation *evaluation, struct node *node, double *numbers) {
    for (struct node *child = node->child; child; child = child->next) {
        value number = expression_number_of(evaluation, child);
        if (number.form == VALUE_NULL) return false;
        *numbers++ = value_real(number);
    }
    return true;
}

static value distance(struct evaluation *evaluation, struct node *node) {
    double at[4];
    if (!read_numbers(evaluation, node, at)) return VALUE_NOTHING;
    return expression_real(separation_degrees(at[0], at[1], at[2], at[3]));
}

/* Most rows of a table are far away in declination already. */
static value is_within(struct evaluation *evaluation, struct node *node) {
    double cone[3], ra, dec;
    if (!read_numbers(evaluation, node, cone) ||
        !position_read(&node->position, node->fields, evaluation->cells, &node->room, &ra, &dec))
        return VALUE_NOTHING;
    bool is_far = fabs(dec) <= 90 && fabs(cone[1]) <= 90 && fabs(dec - cone[1]) > cone[2] + 1e-9;
    return value_integer(!is_far && separation_degrees(ra, dec, cone[0], cone[1]) <= cone[2]);
}

static const struct function functions[] = {
    {"abs", 1, 1, RESULT_LIKE_ARGUMENTS, .apply = abs_of},
    {"sqrt", 1, 1, RESULT_REAL, .real = sqrt},
    {"exp", 1, 1, RESULT_REAL, .real = exp},
    {"log", 1, 1, RESULT_REAL, .real = log},
    {"log10", 1, 1, RESULT_REAL, .real = log10},
    {"sin", 1, 1, RESULT_REAL, .real = sine},
    {"cos", 1, 1, RESULT_REAL, .real = cosine},
    {"tan", 1, 1, RESULT_REAL, .real = tangent},
    {"floor", 1, 1, RESULT_LIKE_ARGUMENTS, .apply = floor_of},
    {"ceil", 1, 1, RESULT_LIKE_ARGUMENTS, .apply = ceil_of},
    {"round", 1, 1, RESULT_LIKE_ARGUMENTS, .apply = round_of},
    {"min", 2, UINT32_MAX, RESULT_LIKE_ARGUMENTS, .apply = min_of},
    {"max", 2, UINT32_MAX, RESULT_LIKE_ARGUMENTS, .apply = max_of},
    {"len", 1, 1, RESULT_INTEGER, .takes_text = true, .apply = length_of},
    {"lower", 1, 1, RESULT_TEXT, .takes_text = true, .apply = lowered},
    {"upper", 1, 1, RESULT_TEXT, .takes_text = true, .apply = uppered},
    {"trim", 1, 1, RESULT_TEXT, .takes_text = true, .apply = trimmed},
    {"concat", 2, UINT32_MAX, RESULT_TEXT, .takes_text = true, .apply = concatenated},
    {"substr", 3, 3, RESULT_TEXT, .takes_text = true, .apply = substring},
    {"hms2deg", 1, 1, RESULT_REAL, .takes_text = true, .apply = hms},
    {"dms2deg", 1, 1, RESULT_REAL, .takes_text = true, .apply = dms},
    {"dist", 4, 4, RESULT_REAL, .apply = distance},
    {"within", 3, 3, RESULT_BOOLEAN, .needs_position = true, .apply = is_within},
};
enum { FUNCTION_COUNT = sizeof functions / sizeof *functions };

const struct function *function_find(struct slice name) {
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        if (slice_equal_nocase(name, slice_of(functions[i].name))) return &functions[i];
    return NULL;
}

const char *function_names(struct arena *arena) {
    enum { NAME_ROOM = 16 };
    char *names = arena_allocate(arena, FUNCTION_COUNT * NAME_ROOM);
    if (!names) return "those of the manual page";
    char *to = names;
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (i) to = stpcpy(to, ", ");
        to = stpcpy(to, functions[i].name);
    }
    return names;
}
