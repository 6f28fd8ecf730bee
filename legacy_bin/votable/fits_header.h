/* fits_header.h - the header of a FITS HDU, as far as binary tables need it (FITS 4.0 sections 4, 7.3). */
#ifndef VOTABLE_FITS_HEADER_H
#define VOTABLE_FITS_HEADER_H

#include "votable/window.h"

enum { FITS_BLOCK = 2880, FITS_CARD = 80, FITS_COLUMNS = 999 };

struct fits_column {
    char code;     /* L X B I J K A E D C M; of the items in the heap where `heap` is set */
    char heap;     /* P or Q: the row holds a count and an offset (4 or 8 bytes each); 0: the items */
    size_t repeat; /* items in each row (bits for X, bytes for A) */
    size_t offset; /* in the row */
    size_t width;  /* bytes in the row */
    bool has_null;
    int64_t null; /* TNULL */
    double scale, zero;
};

/* Zero-initialised, ends with fits_header_free(). */
struct fits_header {
    bool is_table;  /* a BINTABLE extension */
    uint64_t size;  /* bytes of data, without the padding to whole blocks */
    uint64_t width; /* NAXIS1 */
    uint64_t rows;  /* NAXIS2 */
    uint64_t heap;  /* where the heap starts, from the start of the data */
    size_t column_count;
    struct fits_column *columns;
};

/* *is_end: the stream is over, there is no further HDU. `number` (0: primary) is for messages. */
bool fits_header_read(struct window *window, unsigned long number, struct fits_header *header, bool *is_end,
                      struct error *error);
void fits_header_free(struct fits_header *header);
/* Bytes of an item; 0 for bits. */
size_t fits_item_size(char code);

#endif
