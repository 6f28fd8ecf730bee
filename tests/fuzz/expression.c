/* expression.c - libFuzzer target: any text as an expression over a row of every type, as text and as bytes.
 * What is accepted must evaluate, twice to the same; `make fuzz` runs it over tests/fuzz/expressions for
 * FUZZ_SECONDS (60). */
#include <stdio.h>
#include <stdlib.h>

#include "table/expression.h"
#include "votable/reader.h"

static const char document[] =
    "<VOTABLE><RESOURCE><TABLE><FIELD name='i' ID='i' ucd='a;b' datatype='int'><VALUES null='-9'/></FIELD>"
    "<FIELD name='l' datatype='long'/><FIELD name='f' datatype='float'/><FIELD name='d' datatype='double'/>"
    "<FIELD name='s' datatype='char' arraysize='*'/><FIELD name='u' datatype='unicodeChar' arraysize='*'/>"
    "<FIELD name='b' datatype='boolean'/><FIELD name='x' datatype='bit' arraysize='3'/>"
    "<FIELD name='a' datatype='short' arraysize='2'/><FIELD name='c' datatype='floatComplex'/>"
    "<FIELD name='ra' ucd='pos.eq.ra;meta.main' datatype='double'/>"
    "<FIELD name='dec' ucd='pos.eq.dec;meta.main' datatype='char' arraysize='*'/><DATA><TABLEDATA>"
    "<TR><TD>1</TD><TD>9223372036854775807</TD><TD>0.1</TD><TD>-2.5e3</TD><TD>Keck 12</TD><TD>\xc3\xa9t\xc3\xa9</TD>"
    "<TD>T</TD><TD>101</TD><TD>3 4</TD><TD>1 2</TD><TD>10.5</TD><TD>-12:30:00</TD></TR>"
    "<TR><TD>-9</TD><TD>x</TD><TD>NaN</TD><TD/><TD/><TD/><TD>?</TD><TD/><TD/><TD/><TD>Inf</TD><TD>99</TD></TR>"
    "</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>";

/* The value as text, so that it can be compared; false: it has none (no memory). */
static bool write_down(struct expression *expression, const struct expression_row *row, struct buffer *told) {
    struct error error = {0};
    struct vot_cell cell;
    bool done = expression_cell(expression, row, &cell, &error);
    told->length = 0;
    if (done) buffer_append_format(told, "%d:", cell.form);
    if (done && cell.length) buffer_append(told, cell.bytes, cell.length);
    error_clear(&error);
    return done;
}

static void evaluate(struct expression *expression, bool uses_number, const struct vot_row *row, uint64_t number) {
    struct buffer first = {0}, again = {0};
    struct expression_row here = {row->cells, 2 * number}, here_again = {row->cells, 2 * number + 1};
    if (write_down(expression, &here, &first) && write_down(expression, &here_again, &again) && !uses_number &&
        !slice_equal(buffer_slice(&first), buffer_slice(&again))) {
        fprintf(stderr, "%.*s, then %.*s\n", (int)first.length, first.bytes, (int)again.length, again.bytes);
        abort();
    }
    buffer_free(&first);
    buffer_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct error error = {0};
    struct expression *expression = expression_parse((struct slice){(const char *)bytes, length}, &error);
    if (!expression && !error.text) abort();
    error_clear(&error);
    if (!expression) return 0;
    struct vot_reader *reader = vot_open(document, &error);
    enum vot_event event;
    bool is_bound = false;
    uint64_t number = 0;
    while (reader && (event = vot_next(reader, &error)) > VOT_END) {
        struct expression_scope scope = {.table = vot_current_table(reader)};
        if (event == VOT_ROWS && !(is_bound = expression_bind(expression, &scope, &error))) break;
        if (event == VOT_ROW) evaluate(expression, memchr(bytes, '$', length), vot_current_row(reader), number++);
    }
    if (is_bound ? number != 2 : !error.text) abort();
    error_clear(&error);
    vot_close(reader);
    expression_free(expression);
    return 0;
}
