/* fits_header.c - cards read one by one; only those that a binary table needs are kept. */
#include "votable/fits_header.h"

#include <stdlib.h>

enum { MOST_BLOCKS = 20000 }; /* of a header: 720000 cards */

/* What is gathered from the cards before it makes sense as a whole. */
struct gathered {
    struct fits_header *header;
    unsigned long number;
    int64_t bits;     /* BITPIX */
    int64_t axes;     /* NAXIS */
    int64_t axis[2];  /* NAXIS1, NAXIS2 */
    uint64_t product; /* of all axes */
    bool is_too_large;
    int64_t extra, groups; /* PCOUNT, GCOUNT */
    int64_t heap;          /* THEAP; -1: none */
    bool is_random_groups, is_compressed, is_bad;
    struct slice bad_key;
};

size_t fits_item_size(char code) {
    switch (code) {
    case 'L':
    case 'B':
    case 'A': return 1;
    case 'I': return 2;
    case 'J':
    case 'E': return 4;
    case 'K':
    case 'D':
    case 'C': return 8;
    case 'M': return 16;
    default: return 0;
    }
}

void fits_header_free(struct fits_header *header) {
    free(header->columns);
    *header = (struct fits_header){0};
}

/* The number at the end of an indexed keyword (TFORM12), 0 when `key` is not one of these. */
static unsigned long keyword_index(struct slice key, const char *stem) {
    size_t length = strlen(stem);
    if (key.length <= length || memcmp(key.text, stem, length) != 0) return 0;
    unsigned long index = 0;
    for (size_t i = length; i < key.length; i++) {
        if (key.text[i] < '0' || key.text[i] > '9') return 0;
        index = index * 10 + (unsigned long)(key.text[i] - '0');
    }
    return index;
}

/* The value of a card: the text between the quotes, or up to the comment. */
static struct slice card_value(const char *card) {
    struct slice value = {card + 10, FITS_CARD - 10};
    value = slice_trim(value);
    if (value.length && value.text[0] == '\'') {
        const char *end = memchr(value.text + 1, '\'', value.length - 1);
        return slice_trim((struct slice){value.text + 1, end ? (size_t)(end - value.text) - 1 : value.length - 1});
    }
    const char *comment = value.length ? memchr(value.text, '/', value.length) : NULL;
    if (comment) value.length = (size_t)(comment - value.text);
    return slice_trim(value);
}

static void read_whole(struct gathered *gathered, struct slice key, struct slice value, int64_t *number) {
    if (number_read_integer(value, number) == NUMBER_WHOLE) return;
    gathered->is_bad = true;
    gathered->bad_key = key;
}

static void read_axis(struct gathered *gathered, struct slice key, struct slice value, unsigned long index) {
    int64_t length = 0;
    read_whole(gathered, key, value, &length);
    if (length < 0) {
        gathered->is_bad = true;
        gathered->bad_key = key;
        return;
    }
    if (index <= 2) gathered->axis[index - 1] = length;
    if (index == 1 && length == 0) return; /* random groups; otherwise the size is 0 anyway */
    if (__builtin_mul_overflow(gathered->product, (uint64_t)length, &gathered->product)) gathered->is_too_large = true;
}

/* TFORM: a repeat count, a letter, for P and Q the letter of the heap's items. */
static bool read_form(struct slice value, struct fits_column *column) {
    size_t repeat = 0, i = 0;
    while (i < value.length && value.text[i] >= '0' && value.text[i] <= '9') {
        repeat = repeat * 10 + (size_t)(value.text[i++] - '0');
        if (repeat > WINDOW_MAXIMUM) return false;
    }
    if (i == 0) repeat = 1;
    char code = i < value.length ? value.text[i++] : '\0';
    if (code == 'P' || code == 'Q') {
        if (repeat > 1) return false;
        column->heap = code;
        column->width = repeat * (code == 'P' ? 8 : 16);
        code = i < value.length ? value.text[i] : '\0';
    }
    if (!code || !strchr("LXBIJKAEDCM", code)) return false;
    column->code = code;
    column->repeat = repeat;
    if (!column->heap) column->width = code == 'X' ? (repeat + 7) / 8 : repeat * fits_item_size(code);
    return true;
}

