/* texts.c - numbers, angles, ranges, references and foreign text; the first byte says which. */
#include <math.h>

#include "base/json.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "fuzz.h"
#include "io/reference.h"
#include "sky/angle.h"
#include "table/column_choice.h"
#include "table/ranges.h"

/* What is written reads back the same. */
static void check_number(struct slice text) {
    char room[NUMBER_ROOM];
    double real, real_again = 0;
    float single, single_again = 0;
    int64_t integer, integer_again = 0;
    if (number_read_double(text, &real) != NUMBER_NONE) {
        struct slice shown = {room, number_write_double(room, real)};
        hold(shown.length <= NUMBER_ROOM && number_read_double(shown, &real_again) == NUMBER_WHOLE, "a double");
        hold(memcmp(&real, &real_again, sizeof real) == 0 || (isnan(real) && isnan(real_again)), "the same double");
        char *copy = strndup(text.text, text.length), *end;
        bool is_plain = copy && !strpbrk(copy, "xXdDpP(") && strlen(copy) == text.length;
        double judge = is_plain ? strtod(copy, &end) : real; /* in the C locale */
        hold(judge == real || isnan(judge), "what strtod() reads");
        free(copy);
    }
    if (number_read_float(text, &single) != NUMBER_NONE) {
        struct slice shown = {room, number_write_float(room, single)};
        hold(shown.length <= NUMBER_ROOM && number_read_float(shown, &single_again) == NUMBER_WHOLE, "a float");
        hold(single == single_again || (isnan(single) && isnan(single_again)), "the same float");
    }
    if (number_read_integer(text, &integer) != NUMBER_NONE) {
        struct slice shown = {room, number_write_integer(room, integer)};
        hold(number_read_integer(shown, &integer_again) == NUMBER_WHOLE && integer == integer_again, "an integer");
    }
}

static void check_angle(struct slice text) {
    char room[ANGLE_ROOM];
    double degrees, again = 0;
    if (angle_read_ra(text, &degrees)) {
        hold(isfinite(degrees), "an angle");
        angle_write_ra(room, degrees, 9);
        hold(strlen(room) < ANGLE_ROOM && angle_read_ra(slice_of(room), &again), "an angle that can be read");
        hold(again >= 0 && again <= 360, "one turn");
    }
    if (angle_read_dec(text, &degrees)) {
        hold(isfinite(degrees), "an angle");
        angle_write_dec(room, degrees, 6, true);
        hold(strlen(room) < ANGLE_ROOM, "there is room");
        if (fabs(degrees) <= 90)
            hold(angle_read_dec(slice_of(room), &again) && fabs(again - degrees) < 1e-9, "the same angle");
    }
}

/* Asked one after the other as looked up one by one. */
static void check_ranges(struct slice text) {
    struct ranges ranges = {0}, sorted = {0};
    struct error error = {0};
    if (ranges_parse(&ranges, text, &error)) {
        hold(ranges_copy_sorted(&sorted, &ranges, &error), "they are sorted");
        for (uint64_t number = 0; number < 300; number++) {
            bool is_in = false;
            for (size_t i = 0; i < ranges.count; i++) {
                const struct range *range = &ranges.items[i];
                hold(range->step > 0 && (range->is_open || range->first <= range->last), "a range");
                is_in |= number >= range->first && (range->is_open || number <= range->last) &&
                         (number - range->first) % range->step == 0;
            }
            hold(!ranges_are_over(&sorted, number) || !is_in, "over when nothing comes");
            hold(ranges_have(&sorted, number) == is_in, "a number is in them or not");
        }
    } else {
        hold(error.text != NULL, "an error has a text");
    }
    ranges_free(&ranges);
    ranges_free(&sorted);
    error_clear(&error);
}

static void check_choice(const char *text) {
    for (enum column_key key = COLUMN_NUMBER; key <= COLUMN_UCD; key++) {
        struct column_choice choice = {0};
        struct error error = {0};
        if (!column_choice_add(&choice, key, text, &error)) hold(error.text != NULL, "an error has a text");
        for (size_t i = 0; i < choice.count && key != COLUMN_NUMBER; i++)
            hold(choice.requests[i].value.length <= strlen(text), "no longer than what was given");
        column_choice_free(&choice);
        error_clear(&error);
    }
}

static void check_reference(const char *text) {
    static const char *const bases[] = {NULL, "dir/doc.xml", "/a/b/doc.xml", "http://h.example/a/b?c#d", "file:///a/b"};
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        struct error error = {0};
        char *target = reference_resolve(text, bases[i], &error);
        hold(target || error.text, "an error has a text");
        bool is_remote = bases[i] && reference_is_url(bases[i]);
        if (target && is_remote) hold(reference_is_url(target), "no way from the network to local files");
        free(target);
        error_clear(&error);
    }
    char *unescaped = reference_unescape(text);
    hold(!unescaped || strlen(unescaped) <= strlen(text), "%XX is longer than what it means");
    free(unescaped);
    hold(reference_path(text) >= text && reference_path(text) <= text + strlen(text), "a part of the text");
}

static void check_shown(struct slice text) {
    struct buffer shown = {0}, json = {0};
    hold(visible_append(&shown, text) && json_append_string(&json, text), "there is memory");
    for (struct slice rest = buffer_slice(&shown); rest.length > 0;) {
        uint32_t code;
        size_t length = utf8_read(rest, &code);
        hold(length && (code == '\t' || !utf8_is_control(code)), "fit to look at");
        rest.text += length;
        rest.length -= length;
    }
    hold(json.length >= 2 && json.bytes[0] == '"' && json.bytes[json.length - 1] == '"', "a string");
    for (struct slice rest = buffer_slice(&json); rest.length > 0;) {
        uint32_t code;
        size_t length = utf8_read(rest, &code);
        hold(length && code >= ' ', "JSON is UTF-8 without control characters");
        rest.text += length;
        rest.length -= length;
    }
    buffer_free(&shown);
    buffer_free(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length == 0) return 0;
    struct slice text = {(const char *)bytes + 1, length - 1};
    char *string = strndup(text.text, text.length);
    if (!string) return 0;
    switch (bytes[0] % 6) {
    case 0: check_number(text); break;
    case 1: check_angle(text); break;
    case 2: check_ranges(text); break;
    case 3: check_choice(string); break;
    case 4: check_reference(string); break;
    default: check_shown(text); break;
    }
    free(string);
    return 0;
}
