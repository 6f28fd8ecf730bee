/* join_key.c - see join_key.h. */
#include "table/join_key.h"

#include <math.h>

#include "base/hash.h"

bool join_key_is_number(const struct vot_field *field) {
    return vot_field_is_number(field);
}

static void set_integer(struct join_key *key, int64_t value) {
    key->kind = JOIN_KEY_INTEGER;
    key->bits = (uint64_t)value;
}

static void set_real(struct join_key *key, double value) {
    if (isnan(value)) return;
    if (value >= -0x1p63 && value < 0x1p63 && value == floor(value)) {
        set_integer(key, (int64_t)value);
        return;
    }
    key->kind = JOIN_KEY_REAL;
    memcpy(&key->bits, &value, sizeof key->bits);
}

static void read_number(const struct vot_field *field, const struct vot_cell *cell, struct join_key *key) {
    struct slice text = {cell->bytes, cell->length};
    bool is_text = cell->form != VOT_BYTES, is_integer = vot_type_is_integer(field->type);
    int64_t integer;
    float single;
    double real;
    if (is_text && is_integer && number_read_integer(text, &integer) == NUMBER_WHOLE) {
        set_integer(key, integer);
    } else if (is_text && field->type == VOT_TYPE_FLOAT) {
        if (number_read_float(text, &single) == NUMBER_WHOLE) set_real(key, single);
    } else if (is_text || !is_integer) {
        if (vot_cell_double(field, cell, &real) == NUMBER_WHOLE) set_real(key, real);
    } else if (cell->length == vot_type_size(field->type)) {
        set_integer(key, vot_item_integer(field->type, cell->bytes));
    }
}

bool join_key_read(const struct vot_field *field, const struct vot_cell *cell, bool as_text, struct buffer *room,
                   struct join_key *key) {
    *key = (struct join_key){.kind = JOIN_KEY_NONE};
    if (vot_cell_is_null(field, cell)) return true;
    if (!as_text) {
        read_number(field, cell, key);
        return true;
    }
    struct slice text = vot_cell_text(field, cell, room);
    if (!text.text) return false;
    text = slice_trim(text);
    if (text.length > 0) *key = (struct join_key){JOIN_KEY_TEXT, hash_text(text), text};
    return true;
}
