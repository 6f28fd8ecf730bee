/* column_choice.c - requests for columns, and what they mean in a table. */
#include "table/column_choice.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/number.h"

static bool add_request(struct column_choice *choice, struct column_request request, struct error *error) {
    struct column_request *requests = realloc(choice->requests, (choice->count + 1) * sizeof *requests);
    if (!requests) return error_set_memory(error);
    choice->requests = requests;
    requests[choice->count++] = request;
    return true;
}

static bool add_numbers(struct column_choice *choice, const char *text, struct error *error) {
    struct ranges ranges = {0};
    bool done = ranges_parse(&ranges, slice_of(text), error);
    for (size_t i = 0; done && i < ranges.count; i++)
        done = add_request(choice, (struct column_request){.key = COLUMN_NUMBER, .range = ranges.items[i]}, error);
    ranges_free(&ranges);
    return done;
}

/* The value at the start of *text, copied to `to`, without its quotes; *text moves behind it and its comma. */
static struct slice take_value(const char **text, char *to) {
    struct slice value = {to, 0};
    const char *at = *text;
    while (byte_is_blank(*at)) at++;
    if (*at == '"') {
        for (at++; *at; at++) {
            if (*at == '"' && *++at != '"') break;
            to[value.length++] = *at;
        }
        while (byte_is_blank(*at)) at++;
    } else {
        while (*at && *at != ',') to[value.length++] = *at++;
        value = slice_trim(value);
    }
    while (*at && *at != ',') at++;
    *text = *at ? at + 1 : NULL;
    return value;
}

bool column_choice_add(struct column_choice *choice, enum column_key key, const char *text, struct error *error) {
    if (key == COLUMN_NUMBER) return add_numbers(choice, text, error);
    while (text) {
        char *room = arena_allocate(&choice->arena, strlen(text) + 1);
        if (!room) return error_set_memory(error);
        struct slice value = take_value(&text, room);
        if (!add_request(choice, (struct column_request){.key = key, .value = value}, error)) return false;
    }
    return true;
}

void column_choice_free(struct column_choice *choice) {
    free(choice->requests);
    arena_free(&choice->arena);
    *choice = (struct column_choice){0};
}

struct resolution {
    const struct vot_table *table;
    const struct slice *added;
    size_t all; /* columns, with those added */
    bool *is_taken;
    struct chosen_columns *chosen;
};

static void take(struct resolution *resolution, size_t column) {
    if (resolution->is_taken[column]) return;
    resolution->is_taken[column] = true;
    resolution->chosen->columns[resolution->chosen->count++] = column;
}

static struct slice value_of(const struct resolution *resolution, enum column_key key, size_t column) {
    static const char *const attributes[] = {[COLUMN_NAME] = "name", [COLUMN_ID] = "ID", [COLUMN_UCD] = "ucd"};
    const struct vot_table *table = resolution->table;
    if (column < table->field_count) return vot_attribute(table->fields[column].node, attributes[key]);
    return key == COLUMN_NAME ? resolution->added[column - table->field_count] : (struct slice){NULL, 0};
}

static bool take_by_value(struct resolution *resolution, enum column_key key, struct slice wanted) {
    bool is_found = false;
    for (int exactly = 1; exactly >= 0 && !is_found; exactly--)
        for (size_t i = 0; i < resolution->all; i++) {
            struct slice value = value_of(resolution, key, i);
            if (!value.text || !(exactly ? slice_equal : slice_equal_nocase)(value, wanted)) continue;
            is_found = true;
            take(resolution, i);
        }
    return is_found;
}

static bool take_any(struct resolution *resolution, struct slice wanted) {
    for (enum column_key key = COLUMN_NAME; key <= COLUMN_UCD; key++)
        if (take_by_value(resolution, key, wanted)) return true;
    int64_t number;
    if (wanted.length == 0 || number_read_integer(wanted, &number) != NUMBER_WHOLE || number < 0 ||
        (uint64_t)number >= resolution->table->field_count)
        return false;
    take(resolution, (size_t)number);
    return true;
}

static bool take_request(struct resolution *resolution, const struct column_request *request, struct error *error) {
    const struct range *range = &request->range;
    size_t count = resolution->table->field_count;
    if (request->key != COLUMN_NUMBER)
        return (request->key == COLUMN_ANY ? take_any(resolution, request->value)
                                           : take_by_value(resolution, request->key, request->value)) ||
               error_set(error, "Error: Cannot find column '%.*s'", (int)request->value.length, request->value.text);
    if (range->first >= count || (!range->is_open && range->last >= count))
        return error_set(error, "Error: Cannot find column '%" PRIu64 "'",
                         range->first >= count ? range->first : range->last);
    uint64_t last = range->is_open ? count - 1 : range->last;
    for (uint64_t i = range->first; i <= last; i += range->step) {
        take(resolution, (size_t)i);
        if (range->step > last - i) break; /* the next might not fit into 64 bits */
    }
    return true;
}

/* All that have not been taken, instead of those that have. */
static void exclude(struct resolution *resolution) {
    resolution->chosen->count = 0;
    for (size_t i = 0; i < resolution->all; i++)
        if (!resolution->is_taken[i]) resolution->chosen->columns[resolution->chosen->count++] = i;
}

bool column_choice_resolve(const struct column_choice *choice, const struct vot_table *table, const struct slice *added,
                           size_t added_count, bool is_excluding, struct chosen_columns *chosen, struct error *error) {
    struct resolution resolution = {table, added, table->field_count + added_count, NULL, chosen};
    chosen->count = 0;
    chosen->columns = calloc(resolution.all + 1, sizeof *chosen->columns);
    resolution.is_taken = calloc(resolution.all + 1, 1);
    bool done = chosen->columns && resolution.is_taken ? true : error_set_memory(error);
    for (size_t i = 0; done && i < choice->count; i++) done = take_request(&resolution, &choice->requests[i], error);
    if (done && is_excluding) {
        exclude(&resolution);
    } else if (done) {
        for (size_t i = choice->count ? table->field_count : 0; i < resolution.all; i++) take(&resolution, i);
    }
    free(resolution.is_taken);
    return done;
}
