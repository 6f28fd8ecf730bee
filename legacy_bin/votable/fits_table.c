/* fits_table.c - a table whose rows wait in a spool as a BINTABLE extension (FITS 4.0 section 7.3). */
#include "votable/fits_table.h"

#include <stdio.h>
#include <stdlib.h>

#include "votable/fits_header.h"
#include "votable/fits_row.h"

struct writing {
    const struct fits_table *table;
    struct fits_out *out;
    struct fits_plan *plans;
    size_t width; /* NAXIS1 */
};

static char column_code(enum vot_type type) {
    static const char codes[] = {
        [VOT_TYPE_BOOLEAN] = 'L', [VOT_TYPE_BIT] = 'X',           [VOT_TYPE_BYTE] = 'B',
        [VOT_TYPE_SHORT] = 'I',   [VOT_TYPE_INT] = 'J',           [VOT_TYPE_LONG] = 'K',
        [VOT_TYPE_CHAR] = 'A',    [VOT_TYPE_UNICODE] = 'A',       [VOT_TYPE_FLOAT] = 'E',
        [VOT_TYPE_DOUBLE] = 'D',  [VOT_TYPE_FLOAT_COMPLEX] = 'C', [VOT_TYPE_DOUBLE_COMPLEX] = 'M'};
    return codes[type];
}

/* Width and null value, from the rows that are spooled. */
static bool make_plan(struct writing *writing, size_t index, struct error *error) {
    const struct vot_field *field = &writing->table->table->fields[index];
    const struct column_facts *facts = &row_spool_facts(writing->table->rows)[index];
    struct fits_plan *plan = &writing->plans[index];
    plan->code = column_code(field->type);
    plan->repeat = field->is_variable ? facts->longest : field->items;
    if (plan->code == 'A') {
        if (facts->longest > plan->repeat) plan->repeat = facts->longest;
        uint64_t least = field->is_variable && writing->table->is_inside ? 2 : 1;
        if (plan->repeat < least) plan->repeat = least;
        uint64_t step = field->is_variable ? field->items : 1;
        if (step > 1) plan->repeat = (plan->repeat + step - 1) / step * step;
    }
    if (vot_type_is_integer(field->type) &&
        (facts->has_null || (field->is_variable && facts->shortest < facts->longest))) {
        plan->has_null = true;
        if (!column_null(field, facts, &plan->null)) {
            char room[32];
            struct slice name = vot_field_label(field, index, room);
            return error_set_input(error,
                                   "field '%.*s': every value of %s is used, none is left to say that cells have none",
                                   (int)name.length, name.text, vot_type_name(field->type));
        }
    }
    uint64_t width =
        plan->code == 'X' ? plan->repeat / 8 + (plan->repeat % 8 != 0) : plan->repeat * fits_item_size(plan->code);
    plan->width = (size_t)width;
    if (width > BUFFER_MAXIMUM || writing->width > BUFFER_MAXIMUM - plan->width)
        return error_set_input(error, "a FITS row of more than %zu MiB is not written", BUFFER_MAXIMUM >> 20);
    writing->width += plan->width;
    return true;
}

/* The arraysize `3x4` or `3x*` as `(3,4)`, when it says the same number of items as the column has. */
static bool write_shape(struct writing *writing, size_t index, struct error *error) {
    const struct vot_field *field = &writing->table->table->fields[index];
    const struct fits_plan *plan = &writing->plans[index];
    struct slice arraysize = slice_trim(vot_attribute(field->node, "arraysize"));
    if (!arraysize.text || !memchr(arraysize.text, 'x', arraysize.length)) return true;
    struct buffer shape = {0};
    uint64_t product = 1, length = 0;
    buffer_append_byte(&shape, '(');
    for (size_t i = 0; i < arraysize.length; i++) {
        char c = arraysize.text[i];
        if (c >= '0' && c <= '9') length = length * 10 + (uint64_t)(c - '0');
        if (c != 'x') continue;
        buffer_append_format(&shape, "%llu,", (unsigned long long)length);
        if (__builtin_mul_overflow(product, length, &product)) product = 0;
        length = 0;
    }
    if (field->is_variable) length = product ? plan->repeat / product : 0;
    buffer_append_format(&shape, "%llu)", (unsigned long long)length);
    if (__builtin_mul_overflow(product, length, &product)) product = 0;
    bool is_whole = !shape.is_incomplete;
    if (is_whole && product && product == plan->repeat)
        fits_card_indexed_text(writing->out, "TDIM", index + 1, buffer_slice(&shape), "shape of the array");
    buffer_free(&shape);
    return is_whole || error_set_memory(error);
}

/* What a reader must know of a column. */
static bool write_column(struct writing *writing, size_t index, struct error *error) {
    const struct vot_field *field = &writing->table->table->fields[index];
    const struct fits_plan *plan = &writing->plans[index];
    struct fits_out *out = writing->out;
    char form[64], room[32];
    struct slice name = vot_attribute(field->node, "name"), unit = vot_attribute(field->node, "unit");
    if (name.length == 0) name = (struct slice){room, (size_t)snprintf(room, sizeof room, "col%zu", index + 1)};
    fits_card_indexed_text(out, "TTYPE", index + 1, fits_one_card(name), "label for field");
    unsigned long long repeat = plan->repeat;
    if (repeat == 1)
        snprintf(form, sizeof form, "%c", plan->code);
    else
        snprintf(form, sizeof form, "%llu%c", repeat, plan->code);
    fits_card_indexed_text(out, "TFORM", index + 1, slice_of(form), "data format of field");
    if (unit.length) fits_card_indexed_text(out, "TUNIT", index + 1, fits_one_card(unit), "physical unit of field");
    if (plan->has_null) fits_card_indexed_integer(out, "TNULL", index + 1, plan->null, "stands for no value");
    return write_shape(writing, index, error);
}

