/* join_columns.c - see join_columns.h. */
#include "table/join_columns.h"

#include <stdlib.h>

#include "table/join_key.h"

static size_t find_name(const struct vot_table *table, struct slice name) {
    size_t column = 0;
    while (column < table->field_count && !slice_equal_nocase(vot_attribute(table->fields[column].node, "name"), name))
        column++;
    return column;
}

static bool find_common(const struct join_input *inputs, size_t key[2], struct error *error) {
    const struct vot_table *first = inputs[0].table, *second = inputs[1].table;
    for (size_t i = 0; first && second && i < first->field_count; i++) {
        struct slice name = vot_attribute(first->fields[i].node, "name");
        size_t other = name.length ? find_name(second, name) : second->field_count;
        if (other == second->field_count) continue;
        key[0] = i;
        key[1] = other;
        return true;
    }
    return error_set(error, "Error: no common column");
}

static bool find_column(const struct column_request *request, const struct join_input *input, size_t *column,
                        struct error *error) {
    const struct column_choice choice = {.requests = (struct column_request *)request, .count = 1};
    struct chosen_columns chosen = {0};
    struct error unfound = {0};
    bool is_found = input->table && column_choice_resolve(&choice, input->table, NULL, 0, false, &chosen, &unfound);
    if (is_found) *column = chosen.columns[0];
    bool is_short = error_is_memory(&unfound);
    free(chosen.columns);
    error_clear(&unfound);
    if (is_found || is_short) return is_found || error_set_memory(error);
    if (request->key == COLUMN_NUMBER)
        return error_set(error, "Error: Cannot find join column '%llu' in '%s'",
                         (unsigned long long)request->range.first, input->name);
    return error_set(error, "Error: Cannot find join column '%.*s' in '%s'", (int)request->value.length,
                     request->value.text, input->name);
}

static bool find_position(const struct join_input *input, struct position *position, struct error *error) {
    return (input->table && position_likely_columns(input->table->node, position)) ||
           error_set(error, "Error: Cannot find position columns in table.");
}

/* `first`, or `first, second`. */
static bool make_label(const struct join_input *input, size_t first, size_t second, struct slice *label,
                       struct error *error) {
    char room[32];
    struct buffer text = {0};
    buffer_append_slice(&text, vot_field_label(&input->table->fields[first], first, room));
    if (second != first) {
        buffer_append_string(&text, ", ");
        buffer_append_slice(&text, vot_field_label(&input->table->fields[second], second, room));
    }
    *label = text.is_incomplete ? (struct slice){NULL, 0} : arena_copy(vot_arena(input->tree), buffer_slice(&text));
    buffer_free(&text);
    return label->text || error_set_memory(error);
}

bool join_choose_columns(const struct join_request *request, const struct join_input *inputs,
                         struct join_columns *columns, struct error *error) {
    bool by_position = request->by == JOIN_BY_POSITION;
    if (request->by == JOIN_BY_COMMON && !find_common(inputs, columns->key, error)) return false;
    for (size_t i = 0; i < 2; i++) {
        const struct column_request *wanted =
            request->choice.count > i ? &request->choice.requests[i] : request->choice.requests;
        if (request->by == JOIN_BY_COLUMN && !find_column(wanted, &inputs[i], &columns->key[i], error)) return false;
        if (by_position && !find_position(&inputs[i], &columns->position[i], error)) return false;
        size_t first = by_position ? columns->position[i].ra : columns->key[i];
        if (!make_label(&inputs[i], first, by_position ? columns->position[i].dec : first, &columns->label[i], error))
            return false;
    }
    columns->as_text = request->as_text;
    for (size_t i = 0; i < 2 && !by_position; i++)
        columns->as_text = columns->as_text || !join_key_is_number(&inputs[i].table->fields[columns->key[i]]);
    return true;
}
