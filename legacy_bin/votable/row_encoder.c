/* row_encoder.c - rows as BINARY and BINARY2 have them (VOTable 1.5 sections 5.3, 5.4). */
#include "votable/row_encoder.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/bigendian.h"

enum { SIMPLE_SIZE = 8 /* bytes of the largest */ };

static inline bool note_integer(struct column_facts *facts, int64_t value, int64_t minimum) {
    if (!facts->used && !(facts->used = calloc(1, USED_VALUES / 8))) return false;
    uint64_t distance = (uint64_t)value - (uint64_t)minimum;
    if (distance < USED_VALUES) facts->used[distance / 8] |= (unsigned char)(1 << distance % 8);
    return true;
}

/* Which values are used. false: no memory. */
static bool note_integers(const struct vot_field *field, const struct vot_cell *cell, struct column_facts *facts) {
    size_t size = vot_type_size(field->type);
    int64_t minimum = vot_type_minimum(field->type);
    for (size_t i = 0; i < cell->length; i += size)
        if (!note_integer(facts, vot_item_integer(field->type, cell->bytes + i), minimum)) return false;
    return true;
}

static void note_length(struct column_facts *facts, uint64_t length) {
    if (length > facts->longest) facts->longest = length;
    if (length < facts->shortest) facts->shortest = length;
}

static uint64_t count_items(const struct vot_field *field, const struct vot_cell *cell) {
    return field->type == VOT_TYPE_BIT ? (uint64_t)cell->length * 8 - cell->spare_bits
                                       : cell->length / vot_type_size(field->type);
}

/* Of a cell as it is stored. */
static bool note_facts(struct row_encoder *encoder, size_t index, const struct vot_cell *binary, struct error *error) {
    const struct vot_field *field = &encoder->table->fields[index];
    struct column_facts *facts = &encoder->facts[index];
    if (binary->form == VOT_NULL) return true;
    uint64_t length = count_items(field, binary);
    if (vot_type_is_string(field->type)) {
        struct slice text = vot_cell_text(field, binary, &encoder->text);
        if (!text.text) return error_set_memory(error);
        length = text.length;
    }
    note_length(facts, length);
    return !vot_type_is_integer(field->type) || note_integers(field, binary, facts) || error_set_memory(error);
}

/* There is no value in a column. */
static inline void note_null(struct row_encoder *encoder, size_t index) {
    if (encoder->facts) encoder->facts[index].has_null = true;
    if (encoder->has_mask) encoder->row.bytes[index / 8] |= (char)(0x80 >> index % 8);
}

/* No value in a field of BINARY that has a null value: that, in each item. */
static void put_null(const struct row_encoder *encoder, size_t index, char *bytes, size_t length) {
    const struct vot_field *field = &encoder->table->fields[index];
    size_t size = vot_type_size(field->type);
    char null[8];
    if (!encoder->nulls || !vot_type_is_number(field->type)) return;
    if (vot_type_is_integer(field->type) && encoder->nulls[index].is_set)
        bigendian_put(null, (uint64_t)encoder->nulls[index].value, size);
    else if (!field->null.text || !vot_field_null_bytes(field, null))
        return;
    for (size_t i = 0; i < length; i += size) memcpy(bytes + i, null, size);
}

/* The bytes of a cell, with their count where the field is variable. NULL: error set. */
static char *append_bytes(struct row_encoder *encoder, bool is_counted, uint64_t items, struct slice bytes,
                          struct error *error) {
    if (is_counted && items > UINT32_MAX) {
        error_set_input(error, "an array of more than %u items is not accepted", UINT32_MAX);
        return NULL;
    }
    char *out = buffer_reserve(&encoder->row, bytes.length + 4);
    if (!out) {
        if (errno == ENOMEM)
            error_set_memory(error);
        else
            error_set_input(error, "a row of more than %zu MiB is not accepted", BUFFER_MAXIMUM >> 20);
        return NULL;
    }
    if (is_counted) {
        bigendian_put(out, items, 4);
        out += 4;
        encoder->row.length += 4;
    }
    if (bytes.length) memcpy(out, bytes.text, bytes.length);
    encoder->row.length += bytes.length;
    return out;
}

