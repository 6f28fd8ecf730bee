/* group_keys.h - rows numbered by their values in some columns: equal values, equal number; groups are numbered from 0
 * in the order of their first rows. Cells are compared as in a join (join_key.h), booleans by value. Those without
 * value (empty, null, NaN, no number in a column of numbers) are equal to each other. In memory are the keys, twice.
 * One owner: group_keys_open() … group_keys_close(). */
#ifndef TABLE_GROUP_KEYS_H
#define TABLE_GROUP_KEYS_H

#include "table/store.h"

struct group_keys;

/* `columns` is borrowed. NULL with error set. */
struct group_keys *group_keys_open(const struct vot_table *table, const size_t *columns, size_t count,
                                   struct error *error);
bool group_keys_find(struct group_keys *keys, const struct vot_row *row, uint32_t *group, struct error *error);
size_t group_keys_count(const struct group_keys *keys);
size_t group_keys_size(const struct group_keys *keys); /* bytes */
/* A row of a group: the key cells of its first one. */
const struct store *group_keys_cells(const struct group_keys *keys);
void group_keys_close(struct group_keys *keys);

/* Adds what is equal for equal values of a field, whatever stands before and behind it; its first byte is
 * GROUP_KEY_NONE if there is no value. `room` is for texts. false: no memory. */
enum { GROUP_KEY_NONE };
bool group_key_append(struct buffer *key, const struct vot_field *field, const struct vot_cell *cell,
                      struct buffer *room);

#endif
