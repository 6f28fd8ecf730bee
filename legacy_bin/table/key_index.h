/* key_index.h - rows found by their keys: one table of open addressing; rows of equal keys are chained in order.
 * One owner: key_index_open(), key_index_add() for each row, key_index_finish(), then searches; key_index_close(). */
#ifndef TABLE_KEY_INDEX_H
#define TABLE_KEY_INDEX_H

#include "table/join_key.h"

struct key_index;

/* `expected` rows, if that is known. NULL with error set. */
struct key_index *key_index_open(uint64_t expected, struct error *error);
/* The next row, counted from 0; its text is copied. One without key is never found. */
bool key_index_add(struct key_index *index, const struct join_key *key, struct error *error);
bool key_index_finish(struct key_index *index, struct error *error);

/* The first row with a key, and the next one with the same, both counted from 1; 0: there is none. */
size_t key_index_first(const struct key_index *index, const struct join_key *key);
size_t key_index_next(const struct key_index *index, size_t row);
/* Says that a key will be asked for soon. */
void key_index_prepare(const struct key_index *index, const struct join_key *key);
void key_index_close(struct key_index *index);

#endif
