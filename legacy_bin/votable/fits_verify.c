/* fits_verify.c - a FITS file read from end to end: every HDU as long as its header says, every sum as it should be. */
#include "votable/fits_verify.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bigendian.h"
#include "base/slice.h"
#include "votable/fits_header.h"

enum { BLOCKS_AT_ONCE = 16, LARGEST_NAXIS = 999, LARGEST_HEADER = 1 << 20 /* cards */ };

struct verification {
    struct byte_reader from;
    unsigned long number; /* of the HDU */
    uint32_t sum;         /* ones' complement, of what was read since it was set to 0 */
    unsigned char block[BLOCKS_AT_ONCE * FITS_BLOCK];
};

/* What a header says of its HDU. */
struct facts {
    bool has_simple, has_bitpix, has_naxis, has_end, is_random_groups;
    int64_t bitpix, naxis, pcount, gcount;
    uint64_t pixels; /* product of the axes; of random groups without the first */
    int64_t axes;    /* seen so far */
    bool is_too_large, has_checksum, has_datasum;
    uint64_t datasum;
};

static void add_to_sum(struct verification *verification, size_t length) {
    uint64_t sum = verification->sum;
    for (size_t at = 0; at < length; at += 4) sum += bigendian_32(verification->block + at);
    while (sum >> 32) sum = (sum & 0xffffffff) + (sum >> 32);
    verification->sum = (uint32_t)sum;
}

/* Exactly `length` bytes, a whole number of blocks. *got is 0 when there is nothing at all. */
static bool read_blocks(struct verification *verification, size_t length, size_t *got, struct error *error) {
    *got = 0;
    while (*got < length) {
        ptrdiff_t part = bytes_read(verification->from, verification->block + *got, length - *got, error);
        if (part < 0) return false;
        if (part == 0) break;
        *got += (size_t)part;
    }
    if (*got == length) add_to_sum(verification, length);
    return true;
}

static bool is_wrong(struct verification *verification, struct error *error, const char *what) {
    return error_set_input(error, "the FITS file is damaged: HDU %lu: %s", verification->number, what);
}

static bool is_key(const unsigned char *card, const char *key) {
    size_t length = strlen(key);
    if (memcmp(card, key, length) != 0) return false;
    for (size_t i = length; i < 8; i++)
        if (card[i] != ' ') return false;
    return true;
}

/* The integer of a card `KEY     = 123`, also in quotes, as DATASUM has it. */
static bool read_integer(const unsigned char *card, int64_t *value) {
    char text[FITS_CARD - 9], *end;
    if (memcmp(card + 8, "= ", 2) != 0) return false;
    memcpy(text, card + 10, FITS_CARD - 10);
    text[FITS_CARD - 10] = '\0';
    const char *start = text + strspn(text, " '");
    *value = strtoll(start, &end, 10);
    return end != start && strchr(" '/", *end);
}

static void multiply(struct facts *facts, int64_t by) {
    uint64_t product;
    if (by < 0 || __builtin_mul_overflow(facts->pixels, (uint64_t)by, &product) || product > INT64_MAX / 16)
        facts->is_too_large = true;
    else
        facts->pixels = product;
}

static void take_axis(struct facts *facts, const unsigned char *card) {
    int64_t length;
    char key[9] = "";
    memcpy(key, card, 8);
    if (strtoll(key + strlen("NAXIS"), NULL, 10) != facts->axes + 1 || facts->axes >= facts->naxis) return;
    if (!read_integer(card, &length)) return;
    facts->axes++;
    if (facts->axes == 1 && length == 0 && facts->naxis > 1)
        facts->is_random_groups = true; /* GROUPS = T may still follow; without it the HDU has no data */
    else
        multiply(facts, length);
}

static bool take_card(struct facts *facts, const unsigned char *card, bool *has_groups) {
    int64_t value;
    if (is_key(card, "END")) return facts->has_end = true;
    if (is_key(card, "SIMPLE") || is_key(card, "XTENSION")) facts->has_simple = true;
    if (is_key(card, "BITPIX")) facts->has_bitpix = read_integer(card, &facts->bitpix);
    if (is_key(card, "NAXIS"))
        facts->has_naxis = read_integer(card, &facts->naxis) && facts->naxis >= 0 && facts->naxis <= LARGEST_NAXIS;
    else if (memcmp(card, "NAXIS", 5) == 0 && facts->has_naxis)
        take_axis(facts, card);
    if (is_key(card, "PCOUNT")) read_integer(card, &facts->pcount);
    if (is_key(card, "GCOUNT")) read_integer(card, &facts->gcount);
    if (is_key(card, "GROUPS")) *has_groups = memchr(card + 10, 'T', 20) != NULL;
    if (is_key(card, "CHECKSUM")) /* an empty one is undefined */
        facts->has_checksum = card[10] == '\'' && card[11] != '\'' && card[11] != ' ';
    if (is_key(card, "DATASUM") && read_integer(card, &value)) {
        facts->has_datasum = true;
        facts->datasum = (uint64_t)value;
    }
    return false;
}

