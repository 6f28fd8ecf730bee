/* group_keys.c - each value as bytes that are equal when the values are, found by hashing. */
#include "table/group_keys.h"

#include <stdlib.h>

#include "base/text_map.h"
#include "table/join_key.h"

struct group_keys {
    const struct vot_table *table;
    const size_t *columns;
    size_t column_count;
    struct text_map numbers; /* number: of the group */
    struct store *cells;
    struct vot_cell *row;    /* key cells of one row */
    struct buffer key, room; /* of the row that is looked at */
    struct buffer last;      /* the key before it, … */
    uint32_t last_group;     /* … and its group */
};

/* What stands before a value; JOIN_KEY_NONE is GROUP_KEY_NONE. */
enum { FALSE = JOIN_KEY_TEXT + 1, TRUE };

bool group_key_append(struct buffer *key, const struct vot_field *field, const struct vot_cell *cell,
                      struct buffer *room) {
    bool is_boolean = field->type == VOT_TYPE_BOOLEAN && !field->has_arraysize, boolean;
    if (vot_cell_boolean(field, cell, &boolean)) return buffer_append_byte(key, boolean ? TRUE : FALSE);
    struct join_key value;
    if (!join_key_read(field, cell, !join_key_is_number(field), room, &value)) return false;
    if (value.kind == JOIN_KEY_NONE || (is_boolean && slice_equal(value.text, SLICE("?"))))
        return buffer_append_byte(key, GROUP_KEY_NONE);
    uint64_t number = value.kind == JOIN_KEY_TEXT ? value.text.length : value.bits;
    return buffer_append_byte(key, (char)value.kind) && buffer_append(key, &number, sizeof number) &&
           (value.kind != JOIN_KEY_TEXT || buffer_append_slice(key, value.text));
}

struct group_keys *group_keys_open(const struct vot_table *table, const size_t *columns, size_t count,
                                   struct error *error) {
    struct group_keys *keys = calloc(1, sizeof *keys);
    if (!keys) return error_null_memory(error);
    *keys = (struct group_keys){.table = table, .columns = columns, .column_count = count};
    keys->numbers.texts.maximum = SIZE_MAX / 2;
    keys->row = calloc(count + 1, sizeof *keys->row);
    keys->cells = keys->row ? store_open(count, error) : NULL;
    if (keys->cells) return keys;
    if (!keys->row) error_set_memory(error);
    group_keys_close(keys);
    return NULL;
}

/* Those of a new group; none is kept of a cell without value, whatever says so. */
static bool keep_cells(struct group_keys *keys, const struct vot_row *row, struct error *error) {
    for (size_t i = 0; i < keys->column_count; i++) {
        size_t column = keys->columns[i];
        keys->row[i] = row->cells[column];
        keys->key.length = 0;
        if (!group_key_append(&keys->key, &keys->table->fields[column], &row->cells[column], &keys->room))
            return error_set_memory(error);
        if (keys->key.bytes[0] != GROUP_KEY_NONE) continue;
        keys->row[i].form = VOT_NULL;
        keys->row[i].length = 0;
    }
    return store_add(keys->cells, &(struct vot_row){keys->row, keys->column_count}, error);
}

bool group_keys_find(struct group_keys *keys, const struct vot_row *row, uint32_t *group, struct error *error) {
    keys->key.length = 0;
    for (size_t i = 0; i < keys->column_count; i++) {
        size_t column = keys->columns[i];
        if (!group_key_append(&keys->key, &keys->table->fields[column], &row->cells[column], &keys->room))
            return error_set_memory(error);
    }
    if (keys->last.length && slice_equal(buffer_slice(&keys->key), buffer_slice(&keys->last))) {
        *group = keys->last_group;
        return true;
    }
    bool is_new;
    struct text_entry *entry = text_map_add(&keys->numbers, buffer_slice(&keys->key), &is_new);
    if (!entry || keys->numbers.count > UINT32_MAX) return error_set_memory(error);
    if (is_new) entry->number = keys->numbers.count - 1;
    keys->last_group = *group = (uint32_t)entry->number;
    struct buffer other = keys->last;
    keys->last = keys->key;
    keys->key = other;
    return !is_new || keep_cells(keys, row, error);
}

size_t group_keys_count(const struct group_keys *keys) {
    return keys->numbers.count;
}

size_t group_keys_size(const struct group_keys *keys) {
    return text_map_size(&keys->numbers) + store_size(keys->cells);
}

const struct store *group_keys_cells(const struct group_keys *keys) {
    return keys->cells;
}

void group_keys_close(struct group_keys *keys) {
    if (!keys) return;
    text_map_free(&keys->numbers);
    store_close(keys->cells);
    free(keys->row);
    buffer_free(&keys->key);
    buffer_free(&keys->room);
    buffer_free(&keys->last);
    free(keys);
}