/* A string that is stored as its text, whatever its field says of the length; or that is its own bytes anyway. */
static bool is_text(const struct row_encoder *encoder, const struct vot_field *field, const struct vot_cell *cell) {
    if (encoder->has_texts) return vot_type_is_string(field->type);
    return field->type == VOT_TYPE_CHAR && field->is_variable && field->items == 1 && cell->form <= VOT_CDATA;
}

/* A short string in an array of strings is filled up to its width, which blanks at its end are as good for. */
static struct slice without_filling(const struct vot_field *field, const struct vot_cell *cell, struct slice text) {
    bool is_short = field->items > 1 && cell->length % field->items && field->type == VOT_TYPE_CHAR;
    if (!text.length || text.text[text.length - 1] != ' ' || !is_short || !vot_field_has_dimensions(field)) return text;
    while (text.length && text.text[text.length - 1] == ' ') text.length--;
    return text;
}

static bool append_text(struct row_encoder *encoder, size_t index, const struct vot_cell *cell, struct error *error) {
    const struct vot_field *field = &encoder->table->fields[index];
    struct slice text = vot_cell_text(field, cell, &encoder->text);
    if (!text.text) return error_set_memory(error);
    text = without_filling(field, cell, text);
    if (cell->form == VOT_NULL)
        note_null(encoder, index);
    else if (encoder->facts)
        note_length(&encoder->facts[index], text.length);
    return append_bytes(encoder, true, text.length, text, error);
}

/* A value that is its bytes already: a fixed number of items, as the field says, none of them null. */
static bool is_as_stored(const struct vot_field *field, const struct vot_cell *cell) {
    return cell->form == VOT_BYTES && !field->is_variable && !field->null.text && cell->length &&
           cell->length == field->items * vot_type_size(field->type);
}

static bool append_cell(struct row_encoder *encoder, size_t index, const struct vot_cell *cell, struct error *error) {
    const struct vot_field *field = &encoder->table->fields[index];
    struct vot_cell binary;
    if (is_text(encoder, field, cell)) return append_text(encoder, index, cell, error);
    if (is_as_stored(field, cell))
        binary = *cell;
    else if (!vot_cell_bytes(field, cell, &encoder->room, &binary, error))
        return false;
    if (encoder->facts && !note_facts(encoder, index, &binary, error)) return false;
    struct slice bytes = {binary.bytes, binary.length};
    char *out =
        append_bytes(encoder, field->is_variable, field->is_variable ? count_items(field, &binary) : 0, bytes, error);
    if (!out) return false;
    if (binary.form == VOT_NULL) {
        put_null(encoder, index, out, binary.length);
        note_null(encoder, index);
    }
    return true;
}

static inline __attribute__((always_inline)) size_t put_integer(struct row_encoder *encoder, size_t index,
                                                                const struct vot_field *field, struct slice text,
                                                                char *out, size_t size, int64_t minimum,
                                                                int64_t maximum) {
    int64_t integer;
    if (number_read_integer(text, &integer) != NUMBER_WHOLE || integer < minimum || integer > maximum) return 0;
    if (field->null.text && (!field->has_null_integer || integer == field->null_integer)) return 0;
    if (encoder->facts && !note_integer(&encoder->facts[index], integer, minimum)) return 0;
    bigendian_put_64(out, (uint64_t)integer << (64 - 8 * size));
    return size;
}

/* One number that is its bytes already, and a value. */
static inline size_t put_stored(struct row_encoder *encoder, size_t index, const struct vot_field *field,
                                const struct vot_cell *cell, char *out) {
    if (!vot_cell_is_item(field, cell) || field->has_arraysize || field->null.text) return 0;
    if (encoder->facts && vot_type_is_integer(field->type) && !note_integers(field, cell, &encoder->facts[index]))
        return 0;
    memcpy(out, cell->bytes, SIMPLE_SIZE); /* VOT_CELL_SLACK may be read */
    return cell->length;
}