static bool set_columns(struct gathered *gathered, int64_t count, struct error *error) {
    struct fits_header *header = gathered->header;
    if (header->columns || count < 0 || count > FITS_COLUMNS)
        return error_set_input(error, "FITS extension %lu: TFIELDS = %lld, accepted are 0 to %d", gathered->number,
                               (long long)count, FITS_COLUMNS);
    header->columns = calloc((size_t)count + 1, sizeof *header->columns);
    if (!header->columns) return error_set_memory(error);
    header->column_count = (size_t)count;
    for (size_t i = 0; i < header->column_count; i++) header->columns[i].scale = 1;
    return true;
}

static bool read_column_card(struct gathered *gathered, struct slice key, struct slice value, struct error *error) {
    struct fits_header *header = gathered->header;
    unsigned long index;
    if ((index = keyword_index(key, "TFORM")) && index <= header->column_count) {
        if (!read_form(value, &header->columns[index - 1]))
            return error_set_input(error, "FITS extension %lu: TFORM%lu = '%.*s' is not a column format",
                                   gathered->number, index, (int)value.length, value.text);
    } else if ((index = keyword_index(key, "TNULL")) && index <= header->column_count) {
        struct fits_column *column = &header->columns[index - 1];
        column->has_null = number_read_integer(value, &column->null) == NUMBER_WHOLE;
    } else if ((index = keyword_index(key, "TSCAL")) && index <= header->column_count) {
        if (number_read_double(value, &header->columns[index - 1].scale) != NUMBER_WHOLE) gathered->is_bad = true;
    } else if ((index = keyword_index(key, "TZERO")) && index <= header->column_count) {
        if (number_read_double(value, &header->columns[index - 1].zero) != NUMBER_WHOLE) gathered->is_bad = true;
    }
    if (gathered->is_bad && !gathered->bad_key.text) gathered->bad_key = key;
    return true;
}

static bool read_card(struct gathered *gathered, const char *card, struct error *error) {
    struct slice key = {card, 8};
    while (key.length && key.text[key.length - 1] == ' ') key.length--;
    if (memcmp(card + 8, "= ", 2) != 0) return true; /* COMMENT, HISTORY, CONTINUE, HIERARCH */
    struct slice value = card_value(card);
    struct fits_header *header = gathered->header;
    unsigned long index;
    if (slice_equal(key, SLICE("XTENSION"))) {
        header->is_table = slice_equal(value, SLICE("BINTABLE")) || slice_equal(value, SLICE("A3DTABLE"));
    } else if (slice_equal(key, SLICE("BITPIX"))) {
        read_whole(gathered, key, value, &gathered->bits);
    } else if (slice_equal(key, SLICE("NAXIS"))) {
        read_whole(gathered, key, value, &gathered->axes);
    } else if ((index = keyword_index(key, "NAXIS"))) {
        read_axis(gathered, key, value, index);
    } else if (slice_equal(key, SLICE("PCOUNT"))) {
        read_whole(gathered, key, value, &gathered->extra);
    } else if (slice_equal(key, SLICE("GCOUNT"))) {
        read_whole(gathered, key, value, &gathered->groups);
    } else if (slice_equal(key, SLICE("THEAP"))) {
        read_whole(gathered, key, value, &gathered->heap);
    } else if (slice_equal(key, SLICE("GROUPS"))) {
        gathered->is_random_groups = slice_equal(value, SLICE("T"));
    } else if (slice_equal(key, SLICE("ZTABLE"))) {
        gathered->is_compressed = slice_equal(value, SLICE("T"));
    } else if (slice_equal(key, SLICE("TFIELDS"))) {
        int64_t count = 0;
        read_whole(gathered, key, value, &count);
        return !header->is_table || set_columns(gathered, count, error);
    } else if (key.length && key.text[0] == 'T') {
        return read_column_card(gathered, key, value, error);
    }
    return true;
}

