/* groups.c - the number of each row's group, by which rows are sorted. */
#include "table/groups.h"

#include <stdlib.h>

#include "base/text_map.h"
#include "table/radix.h"

struct group {
    struct slice value;
    uint64_t first, rows; /* of the sorted rows */
};

struct groups {
    const struct vot_table *table;
    size_t column;
    struct store *store;
    struct text_map values; /* number: of the group */
    struct group *groups;
    size_t count, capacity;
    uint32_t *numbers; /* of each row */
    size_t row_count, row_capacity;
    struct sorted_row *sorted;
    struct buffer room;
};

struct groups *groups_open(const struct vot_table *table, size_t column, struct error *error) {
    struct groups *groups = calloc(1, sizeof *groups);
    if (!groups) {
        error_set_memory(error);
        return NULL;
    }
    groups->table = table;
    groups->column = column;
    groups->store = store_open(table->field_count, error);
    if (groups->store) return groups;
    groups_close(groups);
    return NULL;
}

/* Room for one more. */
static bool grow(void **items, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity) return true;
    size_t larger = *capacity ? *capacity * 2 : 256;
    void *grown = reallocarray(*items, larger, size);
    if (!grown) return false;
    *items = grown;
    *capacity = larger;
    return true;
}

/* The group of a text; false: no memory. */
static bool find_group(struct groups *groups, struct slice text, uint32_t *number) {
    bool is_new;
    struct text_entry *entry = text_map_add(&groups->values, text, &is_new);
    if (!entry || groups->count > UINT32_MAX - 1) return false;
    if (is_new) {
        if (!grow((void **)&groups->groups, groups->count, &groups->capacity, sizeof *groups->groups)) return false;
        groups->groups[groups->count] = (struct group){.value = entry->text};
        entry->number = groups->count++;
    }
    *number = (uint32_t)entry->number;
    return true;
}

bool groups_add(struct groups *groups, const struct vot_row *row, struct error *error) {
    const struct vot_field *field = &groups->table->fields[groups->column];
    struct slice text = vot_cell_text(field, &row->cells[groups->column], &groups->room);
    uint32_t number;
    if (!text.text || !find_group(groups, slice_trim(text), &number) ||
        !grow((void **)&groups->numbers, groups->row_count, &groups->row_capacity, sizeof *groups->numbers))
        return error_set_memory(error);
    groups->numbers[groups->row_count++] = number;
    groups->groups[number].rows++;
    return store_add(groups->store, row, error);
}

bool groups_finish(struct groups *groups, struct error *error) {
    struct sorted_row *rows = calloc(groups->row_count + 1, sizeof *rows);
    struct sorted_row *scratch = calloc(groups->row_count + 1, sizeof *scratch);
    struct store_place place = {0};
    groups->sorted = rows;
    if (!rows || !scratch) {
        free(scratch);
        return error_set_memory(error);
    }
    for (size_t i = 0; i < groups->row_count; i++)
        rows[i] = (struct sorted_row){groups->numbers[i], store_next(groups->store, &place)};
    radix_sort(rows, scratch, groups->row_count);
    free(scratch);
    uint64_t first = 0;
    for (size_t i = 0; i < groups->count; i++) {
        groups->groups[i].first = first;
        first += groups->groups[i].rows;
    }
    return true;
}

size_t groups_count(const struct groups *groups) {
    return groups->count;
}

struct slice groups_value(const struct groups *groups, size_t group) {
    return groups->groups[group].value;
}

uint64_t groups_rows(const struct groups *groups, size_t group) {
    return groups->groups[group].rows;
}

void groups_row(const struct groups *groups, size_t group, uint64_t row, struct vot_cell *cells) {
    store_unpack(groups->store, groups->sorted[groups->groups[group].first + row].row, cells);
}

void groups_close(struct groups *groups) {
    if (!groups) return;
    store_close(groups->store);
    text_map_free(&groups->values);
    buffer_free(&groups->room);
    free(groups->groups);
    free(groups->numbers);
    free(groups->sorted);
    free(groups);
}
