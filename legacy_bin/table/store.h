/* store.h - rows of a table kept in memory as they came, packed: a byte or two before each cell.
 * Nothing is known of the columns. One owner: store_open() … store_close(); rows stay where they are until then. */
#ifndef TABLE_STORE_H
#define TABLE_STORE_H

#include "votable/cell.h"

struct store;
typedef const unsigned char *packed_row;

/* A row packed elsewhere: the bytes it needs at most, slack behind its last cell included; packed, how many it has
 * without slack; and its cells again. */
size_t packed_row_room(const struct vot_row *row);
size_t packed_row_write(unsigned char *to, const struct vot_row *row);
void packed_row_read(packed_row row, struct vot_cell *cells, size_t columns);
size_t packed_row_length(packed_row row, size_t columns);

/* NULL with error set. */
struct store *store_open(size_t columns, struct error *error);
bool store_add(struct store *store, const struct vot_row *row, struct error *error);
size_t store_count(const struct store *store);
size_t store_size(const struct store *store); /* bytes of the rows */
/* The row that was added last. */
packed_row store_newest(const struct store *store);

/* The rows in the order they were added: NULL gives the first one; NULL: there is no further one. */
struct store_place {
    const struct store_block *block;
    packed_row next;
};
packed_row store_next(const struct store *store, struct store_place *place);
/* All cells of a row, into room for as many as the table has columns; or one. With VOT_CELL_SLACK behind each. */
void store_unpack(const struct store *store, packed_row row, struct vot_cell *cells);
struct vot_cell store_cell(packed_row row, size_t column);
void store_close(struct store *store);

#endif