/* What the keywords say together. */
static bool conclude(struct gathered *gathered, struct error *error) {
    struct fits_header *header = gathered->header;
    if (gathered->is_bad)
        return error_set_input(error, "FITS HDU %lu: the value of %.*s is not a number that is accepted there",
                               gathered->number, (int)gathered->bad_key.length, gathered->bad_key.text);
    uint64_t item = (gathered->bits < 0 ? 0 - (uint64_t)gathered->bits : (uint64_t)gathered->bits) / 8;
    if (item > 8 || gathered->axes < 0 || gathered->axes > 999 || gathered->extra < 0 || gathered->groups < 0)
        return error_set_input(error, "FITS HDU %lu: BITPIX, NAXIS, PCOUNT or GCOUNT out of range", gathered->number);
    bool is_empty = gathered->axes == 0 || (gathered->axis[0] == 0 && !gathered->is_random_groups);
    uint64_t size = is_empty ? 0 : gathered->product;
    if (gathered->is_too_large || __builtin_add_overflow(size, (uint64_t)gathered->extra, &size) ||
        __builtin_mul_overflow(size, (uint64_t)gathered->groups, &size) || __builtin_mul_overflow(size, item, &size) ||
        size > INT64_MAX)
        return error_set_input(error, "FITS HDU %lu: its axes say more data than can exist", gathered->number);
    header->size = gathered->axes == 0 ? 0 : size;
    if (!header->is_table) return true;

    if (gathered->axes != 2 || item != 1 || !header->columns)
        return error_set_input(error, "FITS extension %lu: not a binary table (BITPIX 8, NAXIS 2, TFIELDS)",
                               gathered->number);
    if (gathered->is_compressed)
        return error_set_input(error, "FITS extension %lu: compressed tables (ZTABLE) are not accepted",
                               gathered->number);
    header->width = (uint64_t)gathered->axis[0];
    header->rows = (uint64_t)gathered->axis[1];
    uint64_t table = is_empty ? 0 : gathered->product;
    header->heap = gathered->heap < 0 ? table : (uint64_t)gathered->heap;
    if (header->heap < table || header->heap > header->size)
        return error_set_input(error, "FITS extension %lu: THEAP = %llu lies outside the data", gathered->number,
                               (unsigned long long)header->heap);
    size_t offset = 0;
    for (size_t i = 0; i < header->column_count; i++) {
        struct fits_column *column = &header->columns[i];
        if (!column->code)
            return error_set_input(error, "FITS extension %lu: TFORM%zu is missing", gathered->number, i + 1);
        column->offset = offset;
        offset += column->width; /* at most 999 times 16 GiB */
    }
    if (offset > header->width || header->width > WINDOW_MAXIMUM)
        return error_set_input(error, "FITS extension %lu: NAXIS1 = %llu, its columns are %zu bytes wide (at most %zu)",
                               gathered->number, (unsigned long long)header->width, offset, WINDOW_MAXIMUM);
    return true;
}

bool fits_header_read(struct window *window, unsigned long number, struct fits_header *header, bool *is_end,
                      struct error *error) {
    struct gathered gathered = {.header = header, .number = number, .product = 1, .groups = 1, .heap = -1};
    char bad_key[8];
    *is_end = false;
    for (unsigned block = 0; block < MOST_BLOCKS; block++) {
        if (!window_fill(window, FITS_BLOCK, error)) return false;
        const char *cards = window_bytes(window);
        size_t length = window_length(window);
        bool is_start = length >= 10 && (memcmp(cards, "SIMPLE  = ", 10) == 0 || memcmp(cards, "XTENSION= ", 10) == 0);
        if (block == 0 && number > 0 && !is_start) {
            *is_end = true; /* the end, or special records after the last HDU */
            return true;
        }
        if (block == 0 && !is_start)
            return error_set_input(error, "the data are not FITS: they do not start with SIMPLE");
        if (length < FITS_BLOCK) return error_set_input(error, "FITS HDU %lu: the data end inside the header", number);
        for (size_t at = 0; at < FITS_BLOCK; at += FITS_CARD) {
            if (memcmp(cards + at, "END     ", 8) == 0) {
                window->start += FITS_BLOCK;
                return conclude(&gathered, error);
            }
            if (!read_card(&gathered, cards + at, error)) return false;
            if (gathered.bad_key.text && gathered.bad_key.text != bad_key) { /* the card goes with its block */
                memcpy(bad_key, gathered.bad_key.text, gathered.bad_key.length);
                gathered.bad_key.text = bad_key;
            }
        }
        window->start += FITS_BLOCK;
    }
    return error_set_input(error, "FITS HDU %lu: a header without END in %d cards", number, MOST_BLOCKS * 36);
}