struct attribute_card {
    const char *name, *stem, *comment;
};

static void write_attributes(struct fits_out *out, const struct vot_node *node, const struct attribute_card *cards,
                             size_t count, size_t index) {
    for (size_t i = 0; i < count; i++) {
        struct slice value = vot_attribute(node, cards[i].name);
        if (value.text) fits_card_indexed_text(out, cards[i].stem, index, value, cards[i].comment);
    }
}

static void write_metadata(struct writing *writing) {
    static const struct attribute_card field_cards[] = {
        {"ID", "TID", "ID attribute"}, {"ucd", "TUCD", "UCD attribute"}, {"utype", "TUTYPE", "UTYPE attribute"}};
    static const struct attribute_card info_cards[] = {{"name", "INFNAM", "INFO name attribute"},
                                                       {"value", "INFVAL", "INFO val attribute"},
                                                       {"ID", "INFID", "INFO id attribute"},
                                                       {"unit", "INFUNI", "INFO unit attribute"}};
    static const struct attribute_card param_cards[] = {{"name", "PARNAM", "PARAM name attribute"},
                                                        {"value", "PARVAL", "PARAM val attribute"},
                                                        {"ID", "PARID", "PARAM id attribute"},
                                                        {"unit", "PARUNI", "PARAM unit attribute"}};
    const struct vot_table *table = writing->table->table;
    const struct vot_node *resource = table->node->parent;
    for (size_t i = 0; i < table->field_count; i++)
        write_attributes(writing->out, table->fields[i].node, field_cards, 3, i + 1);
    if (!resource) return;
    size_t index = 0;
    const struct vot_node *node;
    for (node = vot_child(resource, VOT_INFO); node; node = vot_sibling(node, VOT_INFO))
        write_attributes(writing->out, node, info_cards, 4, ++index);
    index = 0;
    for (node = vot_child(resource, VOT_PARAM); node; node = vot_sibling(node, VOT_PARAM))
        write_attributes(writing->out, node, param_cards, 4, ++index);
}

static bool write_header(struct writing *writing, struct error *error) {
    struct fits_out *out = writing->out;
    size_t columns = writing->table->table->field_count;
    fits_card_text(out, "XTENSION", SLICE("BINTABLE"), "binary table extension");
    fits_card_integer(out, "BITPIX", 8, "8-bit bytes");
    fits_card_integer(out, "NAXIS", 2, "2-dimensional binary table");
    fits_card_integer(out, "NAXIS1", (int64_t)writing->width, "width of table in bytes");
    fits_card_integer(out, "NAXIS2", (int64_t)row_spool_count(writing->table->rows), "number of rows in table");
    fits_card_integer(out, "PCOUNT", 0, "size of special data area");
    fits_card_integer(out, "GCOUNT", 1, "one data group");
    fits_card_integer(out, "TFIELDS", (int64_t)columns, "number of fields in each row");
    fits_card_text(out, "LONGSTRN", SLICE("OGIP 1.0"), "long texts may go on in CONTINUE cards");
    for (size_t i = 0; i < columns; i++)
        if (!write_column(writing, i, error)) return false;
    if (writing->table->name.length)
        fits_card_text(out, "EXTNAME", fits_one_card(writing->table->name), "name of this table");
    if (writing->table->has_metadata) write_metadata(writing);
    fits_header_end(out);
    return true;
}

static bool write_table(struct writing *writing, struct error *error) {
    size_t columns = writing->table->table->field_count;
    if (columns > FITS_COLUMNS)
        return error_set_input(error, "the TABLE has %zu FIELDs, a FITS table at most %d", columns, FITS_COLUMNS);
    writing->plans = calloc(columns + 1, sizeof *writing->plans);
    if (!writing->plans) return error_set_memory(error);
    for (size_t i = 0; i < columns; i++)
        if (!make_plan(writing, i, error)) return false;
    if (!write_header(writing, error) ||
        !fits_rows_write(writing->table->rows, writing->table->table, writing->plans, writing->width,
                         writing->table->is_inside, writing->out, error))
        return false;
    fits_fill_block(writing->out, 0);
    return true;
}

bool fits_table_write(const struct fits_table *table, struct fits_out *out, struct error *error) {
    struct writing writing = {.table = table, .out = out};
    bool is_done = write_table(&writing, error);
    free(writing.plans);
    return is_done;
}

void fits_primary_write(struct fits_out *out) {
    fits_card_logical(out, "SIMPLE", true, "conforms to FITS standard");
    fits_card_integer(out, "BITPIX", 8, "bits of a data value");
    fits_card_integer(out, "NAXIS", 0, "no data here");
    fits_card_logical(out, "EXTEND", true, "tables follow");
    fits_header_end(out);
}
