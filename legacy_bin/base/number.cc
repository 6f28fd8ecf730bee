// number.cc - numbers read and written by C++17 <charconv> (shortest round trip, no locale), behind the
// C face of number.h. The one C++ file of the programs; it uses no exceptions and allocates nothing.
#include "base/number.h"

#include <charconv>
#include <limits>

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word(char c) {
    return is_digit(c) || c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

// What is left behind a number's last byte decides how much of the text was one.
number_match match(const char *rest, const char *end) {
    while (rest < end && byte_is_blank(*rest)) rest++;
    return rest == end ? NUMBER_WHOLE : NUMBER_PART;
}

// Whether a number too large or too small for its type is too large: its first digit that is not 0
// stands so many places above the decimal point, shifted by the exponent.
bool is_overflow(const char *text, const char *end) {
    long places = 0;
    bool is_fraction = false, has_digit = false;
    for (; text < end && (is_digit(*text) || *text == '.'); text++) {
        if (*text == '.') {
            is_fraction = true;
        } else {
            has_digit = has_digit || *text != '0';
            if (is_fraction && !has_digit) places--;
            if (!is_fraction && has_digit) places++;
        }
    }
    long exponent = 0;
    bool is_negative = false;
    if (text < end) text++;
    if (text < end && (*text == '-' || *text == '+')) is_negative = *text++ == '-';
    for (; text < end && is_digit(*text); text++)
        if (exponent < std::numeric_limits<long>::max() / 100) exponent = exponent * 10 + (*text - '0');
    return places + (is_negative ? -exponent : exponent) > 0;
}

// Digits with a FORTRAN exponent (`1.5D-3`), copied with an `e`; `mark` is where the D stands.
template <typename Real> const char *read_fortran(const char *text, const char *mark, const char *end, Real *value) {
    constexpr size_t room = 512;
    char copy[room];
    const char *last = mark + 1;
    if (last < end && (*last == '-' || *last == '+')) last++;
    if (last == end || !is_digit(*last)) return nullptr;
    while (last < end && is_digit(*last)) last++;
    size_t length = last - text;
    if (length > room) return nullptr;
    memcpy(copy, text, length);
    copy[mark - text] = 'e';
    auto [rest, status] = std::from_chars(copy, copy + length, *value);
    if (status == std::errc::result_out_of_range)
        *value = is_overflow(copy, copy + length) ? std::numeric_limits<Real>::infinity() : Real(0);
    return text + (rest - copy);
}

template <typename Real> number_match read_special(const char *text, const char *end, bool is_negative, Real *value) {
    static const struct {
        slice word;
        Real value;
    } words[] = {{SLICE("infinity"), std::numeric_limits<Real>::infinity()},
                 {SLICE("inf"), std::numeric_limits<Real>::infinity()},
                 {SLICE("nan"), std::numeric_limits<Real>::quiet_NaN()}};
    for (const auto &special : words) {
        size_t length = special.word.length;
        if (size_t(end - text) < length || strncasecmp(text, special.word.text, length) != 0) continue;
        if (text + length < end && is_word(text[length])) continue;
        *value = is_negative ? -special.value : special.value;
        return match(text + length, end);
    }
    return NUMBER_NONE;
}

template <typename Real> number_match read_real(slice whole, Real *value) {
    const char *text = whole.text, *end = whole.text + whole.length;
    while (text < end && byte_is_blank(*text)) text++;
    if (text == end) return NUMBER_NONE;
    bool is_negative = *text == '-';
    if (*text == '+' || *text == '-') text++;
    if (text == end) return NUMBER_NONE;
    if (!is_digit(*text) && *text != '.') return read_special(text, end, is_negative, value);

    Real magnitude = 0;
    auto [rest, status] = std::from_chars(text, end, magnitude);
    if (status == std::errc::invalid_argument) return NUMBER_NONE;
    if (status == std::errc::result_out_of_range)
        magnitude = is_overflow(text, rest) ? std::numeric_limits<Real>::infinity() : Real(0);
    if (rest < end && (*rest == 'd' || *rest == 'D')) {
        Real scaled = magnitude;
        if (const char *behind = read_fortran(text, rest, end, &scaled)) {
            rest = behind;
            magnitude = scaled;
        }
    }
    *value = is_negative ? -magnitude : magnitude;
    return match(rest, end);
}

template <typename Real> size_t write_real(char *out, Real value) {
    if (value - value != 0) { // not finite
        const slice word = value != value ? SLICE("NaN") : value > 0 ? SLICE("+Inf") : SLICE("-Inf");
        memcpy(out, word.text, word.length);
        return word.length;
    }
    return std::to_chars(out, out + NUMBER_ROOM, value).ptr - out;
}

} // namespace

number_match number_read_double(slice text, double *value) {
    return read_real(text, value);
}

number_match number_read_float(slice text, float *value) {
    return read_real(text, value);
}

number_match number_read_integer(slice whole, int64_t *value) {
    const char *text = whole.text, *end = whole.text + whole.length;
    while (text < end && byte_is_blank(*text)) text++;
    if (text == end) return NUMBER_NONE;
    bool is_negative = *text == '-';
    if (*text == '+' || *text == '-') text++;
    bool is_hexadecimal = end - text > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
    if (is_hexadecimal) text += 2;

    uint64_t magnitude = 0;
    auto [rest, status] = std::from_chars(text, end, magnitude, is_hexadecimal ? 16 : 10);
    uint64_t limit = uint64_t(std::numeric_limits<int64_t>::max()) + is_negative;
    if (status != std::errc() || magnitude > limit) return NUMBER_NONE;
    *value = int64_t(is_negative ? 0 - magnitude : magnitude);
    return match(rest, end);
}

size_t number_write_double(char out[NUMBER_ROOM], double value) {
    return write_real(out, value);
}

size_t number_write_float(char out[NUMBER_ROOM], float value) {
    return write_real(out, value);
}

size_t number_write_integer(char out[NUMBER_ROOM], int64_t value) {
    return std::to_chars(out, out + NUMBER_ROOM, value).ptr - out;
}
