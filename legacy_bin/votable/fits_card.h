/* fits_card.h - FITS headers written card by card (FITS 4.0 section 4). */
#ifndef VOTABLE_FITS_CARD_H
#define VOTABLE_FITS_CARD_H

#include <stdint.h>

#include "base/slice.h"

/* Where the bytes go: a file, or base64 inside a VOTable. */
struct fits_out {
    void (*write)(void *context, const void *bytes, size_t length);
    void *context;
    uint64_t written;
};

void fits_write(struct fits_out *out, const void *bytes, size_t length);
/* Up to a whole number of blocks. */
void fits_fill_block(struct fits_out *out, char fill);

/* Keywords of more than 8 letters become HIERARCH ones; comments may be NULL. */
void fits_card_logical(struct fits_out *out, const char *key, bool value, const char *comment);
void fits_card_integer(struct fits_out *out, const char *key, int64_t value, const char *comment);
/* What is not printable ASCII is shown as `?`, long text goes on in CONTINUE cards. */
void fits_card_text(struct fits_out *out, const char *key, struct slice value, const char *comment);
/* The part of a text that fits into one card: the standard's own keywords may not go on in CONTINUE cards (4.2.1.2). */
struct slice fits_one_card(struct slice value);
/* The same with a number behind the keyword. */
void fits_card_indexed_integer(struct fits_out *out, const char *stem, size_t index, int64_t value,
                               const char *comment);
void fits_card_indexed_text(struct fits_out *out, const char *stem, size_t index, struct slice value,
                            const char *comment);
void fits_header_end(struct fits_out *out);

#endif
