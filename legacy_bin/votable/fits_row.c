/* fits_row.c - a row of BINARY2 and one of FITS differ in what has no fixed size, and in how some values are spelled.
 * What lies between is copied in one piece. */
#include "votable/fits_row.h"

#include <math.h>
#include <stdlib.h>

#include "votable/fits_header.h"
#include "votable/window.h"

/* A part of a row: columns of fixed size, and the one of any size behind them. */
struct part {
    size_t fixed;                 /* bytes, the same in both */
    size_t item;                  /* bytes of an item of the last column; 0: bits */
    const struct fits_plan *last; /* NULL: the row ends without one */
};

/* What may have to be mended in a column of fixed size: booleans; or other items, when the row has no value there. */
struct mend {
    size_t offset, width;
    size_t size; /* of an item; 0: they are booleans */
    char null[8];
    size_t mask; /* the byte of the null bits, and the bit in it */
    unsigned char bit;
};

struct writing {
    const struct vot_table *table;
    const struct fits_plan *plans;
    struct part *parts;
    struct mend *mends;
    size_t part_count, mend_count;
    size_t mask; /* bytes of null bits before each row */
    struct window window;
    struct buffer row;
    char letters[256]; /* what FITS has for each byte of a boolean */
};

/* The bytes that FITS has for no value in an item, when the row of BINARY2 does not have them already. */
static bool null_bytes(const struct vot_field *field, const struct fits_plan *plan, bool is_stated, char bytes[8]) {
    if (plan->has_null) bigendian_put(bytes, (uint64_t)plan->null, fits_item_size(plan->code));
    if (plan->has_null) return true;
    bool is_real = plan->code == 'E' || plan->code == 'D';
    return is_real && is_stated && field->null.text && !field->has_arraysize && vot_field_null_bytes(field, bytes);
}

static void plan_parts(struct writing *writing, bool has_stated_nulls) {
    struct part *part = writing->parts;
    size_t offset = 0;
    for (size_t i = 0; i < writing->table->field_count; i++) {
        const struct vot_field *field = &writing->table->fields[i];
        const struct fits_plan *plan = &writing->plans[i];
        if (field->is_variable || plan->code == 'A') { /* texts have any length */
            part->item = plan->code == 'A' ? 1 : vot_type_size(field->type);
            part->last = plan;
            part++;
        } else {
            part->fixed += plan->width;
            struct mend mend = {.offset = offset, .width = plan->width, .mask = i / 8};
            mend.bit = (unsigned char)(0x80 >> i % 8);
            if (plan->code != 'L') mend.size = fits_item_size(plan->code);
            if (plan->code == 'L' || null_bytes(field, plan, has_stated_nulls, mend.null))
                writing->mends[writing->mend_count++] = mend;
        }
        offset += plan->width;
    }
    writing->part_count = (size_t)(part - writing->parts) + (part->fixed > 0);
}

/* The rest of a cell that has fewer items than the column. */
static void fill_items(const struct fits_plan *plan, char *bytes, size_t length) {
    size_t size = fits_item_size(plan->code);
    switch (plan->code) {
    case 'E':
    case 'C':
        for (size_t i = 0; i < length; i += 4) bigendian_put_float(bytes + i, NAN);
        break;
    case 'D':
    case 'M':
        for (size_t i = 0; i < length; i += 8) bigendian_put_double(bytes + i, NAN);
        break;
    case 'B':
    case 'I':
    case 'J':
    case 'K':
        for (size_t i = 0; i < length; i += size) bigendian_put(bytes + i, (uint64_t)plan->null, size);
        break;
    default: memset(bytes, 0, length);
    }
}

static void spell_booleans(const struct writing *writing, char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) bytes[i] = writing->letters[(unsigned char)bytes[i]];
}

/* The row at the start of the window, with all that differs. Returns how many bytes it had; more than there are: so
 * many are needed at least. */
static size_t convert_row(const struct writing *writing, char *row) {
    size_t length = window_length(&writing->window), at = writing->mask;
    if (at > length) return at;
    const char *start = window_bytes(&writing->window), *in = start + at;
    char *out = row;
    for (const struct part *part = writing->parts; part < writing->parts + writing->part_count; part++) {
        const struct fits_plan *last = part->last;
        at += part->fixed + (last ? 4 : 0);
        if (at > length) return at;
        memcpy(out, in, part->fixed);
        in += part->fixed;
        out += part->fixed;
        if (!last) break;
        size_t items = bigendian_32(in), size = part->item ? items * part->item : (items + 7) / 8;
        if (size > length - at) return at + size;
        if (size > last->width) size = last->width; /* never: the plan knows the longest */
        memcpy(out, in + 4, size);
        if (last->code == 'L') spell_booleans(writing, out, size);
        if (size < last->width) fill_items(last, out + size, last->width - size);
        at += size;
        in += 4 + size;
        out += last->width;
    }
    for (const struct mend *mend = writing->mends; mend < writing->mends + writing->mend_count; mend++) {
        if (mend->size == 0)
            spell_booleans(writing, row + mend->offset, mend->width);
        else if (start[mend->mask] & mend->bit)
            for (size_t i = 0; i < mend->width; i += mend->size) memcpy(row + mend->offset + i, mend->null, mend->size);
    }
    return at;
}

static bool write_rows(struct writing *writing, uint64_t rows, size_t width, struct fits_out *out,
                       struct error *error) {
    struct window *window = &writing->window;
    for (; rows > 0; rows--) {
        size_t size;
        while ((size = convert_row(writing, writing->row.bytes)) > window_length(window)) {
            if (window->is_over) return error_set(error, "the temporary file of a table ends inside a row");
            if (!window_fill(window, size, error)) return false;
        }
        window->start += size;
        fits_write(out, writing->row.bytes, width);
    }
    return true;
}

bool fits_rows_write(struct row_spool *spool, const struct vot_table *table, const struct fits_plan *plans,
                     size_t width, bool has_stated_nulls, struct fits_out *out, struct error *error) {
    struct writing writing = {.table = table, .plans = plans, .mask = (table->field_count + 7) / 8};
    writing.window.source = row_spool_bytes(spool);
    writing.parts = calloc(table->field_count + 1, sizeof *writing.parts);
    writing.mends = calloc(table->field_count + 1, sizeof *writing.mends);
    for (const char *c = "TtFf10"; *c; c++) writing.letters[(unsigned char)*c] = strchr("Tt1", *c) ? 'T' : 'F';
    uint64_t rows = table->field_count > 0 ? row_spool_count(spool) : 0; /* without columns they have no bytes */
    bool is_done = false;
    if (!writing.parts || !writing.mends || !buffer_reserve(&writing.row, width + 1)) {
        error_set_memory(error);
    } else {
        plan_parts(&writing, has_stated_nulls);
        is_done = write_rows(&writing, rows, width, out, error);
    }
    window_close(&writing.window);
    free(writing.parts);
    free(writing.mends);
    buffer_free(&writing.row);
    return is_done;
}