/* What most cells are: one item, stored or as text, a number that is a value, or none at all where NaN says that. Its
 * bytes at `out`, where SIMPLE_SIZE of them may be scribbled on; returns their number, 0: it is not that simple. */
static inline size_t put_simple(struct row_encoder *encoder, size_t index, const struct vot_field *field,
                                const struct vot_cell *cell, char *out) {
    struct slice text = {cell->bytes, cell->length};
    float single = NAN;
    double real = NAN;
    if (cell->form == VOT_BYTES) return put_stored(encoder, index, field, cell, out);
    if (cell->form == VOT_NULL || field->has_arraysize) return 0;
    switch (field->type) {
    case VOT_TYPE_FLOAT:
        if (field->null.text) return 0;
        if (text.length == 0)
            note_null(encoder, index);
        else if (number_read_float(text, &single) != NUMBER_WHOLE)
            return 0;
        bigendian_put_float(out, single);
        return sizeof single;
    case VOT_TYPE_DOUBLE:
        if (field->null.text) return 0;
        if (text.length == 0)
            note_null(encoder, index);
        else if (number_read_double(text, &real) != NUMBER_WHOLE)
            return 0;
        bigendian_put_double(out, real);
        return sizeof real;
    case VOT_TYPE_BYTE: return put_integer(encoder, index, field, text, out, 1, 0, UINT8_MAX);
    case VOT_TYPE_SHORT: return put_integer(encoder, index, field, text, out, 2, INT16_MIN, INT16_MAX);
    case VOT_TYPE_INT: return put_integer(encoder, index, field, text, out, 4, INT32_MIN, INT32_MAX);
    case VOT_TYPE_LONG: return put_integer(encoder, index, field, text, out, 8, INT64_MIN, INT64_MAX);
    case VOT_TYPE_BOOLEAN:
        if (text.length) *out = vot_boolean_read(text);
        return text.length && *out;
    default: return 0;
    }
}

bool row_encode(struct row_encoder *encoder, const struct vot_row *row, struct error *error) {
    struct buffer *bytes = &encoder->row;
    const struct vot_cell *cells = row->cells;
    const struct vot_field *fields = encoder->table->fields;
    const size_t count = row->count, mask = encoder->has_mask ? (count + 7) / 8 : 0;
    bytes->length = 0;
    encoder->rows++;
    char *out = buffer_reserve(bytes, mask + SIMPLE_SIZE * count);
    if (!out) return error_set_memory(error);
    memset(out, 0, mask);
    out += mask;
    for (size_t i = 0; i < count; i++) {
        size_t size = put_simple(encoder, i, &fields[i], &cells[i], out);
        out += size;
        if (size) continue;
        bytes->length = (size_t)(out - bytes->bytes);
        if (!append_cell(encoder, i, &cells[i], error))
            return error_prefix(error, "row %llu: ", (unsigned long long)encoder->rows);
        out = buffer_reserve(bytes, SIMPLE_SIZE * (count - i));
        if (!out) return error_set_memory(error);
    }
    bytes->length = (size_t)(out - bytes->bytes);
    return true;
}

bool row_encode_to(struct row_encoder *encoder, const struct vot_row *row, uint64_t number, struct output *output,
                   struct error *error) {
    encoder->rows = number; /* messages count from 1 */
    if (!row_encode(encoder, row, error)) return false;
    output_write_slice(output, buffer_slice(&encoder->row));
    return true;
}

void row_encoder_free(struct row_encoder *encoder) {
    buffer_free(&encoder->row);
    buffer_free(&encoder->room);
    buffer_free(&encoder->text);
}

bool column_null(const struct vot_field *field, const struct column_facts *facts, int64_t *value) {
    if (vot_field_null_integer(field, value)) return true;
    int64_t minimum = vot_type_minimum(field->type);
    uint64_t values = (uint64_t)vot_type_maximum(field->type) - (uint64_t)minimum; /* less one */
    for (uint64_t distance = 0; distance < USED_VALUES && distance <= values; distance++) {
        if (facts->used && facts->used[distance / 8] >> distance % 8 & 1) continue;
        *value = (int64_t)((uint64_t)minimum + distance);
        return true;
    }
    return false;
}
