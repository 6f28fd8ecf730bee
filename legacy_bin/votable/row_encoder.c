/* row_encoder.c - rows as BINARY and BINARY2 have them (VOTable 1.5 sections 5.3, 5.4). */
#include "votable/row_encoder.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bigendian.h"

enum { NUMBER_SIZE = 8 /* bytes of the largest */ };

/* Which values are used. false: no memory. */
static inline bool note_integers(const struct vot_field *field, const struct vot_cell *cell,
                                 struct column_facts *facts) {
    if (!facts->used && !(facts->used = calloc(1, USED_VALUES / 8))) return false;
    size_t size = vot_type_size(field->type);
    for (size_t i = 0; i < cell->length; i += size) {
        uint64_t distance =
            (uint64_t)vot_item_integer(field->type, cell->bytes + i) - (uint64_t)vot_type_minimum(field->type);
        if (distance < USED_VALUES) facts->used[distance / 8] |= (unsigned char)(1 << distance % 8);
    }
    return true;
}

static uint64_t count_items(const struct vot_field *field, const struct vot_cell *cell) {
    return field->type == VOT_TYPE_BIT ? (uint64_t)cell->length * 8 - cell->spare_bits
                                       : cell->length / vot_type_size(field->type);
}

/* Of a cell as it is stored. */
static bool note_facts(struct row_encoder *encoder, size_t index, const struct vot_cell *binary, struct error *error) {
    const struct vot_field *field = &encoder->table->fields[index];
    struct column_facts *facts = &encoder->facts[index];
    if (binary->form == VOT_NULL) {
        facts->has_null = true;
        return true;
    }
    uint64_t length = count_items(field, binary);
    if (field->type == VOT_TYPE_CHAR || field->type == VOT_TYPE_UNICODE) {
        struct slice text = vot_cell_text(field, binary, &encoder->text);
        if (!text.text) return error_set_memory(error);
        length = text.length;
    }
    if (length > facts->longest) facts->longest = length;
    if (length < facts->shortest) facts->shortest = length;
    return !vot_type_is_integer(field->type) || note_integers(field, binary, facts) || error_set_memory(error);
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

/* A value that is its bytes already: a fixed number of items, as the field says, none of them null. */
static bool is_as_stored(const struct vot_field *field, const struct vot_cell *cell) {
    return cell->form == VOT_BYTES && !field->is_variable && !field->null.text && cell->length &&
           cell->length == field->items * vot_type_size(field->type);
}

static bool append_cell(struct row_encoder *encoder, size_t index, const struct vot_cell *cell, struct error *error) {
    const struct vot_field *field = &encoder->table->fields[index];
    struct buffer *row = &encoder->row;
    struct vot_cell binary;
    if (is_as_stored(field, cell))
        binary = *cell;
    else if (!vot_cell_bytes(field, cell, &encoder->room, &binary, error))
        return false;
    if (encoder->facts && !note_facts(encoder, index, &binary, error)) return false;
    char *out = buffer_reserve(row, binary.length + 4);
    if (!out && errno == ENOMEM) return error_set_memory(error);
    if (!out) return error_set_input(error, "a row of more than %zu MiB is not accepted", BUFFER_MAXIMUM >> 20);
    char *start = out;
    if (field->is_variable) {
        uint64_t items = count_items(field, &binary);
        if (items > UINT32_MAX)
            return error_set_input(error, "an array of more than %u items is not accepted", UINT32_MAX);
        bigendian_put(out, items, 4);
        out += 4;
    }
    if (binary.length) memcpy(out, binary.bytes, binary.length);
    if (binary.form == VOT_NULL) {
        put_null(encoder, index, out, binary.length);
        if (encoder->has_mask) row->bytes[index / 8] |= (char)(0x80 >> index % 8);
    }
    row->length += (size_t)(out - start) + binary.length;
    return true;
}

/* What most cells are: one number as text, which is a value. Its bytes at `out`, where NUMBER_SIZE of them may be
 * scribbled on; returns their number, 0: it is not that simple. */
static inline size_t put_number(const struct vot_field *field, const struct vot_cell *cell, char *out) {
    struct slice text = {cell->bytes, cell->length};
    float single;
    double real;
    int64_t integer;
    if (cell->form == VOT_BYTES || cell->form == VOT_NULL || field->has_arraysize) return 0;
    switch (field->type) {
    case VOT_TYPE_FLOAT:
        if (field->null.text || number_read_float(text, &single) != NUMBER_WHOLE) return 0;
        bigendian_put_float(out, single);
        return sizeof single;
    case VOT_TYPE_DOUBLE:
        if (field->null.text || number_read_double(text, &real) != NUMBER_WHOLE) return 0;
        bigendian_put_double(out, real);
        return sizeof real;
    case VOT_TYPE_BYTE:
    case VOT_TYPE_SHORT:
    case VOT_TYPE_INT:
    case VOT_TYPE_LONG:
        if (number_read_integer(text, &integer) != NUMBER_WHOLE || !vot_type_holds(field->type, integer)) return 0;
        if (field->null.text && (!field->has_null_integer || integer == field->null_integer)) return 0;
        bigendian_put_64(out, (uint64_t)integer << (64 - 8 * vot_type_size(field->type)));
        return vot_type_size(field->type);
    default: return 0;
    }
}

/* Its facts: of integers, which values there are. That it is one item is known. false: no memory. */
static inline bool note_number(struct row_encoder *encoder, size_t index, const char *bytes, size_t size) {
    const struct vot_field *field = &encoder->table->fields[index];
    struct vot_cell binary = {.bytes = bytes, .length = size, .form = VOT_BYTES};
    return !encoder->facts || !vot_type_is_integer(field->type) ||
           note_integers(field, &binary, &encoder->facts[index]);
}

bool row_encode(struct row_encoder *encoder, const struct vot_row *row, struct error *error) {
    struct buffer *bytes = &encoder->row;
    size_t mask = encoder->has_mask ? (row->count + 7) / 8 : 0;
    bytes->length = 0;
    encoder->rows++;
    char *out = buffer_reserve(bytes, mask + NUMBER_SIZE * row->count);
    if (!out) return error_set_memory(error);
    memset(out, 0, mask);
    out += mask;
    for (size_t i = 0; i < row->count; i++) {
        size_t size = put_number(&encoder->table->fields[i], &row->cells[i], out);
        if (size && note_number(encoder, i, out, size)) {
            out += size;
            continue;
        }
        bytes->length = (size_t)(out - bytes->bytes);
        if (!append_cell(encoder, i, &row->cells[i], error))
            return error_prefix(error, "row %llu: ", (unsigned long long)encoder->rows);
        out = buffer_reserve(bytes, NUMBER_SIZE * (row->count - i));
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