/* The header of the next HDU; *is_end: there is none. */
static bool read_header(struct verification *verification, struct facts *facts, bool *is_end, bool *has_groups,
                        struct error *error) {
    verification->sum = 0;
    for (unsigned long cards = 0; !facts->has_end; cards += FITS_BLOCK / FITS_CARD) {
        size_t got;
        if (!read_blocks(verification, FITS_BLOCK, &got, error)) return false;
        *is_end = got == 0 && cards == 0 && verification->number > 0;
        if (*is_end) return true;
        if (got < FITS_BLOCK && cards == 0 && verification->number > 0)
            return is_wrong(verification, error, "the file goes on behind the last HDU with less than a block");
        if (got < FITS_BLOCK) return is_wrong(verification, error, "the file ends in the header");
        const unsigned char *first = verification->block;
        if (cards == 0 && !is_key(first, verification->number == 0 ? "SIMPLE" : "XTENSION"))
            return is_wrong(verification, error,
                            verification->number == 0 ? "it does not start with SIMPLE"
                                                      : "what follows the last HDU is no extension");
        if (cards > LARGEST_HEADER) return is_wrong(verification, error, "the header has no END");
        for (size_t at = 0; at < FITS_BLOCK && !take_card(facts, first + at, has_groups);) at += FITS_CARD;
    }
    return true;
}

/* Bytes of data, without the padding. */
static bool size_of_data(struct verification *verification, const struct facts *facts, bool has_groups, uint64_t *size,
                         struct error *error) {
    int64_t bits = facts->bitpix < 0 ? -facts->bitpix : facts->bitpix;
    *size = 0;
    if (!facts->has_bitpix || !facts->has_naxis || facts->axes != facts->naxis || facts->is_too_large ||
        (bits != 8 && bits != 16 && bits != 32 && bits != 64))
        return is_wrong(verification, error, "BITPIX, NAXIS or one of the axes is missing or wrong");
    if (facts->naxis == 0 || (facts->is_random_groups && !has_groups)) return true;
    uint64_t items;
    if (facts->pcount < 0 || facts->gcount < 0 ||
        __builtin_add_overflow(facts->pixels, (uint64_t)facts->pcount, &items) ||
        __builtin_mul_overflow(items, (uint64_t)facts->gcount, &items) ||
        __builtin_mul_overflow(items, (uint64_t)bits / 8, size) || *size > INT64_MAX - FITS_BLOCK)
        return is_wrong(verification, error, "its size is beyond all measure");
    return true;
}

static bool read_data(struct verification *verification, uint64_t size, struct error *error) {
    uint64_t left = (size + FITS_BLOCK - 1) / FITS_BLOCK * FITS_BLOCK;
    while (left > 0) {
        size_t got, part = left < sizeof verification->block ? (size_t)left : sizeof verification->block;
        if (!read_blocks(verification, part, &got, error)) return false;
        if (got < part) {
            char what[100];
            snprintf(what, sizeof what, "%" PRIu64 " bytes of its data are missing", left - got);
            return is_wrong(verification, error, what);
        }
        left -= part;
    }
    return true;
}

static bool verify_hdu(struct verification *verification, bool *is_end, struct error *error) {
    struct facts facts = {.gcount = 1, .pixels = 1};
    bool has_groups = false;
    uint64_t size;
    if (!read_header(verification, &facts, is_end, &has_groups, error)) return false;
    if (*is_end) return true;
    uint32_t header_sum = verification->sum;
    verification->sum = 0;
    if (!size_of_data(verification, &facts, has_groups, &size, error)) return false;
    if (!read_data(verification, size, error)) return false;
    uint64_t both = (uint64_t)header_sum + verification->sum;
    both = (both & 0xffffffff) + (both >> 32);
    if (facts.has_datasum && facts.datasum != verification->sum)
        return is_wrong(verification, error, "its data do not match DATASUM");
    if (facts.has_checksum && both != 0xffffffff && both != 0)
        return is_wrong(verification, error, "it does not match CHECKSUM");
    return true;
}

bool fits_verify(struct byte_reader from, struct error *error) {
    struct verification *verification = calloc(1, sizeof *verification);
    if (!verification) return error_set_memory(error);
    verification->from = from;
    bool is_end = false, done = true;
    while (done && !is_end) {
        done = verify_hdu(verification, &is_end, error);
        verification->number++;
    }
    free(verification);
    return done;
}
