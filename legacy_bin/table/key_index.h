/* key_index.h - rows found by their keys: one table of open addressing; rows of equal keys are chained in order.
 * One owner: key_index_open(), key_index_add() for each row, key_index_finish(), then searches; key_index_close(). */
#ifndef TABLE_KEY_INDEX_H
#define TABLE_KEY_INDEX_H

#include "table/join_key.h"

struct key_index;

#define KEY_INDEX_ROWS (UINT32_MAX - 1)

/* NULL with error set. */
struct key_index *key_index_open(struct error *error);
/* The next row, counted from 0, of KEY_INDEX_ROWS at most; its text is copied. One without key is never found. */
bool key_index_add(struct key_index *index, const struct join_key *key, struct error *error);
bool key_index_finish(struct key_index *index, struct error *error);

/* The first row with each of some keys (KEY_INDEX_MANY at most), and the next one with the same key as a row; counted
 * from 1, 0: there is none. Many are found faster together: memory answers all of them at once. */
enum { KEY_INDEX_MANY = 64 };
void key_index_find(const struct key_index *index, const struct join_key *keys, size_t count, uint32_t *rows);
uint32_t key_index_next(const struct key_index *index, uint32_t row);

/* The memory of so many rows, at most, but for their texts; and that of the texts. */
enum { KEY_INDEX_ROW = 48 };
size_t key_index_texts(const struct key_index *index);
void key_index_close(struct key_index *index);

#endif
