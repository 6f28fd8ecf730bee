/* store.c - rows of a table kept in memory, packed.
 * A cell: one byte of form and length, further bytes for a length of LONG or more, its bytes. */
#include "table/store.h"

#include <stdlib.h>

#include "base/block.h"

enum {
    BLOCK_BYTES = 1 << 20,
    FORM_BITS = 3,
    LONG = 31,      /* lengths from here on stand by themselves, seven bits a byte */
    FORM_SPARE = 4, /* VOT_BYTES with spare bits: a byte more says how many */
    LARGEST_HEADER = 1 + 10 + 1,
};

struct store_block {
    struct store_block *next;
    size_t used, capacity;
    unsigned char bytes[];
};

struct store {
    struct store_block *first, *last;
    packed_row newest;
    size_t columns, count, size;
};

struct store *store_open(size_t columns, struct error *error) {
    struct store *store = calloc(1, sizeof *store);
    if (!store) return error_null_memory(error);
    store->columns = columns;
    return store;
}

static bool add_block(struct store *store, size_t least, struct error *error) {
    size_t capacity = least > BLOCK_BYTES ? least : BLOCK_BYTES;
    struct store_block *block = malloc(sizeof *block + capacity);
    if (!block) return error_set_memory(error);
    *block = (struct store_block){.capacity = capacity};
    if (store->last)
        store->last->next = block;
    else
        store->first = block;
    store->last = block;
    return true;
}

static unsigned char *pack(unsigned char *to, const struct vot_cell *cell) {
    unsigned form = cell->spare_bits ? FORM_SPARE : (unsigned)cell->form;
    size_t length = cell->length;
    *to++ = (unsigned char)(form | (length < LONG ? length : LONG) << FORM_BITS);
    if (length >= LONG) {
        for (; length >= 0x80; length >>= 7) *to++ = (unsigned char)(length | 0x80);
        *to++ = (unsigned char)length;
    }
    if (form == FORM_SPARE) *to++ = cell->spare_bits;
    if (cell->length == 0) return to;
    return (unsigned char *)block_copy((char *)to, cell->bytes, cell->length);
}

static inline packed_row unpack(packed_row from, struct vot_cell *cell) {
    unsigned form = *from & ((1u << FORM_BITS) - 1);
    size_t length = *from++ >> FORM_BITS;
    if (length == LONG) {
        unsigned shift = 0;
        length = 0;
        do length |= (size_t)(*from & 0x7f) << shift, shift += 7;
        while (*from++ & 0x80);
    }
    cell->spare_bits = form == FORM_SPARE ? *from++ : 0;
    cell->form = form == FORM_SPARE ? VOT_BYTES : (enum vot_form)form;
    cell->bytes = (const char *)from;
    cell->length = length;
    return from + length;
}

size_t packed_row_room(const struct vot_row *row) {
    size_t need = VOT_CELL_SLACK + 1;
    for (size_t i = 0; i < row->count; i++) need += row->cells[i].length + LARGEST_HEADER;
    return need;
}

size_t packed_row_write(unsigned char *to, const struct vot_row *row) {
    unsigned char *start = to;
    for (size_t i = 0; i < row->count; i++) to = pack(to, &row->cells[i]);
    if (row->count == 0) *to++ = 0; /* at least a byte a row: places must differ */
    return (size_t)(to - start);
}

void packed_row_read(packed_row row, struct vot_cell *cells, size_t columns) {
    for (size_t i = 0; i < columns; i++) row = unpack(row, &cells[i]);
}

size_t packed_row_length(packed_row row, size_t columns) {
    struct vot_cell cell;
    packed_row end = row;
    for (size_t i = 0; i < columns; i++) end = unpack(end, &cell);
    return columns ? (size_t)(end - row) : 1;
}

bool store_add(struct store *store, const struct vot_row *row, struct error *error) {
    size_t need = packed_row_room(row);
    struct store_block *block = store->last;
    if (!block || block->capacity - block->used < need) {
        if (!add_block(store, need, error)) return false;
        block = store->last;
    }
    size_t length = packed_row_write(block->bytes + block->used, row);
    store->newest = block->bytes + block->used;
    block->used += length;
    store->size += length;
    store->count++;
    return true;
}

size_t store_count(const struct store *store) {
    return store->count;
}

size_t store_size(const struct store *store) {
    return store->size;
}

packed_row store_newest(const struct store *store) {
    return store->newest;
}

packed_row store_next(const struct store *store, struct store_place *place) {
    if (!place->block) {
        place->block = store->first;
        place->next = store->first ? store->first->bytes : NULL;
    } else if (place->next == place->block->bytes + place->block->used) {
        place->block = place->block->next;
        place->next = place->block ? place->block->bytes : NULL;
    }
    packed_row row = place->next;
    if (row) place->next += packed_row_length(row, store->columns);
    return row;
}

void store_unpack(const struct store *store, packed_row row, struct vot_cell *cells) {
    packed_row_read(row, cells, store->columns);
}

struct vot_cell store_cell(packed_row row, size_t column) {
    struct vot_cell cell;
    for (size_t i = 0; i <= column; i++) row = unpack(row, &cell);
    return cell;
}

void store_close(struct store *store) {
    if (!store) return;
    while (store->first) {
        struct store_block *block = store->first;
        store->first = block->next;
        free(block);
    }
    free(store);
}
