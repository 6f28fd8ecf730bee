// numbers.cc - compares base/number.h with the C++ library, and says how many numbers differ.
//     numbers written COUNT    doubles and whole numbers, any bits and short decimals, as text
//     numbers floats STEP      every STEPth float as text (1: all of them)
//     numbers read COUNT       text of many kinds, as double and float
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

extern "C" {
#include "base/number.h"
}

static unsigned long long compared, differ;

static uint64_t random_bits() { // splitmix64
    static uint64_t state;
    uint64_t x = state += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

template <typename To, typename From> static To bits_as(From from) {
    To to;
    static_assert(sizeof to == sizeof from, "");
    memcpy(&to, &from, sizeof to);
    return to;
}

static void tell(const std::string &ours, const std::string &theirs) {
    compared++;
    if (ours != theirs && differ++ < 20) printf("'%s', not '%s'\n", ours.c_str(), theirs.c_str());
}

template <typename Number> static void compare_written(Number number, size_t (*write)(char *, Number)) {
    char ours[NUMBER_ROOM], theirs[400];
    size_t length = write(ours, number), other = std::to_chars(theirs, theirs + sizeof theirs, number).ptr - theirs;
    compared++;
    if (length == other && memcmp(ours, theirs, length) == 0) return;
    compared--;
    tell({ours, length}, {theirs, other});
}

static void written(double number) {
    if (std::isfinite(number)) compare_written(number, number_write_double);
}

static void written(float number) {
    if (std::isfinite(number)) compare_written(number, number_write_float);
}

static void compare_written_numbers(unsigned long long count) {
    for (uint64_t exponent = 0; exponent < 0x7ff; exponent++) // powers of two and their neighbours
        for (int step = -3; step <= 3; step++) written(bits_as<double>((exponent << 52) + step));
    for (uint32_t exponent = 0; exponent < 0xff; exponent++)
        for (int step = -3; step <= 3; step++) written(bits_as<float>((exponent << 23) + step));
    for (int exponent = -330; exponent <= 308; exponent++) { // and of ten
        double power = strtod(("1e" + std::to_string(exponent)).c_str(), nullptr);
        for (int step = -3; step <= 3; step++) {
            written(bits_as<double>(bits_as<uint64_t>(power) + step));
            written(bits_as<float>(bits_as<uint32_t>(float(power)) + step));
        }
    }
    for (unsigned long long i = 0; i < count; i++) {
        int64_t whole = int64_t(random_bits()) >> random_bits() % 64;
        double few_digits = double(whole) / std::pow(10, random_bits() % 12);
        written(bits_as<double>(random_bits()));
        written(bits_as<double>(random_bits() >> (12 + random_bits() % 52))); // subnormal
        written(double(whole));
        written(few_digits);
        written(float(few_digits));
        compare_written<int64_t>(whole, number_write_integer);
    }
}

static void compare_floats(uint32_t step) {
    uint32_t bits = 0;
    do written(bits_as<float>(bits));
    while ((bits += step) >= step);
}

// A text that std::from_chars() knows how to read.
static std::string random_text() {
    char text[1200];
    double number = bits_as<double>(random_bits());
    float single = bits_as<float>(uint32_t(random_bits()));
    int digits = int(random_bits() % 25);
    if (!std::isfinite(number) || !std::isfinite(single)) return "0";
    switch (random_bits() % 6) {
    case 0: snprintf(text, sizeof text, "%.*e", digits, number); break;
    case 1: snprintf(text, sizeof text, "%.*e", digits, double(single)); break;
    case 2:
        number = double(int64_t(random_bits())) / std::pow(10, random_bits() % 25);
        snprintf(text, sizeof text, "%.*f", digits, number);
        break;
    case 3: // halfway between two floats, or a little off
        number = (double(single) + double(std::nextafter(single, INFINITY))) / 2;
        snprintf(text, sizeof text, "%.*g", int(random_bits() % 200), std::isfinite(number) ? number : 0);
        break;
    case 4: // the same of two doubles, exact in a long double with 64 bits
        number = std::ldexp(number, -std::ilogb(number) % 600);
        snprintf(text, sizeof text, "%.*Lg", int(random_bits() % 900),
                 (static_cast<long double>(number) + static_cast<long double>(std::nextafter(number, INFINITY))) / 2);
        break;
    default:
        std::string any(random_bits() % 30, '0');
        for (uint64_t count = random_bits() % 30; count > 0; count--) any += char('0' + random_bits() % 10);
        any += '.' + std::string(random_bits() % 30, '0');
        for (uint64_t count = random_bits() % 30; count > 0; count--) any += char('0' + random_bits() % 10);
        any += '5' + std::string(random_bits() % 30, '0') + 'e' + std::to_string(int(random_bits() % 800) - 400);
        return any;
    }
    return text;
}

template <typename Real> static void compare_read_as(const std::string &text, number_match (*read)(slice, Real *)) {
    bool is_negative = text[0] == '-';
    Real ours = 0, theirs = 0;
    number_match match = read({text.data(), text.size()}, &ours);
    auto [rest, status] = std::from_chars(text.data(), text.data() + text.size(), theirs);
    if (status == std::errc::result_out_of_range) // either way; strtod() tells which
        theirs = std::fabs(strtod(text.c_str(), nullptr)) > 1 ? INFINITY : 0;
    theirs = std::copysign(theirs, Real(is_negative ? -1 : 1));
    if (match == NUMBER_WHOLE && memcmp(&ours, &theirs, sizeof ours) == 0)
        compared++;
    else
        tell(text + " is " + std::to_string(ours), std::to_string(theirs));
}

static void compare_read_numbers(unsigned long long count) {
    for (unsigned long long i = 0; i < count; i++) {
        std::string text = random_text();
        compare_read_as<double>(text, number_read_double);
        compare_read_as<float>(text, number_read_float);
    }
}

int main(int argc, char **argv) {
    std::string task = argc == 3 ? argv[1] : "";
    unsigned long long count = argc == 3 ? strtoull(argv[2], nullptr, 10) : 0;
    if (task == "written")
        compare_written_numbers(count);
    else if (task == "floats")
        compare_floats(uint32_t(count));
    else if (task == "read")
        compare_read_numbers(count);
    else
        return 2;
    printf("%llu compared, %llu differ\n", compared, differ);
    return differ != 0;
}
