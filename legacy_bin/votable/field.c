/* field.c - datatype, arraysize and null value of a FIELD or PARAM. */
#include "votable/field.h"

#include <stdio.h>

#include "base/number.h"

const struct vot_type_facts vot_type_facts[] = {
    [VOT_TYPE_BOOLEAN] = {.name = "boolean", .size = 1},
    [VOT_TYPE_BIT] = {.name = "bit"},
    [VOT_TYPE_BYTE] = {"unsignedByte", 1, true, true, 0, UINT8_MAX},
    [VOT_TYPE_SHORT] = {"short", 2, true, true, INT16_MIN, INT16_MAX},
    [VOT_TYPE_INT] = {"int", 4, true, true, INT32_MIN, INT32_MAX},
    [VOT_TYPE_LONG] = {"long", 8, true, true, INT64_MIN, INT64_MAX},
    [VOT_TYPE_CHAR] = {.name = "char", .size = 1},
    [VOT_TYPE_UNICODE] = {.name = "unicodeChar", .size = 2},
    [VOT_TYPE_FLOAT] = {.name = "float", .size = 4, .is_number = true},
    [VOT_TYPE_DOUBLE] = {.name = "double", .size = 8, .is_number = true},
    [VOT_TYPE_FLOAT_COMPLEX] = {.name = "floatComplex", .size = 8},
    [VOT_TYPE_DOUBLE_COMPLEX] = {.name = "doubleComplex", .size = 16},
};
enum { TYPE_COUNT = sizeof vot_type_facts / sizeof *vot_type_facts };

/* More items in one cell are refused: no binary serialisation can count them. */
#define ITEMS_MAXIMUM ((size_t)INT32_MAX)

static bool parse_type(struct slice text, enum vot_type *type) {
    for (unsigned i = 0; i < TYPE_COUNT; i++) {
        if (!slice_equal_nocase(text, slice_of(vot_type_facts[i].name))) continue;
        *type = (enum vot_type)i;
        return true;
    }
    return false;
}

/* A dimension's digits at the start of `text`, taken off it. */
static bool take_number(struct slice *text, size_t *number) {
    size_t value = 0, digits = 0;
    for (; digits < text->length && text->text[digits] >= '0' && text->text[digits] <= '9'; digits++) {
        value = value * 10 + (size_t)(text->text[digits] - '0');
        if (value > ITEMS_MAXIMUM) return false;
    }
    *number = value;
    if (digits == 0) return false; /* there may be no text at all */
    text->text += digits;
    text->length -= digits;
    return true;
}

/* `n`, `*`, `n*`, and any number of `nx` in front of them. */
static bool parse_arraysize(struct slice text, struct vot_field *field) {
    size_t items = 1;
    for (;;) {
        size_t number = 0;
        bool has_number = take_number(&text, &number);
        if (text.length == 1 && text.text[0] == '*') {
            field->is_variable = true;
            field->items = items;
            field->maximum = items * number;
            return field->maximum <= ITEMS_MAXIMUM;
        }
        if (!has_number) return false;
        items *= number;
        if (items > ITEMS_MAXIMUM) return false;
        if (text.length == 0) break;
        if (text.text[0] != 'x') return false;
        text.text++;
        text.length--;
    }
    field->items = items;
    return true;
}

/* What to call a FIELD or PARAM in messages. */
static struct slice title(const struct vot_node *node) {
    struct slice name = vot_attribute(node, "name");
    if (!name.length) name = vot_attribute(node, "ID");
    return name.length ? name : SLICE("without name");
}

static bool refuse(const struct vot_node *node, const char *what, struct slice found, const char *accepted,
                   struct error *error) {
    struct slice name = title(node);
    return error_set_input(error, "%s '%.*s' of %s %.*s at line %lu is not %s", what, (int)found.length, found.text,
                           vot_element_name(node->element), (int)name.length, name.text, node->line, accepted);
}

