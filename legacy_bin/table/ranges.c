/* ranges.c - lists of numbers and ranges. */
#include "table/ranges.h"

#include <stdlib.h>

/* The digits at the start of *text, taken off it; numbers too large are the largest. */
static bool take_number(struct slice *text, uint64_t *number) {
    size_t digits = 0;
    *number = 0;
    for (; digits < text->length && text->text[digits] >= '0' && text->text[digits] <= '9'; digits++) {
        uint64_t digit = (uint64_t)(text->text[digits] - '0');
        *number = *number > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *number * 10 + digit;
    }
    text->text += digits;
    text->length -= digits;
    return digits > 0;
}

static bool take_byte(struct slice *text, char byte) {
    if (!text->length || text->text[0] != byte) return false;
    text->text++;
    text->length--;
    return true;
}

static bool parse_range(struct slice text, struct range *range) {
    *range = (struct range){.step = 1};
    bool has_first = take_number(&text, &range->first);
    range->last = range->first;
    if (take_byte(&text, '-')) {
        bool has_last = take_number(&text, &range->last);
        if (!has_first && !has_last) return false;
        range->is_open = !has_last;
        if (!has_last) range->last = UINT64_MAX;
        if (take_byte(&text, 'x') && (!take_number(&text, &range->step) || range->step == 0)) return false;
    } else if (!has_first) {
        return false;
    }
    return text.length == 0 && range->first <= range->last;
}

bool ranges_parse(struct ranges *ranges, struct slice text, struct error *error) {
    for (;;) {
        const char *comma = text.length ? memchr(text.text, ',', text.length) : NULL;
        struct slice item = {text.text, comma ? (size_t)(comma - text.text) : text.length};
        struct range *items = realloc(ranges->items, (ranges->count + 1) * sizeof *items);
        if (!items) return error_set_memory(error);
        ranges->items = items;
        if (!parse_range(slice_trim(item), &items[ranges->count]))
            return error_set(error, "Error: invalid range '%.*s': like 3, 2-5, 7-, -4 or 0-9x2, separated by commas",
                             (int)item.length, item.text);
        ranges->count++;
        if (!comma) return true;
        text.length -= item.length + 1;
        text.text = comma + 1;
    }
}

void ranges_free(struct ranges *ranges) {
    free(ranges->items);
    *ranges = (struct ranges){0};
}

static int by_first(const void *a, const void *b) {
    const struct range *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

bool ranges_copy_sorted(struct ranges *to, const struct ranges *from, struct error *error) {
    to->items = calloc(from->count + 1, sizeof *to->items);
    if (!to->items) return error_set_memory(error);
    to->count = from->count;
    if (to->count == 0) return true;
    memcpy(to->items, from->items, from->count * sizeof *to->items);
    qsort(to->items, to->count, sizeof *to->items, by_first);
    return true;
}

/* Ranges that are passed are dropped, those that have not begun are not looked at. */
bool ranges_have(struct ranges *ranges, uint64_t number) {
    size_t kept = 0, at = 0;
    bool has = false;
    for (; at < ranges->count && ranges->items[at].first <= number; at++) {
        const struct range *range = &ranges->items[at];
        if (range->last < number) continue;
        has = has || (number - range->first) % range->step == 0;
        ranges->items[kept++] = *range;
    }
    if (kept == at) return has;
    memmove(&ranges->items[kept], &ranges->items[at], (ranges->count - at) * sizeof *ranges->items);
    ranges->count -= at - kept;
    return has;
}

bool ranges_are_over(const struct ranges *ranges, uint64_t number) {
    for (size_t i = 0; i < ranges->count; i++)
        if (ranges->items[i].last >= number) return false;
    return true;
}
