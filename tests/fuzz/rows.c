/* rows.c - any bytes as the rows of BINARY, BINARY2 or FITS (the first byte says which, and whether there is a null
 * value), in a table with every type. Rows passed over are counted and refused as those that are read; rows written as
 * BINARY2 read back the same. */
#include "votable/rows.h"
#include "fuzz.h"
#include "votable/fits_verify.h"
#include "votable/row_encoder.h"

static const char document[] =
    "<VOTABLE><RESOURCE><TABLE><FIELD name='i' datatype='int'><VALUES null='-9'/></FIELD>"
    "<FIELD name='l' datatype='long'/><FIELD name='f' datatype='float'/><FIELD name='d' datatype='double'/>"
    "<FIELD name='s' datatype='char' arraysize='*'/><FIELD name='u' datatype='unicodeChar' arraysize='3'/>"
    "<FIELD name='b' datatype='boolean'/><FIELD name='x' datatype='bit' arraysize='11'/>"
    "<FIELD name='y' datatype='bit' arraysize='*'/><FIELD name='a' datatype='short' arraysize='2x*'/>"
    "<FIELD name='n' datatype='unsignedByte' arraysize='4*'/><FIELD name='c' datatype='floatComplex'/>"
    "<FIELD name='m' datatype='doubleComplex' arraysize='*'/><DATA><TABLEDATA/></DATA></TABLE></RESOURCE></VOTABLE>";

static const enum vot_element serializations[] = {VOT_BINARY, VOT_BINARY2, VOT_FITS};

static void write_row(const struct vot_table *table, const struct vot_row *row, struct buffer *told) {
    struct buffer room = {0};
    for (size_t i = 0; i < row->count; i++) {
        struct slice text = vot_cell_text(&table->fields[i], &row->cells[i], &room);
        hold(text.text != NULL, "a cell has a text");
        buffer_append_slice(told, text);
        buffer_append_byte(told, '|');
    }
    buffer_append_byte(told, '\n');
    buffer_free(&room);
}

/* Returns how many rows came. `encoded` NULL: they are only passed over. */
static uint64_t read_rows(struct vot_table *table, struct slice bytes, size_t piece, struct buffer *told,
                          struct buffer *encoded, struct error *error) {
    struct memory memory = {bytes, piece};
    struct vot_node data = {.element = table->serialization, .parent = (struct vot_node *)table->node};
    struct row_source *rows = rows_open(table, &data, memory_reader(&memory), error);
    struct row_encoder encoder = {.table = table, .has_mask = true};
    uint64_t count = 0;
    struct vot_row row;
    if (rows && !encoded && rows->class->skip) {
        if (rows->class->skip(rows, &count, error) == ROWS_ERROR) hold(error->text != NULL, "an error has a text");
    } else {
        enum rows_status status = ROWS_END;
        while (rows && (status = rows->class->next(rows, &row, error)) == ROWS_ROW) {
            count++;
            if (told) write_row(table, &row, told);
            struct error unfit = {0};
            if (encoded && row_encode(&encoder, &row, &unfit))
                buffer_append_slice(encoded, buffer_slice(&encoder.row));
            else if (encoded) /* what bytes cannot hold, no bytes held */
                hold(table->serialization == VOT_FITS, unfit.text ? unfit.text : "rows are encoded");
            error_clear(&unfit);
        }
        hold(status != ROWS_ERROR || error->text, "an error has a text");
    }
    if (rows) rows->class->close(rows);
    row_encoder_free(&encoder);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static struct vot_reader *reader;
    struct error error = {0}, error_skipped = {0}, ignored = {0};
    struct buffer told = {0}, again = {0}, encoded = {0};
    if (!reader) reader = vot_open(document, &error);
    while (!vot_current_table(reader) && vot_next(reader, &error) > VOT_END) continue;
    struct vot_table table = *vot_current_table(reader);
    if (length == 0) return 0;
    struct slice rest = {(const char *)bytes + 1, length - 1};
    struct vot_field fields[32];
    bool has_null = bytes[0] & 0x80;
    hold(table.field_count <= sizeof fields / sizeof *fields, "there is room");
    memcpy(fields, table.fields, table.field_count * sizeof *fields);
    if (!has_null) fields[0].null = (struct slice){NULL, 0};
    table.fields = fields;
    table.serialization = serializations[bytes[0] % 3];
    uint64_t count = read_rows(&table, rest, 0, &told, &encoded, &error);
    uint64_t skipped = read_rows(&table, rest, 13, NULL, NULL, &error_skipped);
    hold(count == skipped, "as many rows are passed over as are read");
    hold_equal(slice_of(error.text), slice_of(error_skipped.text), "the complaints");
    if (table.serialization == VOT_FITS) {
        struct memory memory = {rest, 17};
        hold(fits_verify(memory_reader(&memory), &ignored) || ignored.text, "what is wrong is said");
        error_clear(&ignored);
    } else {
        table.serialization = VOT_BINARY2;
        struct buffer encoded_again = {0};
        hold(read_rows(&table, buffer_slice(&encoded), 0, &again, &encoded_again, &ignored) == count, "all come back");
        hold(!ignored.text, "what was encoded can be decoded");
        /* A value that the FIELD calls null is null from then on. */
        if (!has_null) hold_equal(buffer_slice(&told), buffer_slice(&again), "rows, and rows encoded and decoded");
        hold_equal(buffer_slice(&encoded), buffer_slice(&encoded_again), "bytes");
        buffer_free(&encoded_again);
    }
    error_clear(&error);
    error_clear(&error_skipped);
    buffer_free(&told);
    buffer_free(&again);
    buffer_free(&encoded);
    return 0;
}