bool vot_field_parse(const struct vot_node *node, struct vot_field *field, struct error *error) {
    *field = (struct vot_field){.node = node, .type = VOT_TYPE_CHAR, .items = 1};
    struct slice datatype = slice_trim(vot_attribute(node, "datatype"));
    struct slice arraysize = slice_trim(vot_attribute(node, "arraysize"));
    /* VOTable 1.0 made datatype optional: then it is text of any length. */
    if (!datatype.length && !arraysize.length) arraysize = SLICE("*");
    if (datatype.length && !parse_type(datatype, &field->type))
        return refuse(node, "datatype", datatype,
                      "one of boolean, bit, unsignedByte, short, int, long, char, unicodeChar, float, double, "
                      "floatComplex, doubleComplex",
                      error);
    if (arraysize.length) {
        if (!parse_arraysize(arraysize, field))
            return refuse(node, "arraysize", arraysize, "like 3, *, 16*, 3x2 or 3x* (at most 2147483647 items)", error);
        field->has_arraysize = !slice_equal(arraysize, SLICE("1"));
    }
    for (const struct vot_node *values = vot_child(node, VOT_VALUES); values && !field->null.text;
         values = vot_sibling(values, VOT_VALUES))
        field->null = vot_attribute(values, "null");
    field->has_null_integer = field->null.text &&
                              number_read_integer(field->null, &field->null_integer) == NUMBER_WHOLE &&
                              vot_type_holds(field->type, field->null_integer);
    return true;
}

bool vot_field_is_number(const struct vot_field *field) {
    return vot_type_is_number(field->type) && !field->has_arraysize;
}

bool vot_field_has_dimensions(const struct vot_field *field) {
    struct slice arraysize = field->node ? vot_attribute(field->node, "arraysize") : (struct slice){0};
    return arraysize.length && memchr(arraysize.text, 'x', arraysize.length);
}

struct vot_table *vot_table_parse(const struct vot_node *node, enum vot_element serialization, struct arena *arena,
                                  struct error *error) {
    const struct vot_node *structure = vot_structure(node);
    size_t count = vot_count_children(structure, VOT_FIELD);
    struct vot_table *table = arena_allocate(arena, sizeof *table);
    struct vot_field *fields = arena_allocate(arena, (count ? count : 1) * sizeof *fields);
    if (!table || !fields) return NULL;
    *table = (struct vot_table){node, fields, count, serialization, 0};
    for (const struct vot_node *field = vot_child(structure, VOT_FIELD); field; field = vot_sibling(field, VOT_FIELD))
        if (!vot_field_parse(field, fields++, error)) return NULL;
    return table;
}

size_t vot_field_dimensions(const struct vot_field *field, size_t dimensions[VOT_DIMENSIONS]) {
    if (!field->has_arraysize) return 0;
    struct slice text = slice_trim(vot_attribute(field->node, "arraysize"));
    size_t count = 0;
    for (bool is_over = false; !is_over; count++) {
        size_t number = 0;
        bool has_number = take_number(&text, &number);
        is_over = text.length == 0 || text.text[0] == '*';
        if (count < VOT_DIMENSIONS) dimensions[count] = has_number && text.length && is_over ? 0 : number;
        if (!is_over) text.text++, text.length--; /* the x */
    }
    return count;
}

bool vot_has_rows(const struct vot_node *table) {
    for (const struct vot_node *data = vot_child(table, VOT_DATA); data; data = vot_sibling(data, VOT_DATA))
        for (const struct vot_node *child = data->first_child; child; child = child->next)
            if (child->table) return true;
    return false;
}

struct slice vot_field_label(const struct vot_field *field, size_t index, char room[32]) {
    static const char *const sources[] = {"name", "ID", "ucd"};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        struct slice label = vot_attribute(field->node, sources[i]);
        if (label.length) return label;
    }
    return (struct slice){room, (size_t)snprintf(room, 32, "col%zu", index)};
}
