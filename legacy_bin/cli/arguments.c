/* arguments.c - what a tool asks of its parsed command line. */
#include <stdlib.h>

#include "base/number.h"
#include "cli/options.h"

/* The last item of an option, or NULL. */
static const struct argument *find_last(const struct arguments *arguments, int id) {
    for (size_t i = arguments->count; i-- > 0;)
        if (arguments->items[i].option && arguments->items[i].option->id == id) return &arguments->items[i];
    return NULL;
}

const char *arguments_value(const struct arguments *arguments, int id) {
    const struct argument *item = find_last(arguments, id);
    return item ? item->value : NULL;
}

bool arguments_flag(const struct arguments *arguments, int id) {
    const struct argument *item = find_last(arguments, id);
    return item && item->is_on;
}

bool arguments_return(const struct arguments *arguments) {
    return arguments_flag(arguments, COMMON_RETURN);
}

unsigned arguments_count(const struct arguments *arguments, int id) {
    unsigned count = 0;
    for (size_t i = 0; i < arguments->count; i++) {
        const struct argument *item = &arguments->items[i];
        if (!item->option || item->option->id != id) continue;
        if (!item->is_on)
            count = 0;
        else
            count += item->option->kind == OPTION_COUNT && item->value ? (unsigned)atoi(item->value) : 1;
    }
    return count;
}

long arguments_integer(const struct arguments *arguments, int id, long otherwise) {
    const char *value = arguments_value(arguments, id);
    return value ? strtol(value, NULL, 10) : otherwise;
}

double arguments_real(const struct arguments *arguments, int id, double otherwise) {
    const char *value = arguments_value(arguments, id);
    double number = otherwise;
    if (value) number_read_double(slice_of(value), &number);
    return number;
}

bool size_parse(const char *text, uint64_t *bytes) {
    char *end;
    double value = strtod(text, &end);
    static const char units[] = "kMG";
    const char *unit = *end ? strchr(units, *end == 'K' ? 'k' : *end) : NULL;
    if (unit)
        for (const char *factor = units; factor <= unit; factor++) value *= 1024;
    if (end == text || (*end && (!unit || end[1])) || !(value >= 1 && value < 1e15)) return false;
    *bytes = (uint64_t)value;
    return true;
}
