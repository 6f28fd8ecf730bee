/* join_table.c - see join_table.h. The order of elements is that of VOTable 1.5, section 8 (the schema). */
#include "table/join_table.h"

#include <stdlib.h>

#include "base/bigendian.h"
#include "table/join_key.h"
#include "table/join_names.h"
#include "table/narrow.h"
#include "votable/copy.h"

/* Children of these kinds leave one node for another. */
static void move_children(struct vot_node *from, struct vot_node *to, bool (*is_wanted)(const struct vot_node *)) {
    struct vot_node *child = from->first_child, *next;
    from->first_child = from->last_child = NULL;
    for (; child; child = next) {
        next = child->next;
        copy_append(is_wanted(child) ? to : from, child);
    }
}

static bool is_frame(const struct vot_node *node) {
    return node->element == VOT_COOSYS || node->element == VOT_TIMESYS;
}

static bool is_field(const struct vot_node *node) {
    return node->element == VOT_FIELD;
}

static bool is_any(const struct vot_node *node) {
    return node->element == VOT_GROUP || node->element == VOT_PARAM;
}

/* The FIELDs of an input that are in the result, with all they refer to; frames at the root, where merge_add() puts
 * those together that are the same. */
static bool take_input(struct join_table *joined, size_t which, struct error *error) {
    const struct join_input *input = &joined->inputs[which];
    struct excerpt *excerpt = &joined->excerpts[which];
    const struct vot_table *table = input->table;
    bool drops_key = which == 1 && !joined->has_key2;
    const struct vot_node *without = drops_key ? table->fields[joined->columns->key[1]].node : NULL;
    if (!excerpt_source_open(&joined->sources[which], vot_root(input->tree), error) ||
        !excerpt_make_alone(excerpt, &joined->sources[which], table->node, without, error))
        return false;
    struct vot_node *resource = excerpt->resource;
    move_children(resource, excerpt->root, is_frame);
    move_children(resource, excerpt->table, is_any);
    joined->counts[which] = table->field_count - drops_key;
    if (!merge_add(&joined->merge, excerpt->root, &joined->merged[which], error)) return false;
    for (const struct vot_node *node = excerpt->table; (node = vot_next_node(node, excerpt->table));)
        if (!merge_adopt(&joined->merged[which], (struct vot_node *)node, node->parent == excerpt->table,
                         &joined->arena, error))
            return false;
    return true;
}

/* A datatype that holds all keys of both columns without loss; NULL: there is none, or the first has it. */
static const char *common_type(const struct vot_field *first, const struct vot_field *second) {
    bool is_text = vot_type_is_string(first->type);
    bool other_is_text = vot_type_is_string(second->type);
    if (is_text && other_is_text) {
        bool is_same = first->type == second->type && first->is_variable == second->is_variable &&
                       first->items == second->items && first->maximum == second->maximum;
        enum vot_type wider = first->type > second->type ? first->type : second->type;
        return is_same ? NULL : vot_type_name(wider);
    }
    if (!join_key_is_number(first) || !join_key_is_number(second) || first->type == second->type) return NULL;
    bool is_integer = vot_type_is_integer(first->type), other_is_integer = vot_type_is_integer(second->type);
    enum vot_type wider = first->type > second->type ? first->type : second->type;
    enum vot_type integer = is_integer ? first->type : second->type;
    if (is_integer != other_is_integer) {
        if (integer == VOT_TYPE_LONG) return NULL; /* a double has not all of them */
        if (integer == VOT_TYPE_INT) wider = VOT_TYPE_DOUBLE;
    }
    return wider == first->type ? NULL : vot_type_name(wider);
}

/* Where rows of table 2 alone are kept, the key column of table 1 has their keys, too. */
static bool widen_key(struct join_table *joined, struct vot_node *field, struct error *error) {
    const struct vot_field *first = &joined->inputs[0].table->fields[joined->columns->key[0]];
    const struct vot_field *second = &joined->inputs[1].table->fields[joined->columns->key[1]];
    const char *type = common_type(first, second);
    if (!type) return true;
    joined->is_widened = true;
    bool done =
        copy_set_attribute(field, SLICE("datatype"), slice_of(type), &joined->arena) &&
        (join_key_is_number(first) || copy_set_attribute(field, SLICE("arraysize"), SLICE("*"), &joined->arena));
    return done || error_set_memory(error);
}

static bool add_field(struct join_table *joined, struct join_names *names, const char *base, const char *type,
                      struct slice unit, struct slice ucd, struct error *error) {
    struct slice name = join_names_new(names, slice_of(base));
    struct vot_node *field = name.text ? narrow_new_field(joined->table_node, name, type, unit, &joined->arena) : NULL;
    if (!field) return error_set_memory(error);
    copy_append(joined->table_node, field);
    return !ucd.length || copy_set_attribute(field, SLICE("ucd"), ucd, &joined->arena) || error_set_memory(error);
}

static bool make_fields(struct join_table *joined, struct error *error) {
    struct join_names names = {.arena = &joined->arena};
    struct vot_node *tables[2] = {joined->excerpts[0].table, joined->excerpts[1].table};
    bool is_full = joined->has_key2 && joined->request->by != JOIN_BY_POSITION, done = join_names_part(&names, tables);
    size_t column = 0;
    if (!done) error_set_memory(error);
    for (struct vot_node *field = tables[0]->first_child; done && is_full && field; field = field->next)
        if (field->element == VOT_FIELD && column++ == joined->columns->key[0]) done = widen_key(joined, field, error);
    move_children(tables[0], joined->table_node, is_field);
    move_children(tables[1], joined->table_node, is_field);
    const struct slice none = SLICE("");
    if (joined->request->has_row_numbers)
        done = done && add_field(joined, &names, "row1", "long", none, none, error) &&
               add_field(joined, &names, "row2", "long", none, none, error);
    else if (joined->request->by == JOIN_BY_POSITION)
        done =
            done && add_field(joined, &names, "separation", "double", SLICE("arcsec"), SLICE("pos.angDistance"), error);
    move_children(tables[0], joined->table_node, is_any);
    move_children(tables[1], joined->table_node, is_any);
    join_names_free(&names);
    return done;
}

/* A new last child. */
static struct vot_node *add_element(struct join_table *joined, struct vot_node *parent, enum vot_element element) {
    struct vot_node *node = copy_new(element, &joined->root, &joined->arena);
    if (node) copy_append(parent, node);
    return node;
}

static struct vot_node *add_info(struct join_table *joined, struct slice name, struct slice value) {
    struct vot_node *info = add_element(joined, joined->resource, VOT_INFO);
    struct slice copy = arena_copy(&joined->arena, value);
    bool done = info && copy.text && copy_set_attribute(info, SLICE("name"), name, &joined->arena) &&
                copy_set_attribute(info, SLICE("value"), copy, &joined->arena);
    return done ? info : NULL;
}

static bool add_description(struct join_table *joined, struct slice text) {
    struct vot_node *description = add_element(joined, joined->resource, VOT_DESCRIPTION);
    struct vot_node *node = description ? arena_allocate(&joined->arena, sizeof *node) : NULL;
    if (!node) return false;
    *node = (struct vot_node){.element = VOT_TEXT_NODE, .text = arena_copy(&joined->arena, text)};
    copy_append(description, node);
    return node->text.text;
}

/* What stands in front of the table. */
static bool make_head(struct join_table *joined, struct error *error) {
    struct buffer text = {0};
    const struct join_columns *columns = joined->columns;
    const char *first = joined->inputs[0].name, *second = joined->inputs[1].name;
    joined->root = (struct vot_node){.element = VOT_VOTABLE, .name = SLICE("VOTABLE")};
    joined->resource = add_element(joined, &joined->root, VOT_RESOURCE);
    const struct slice beginning = SLICE("votjoin of ");
    buffer_append_slice(&text, beginning);
    bool done =
        joined->resource && copy_set_attribute(joined->resource, SLICE("name"), SLICE("join"), &joined->arena) &&
        buffer_append_format(&text, "%s and %s", first, second) && add_description(joined, buffer_slice(&text)) &&
        add_info(joined, SLICE("input1"), slice_of(first)) && add_info(joined, SLICE("input2"), slice_of(second));
    if (done) joined->title = vot_child(joined->resource, VOT_DESCRIPTION)->first_child->text.text + beginning.length;
    text.length = 0;
    buffer_append_slice(&text, columns->label[0]);
    buffer_append_string(&text, " = ");
    buffer_append_slice(&text, columns->label[1]);
    if (joined->request->by == JOIN_BY_POSITION) {
        char digits[NUMBER_ROOM];
        struct slice radius = {digits, number_write_double(digits, joined->request->radius_arcsec)};
        buffer_append_format(&text, " within %.*s arcsec", (int)radius.length, radius.text);
    }
    done = done && !text.is_incomplete && add_info(joined, SLICE("match"), buffer_slice(&text)) &&
           (joined->rows_info = add_info(joined, SLICE("rows"), SLICE("0")));
    buffer_free(&text);
    return done || error_set_memory(error);
}

static bool make_rows(struct join_table *joined, struct error *error) {
    struct vot_node *data = add_element(joined, joined->table_node, VOT_DATA);
    struct vot_node *rows = data ? add_element(joined, data, VOT_TABLEDATA) : NULL;
    if (!rows) return error_set_memory(error);
    enum vot_element form = joined->inputs[0].table->serialization; /* of most cells */
    if (form == VOT_OTHER || form == VOT_TABLEDATA) form = joined->inputs[1].table->serialization;
    if (form == VOT_OTHER) form = VOT_TABLEDATA;
    joined->table = rows->table = vot_table_parse(joined->table_node, form, &joined->arena, error);
    if (!joined->table) return error_set_memory(error);
    joined->cells = calloc(joined->table->field_count + 2, sizeof *joined->cells);
    return joined->cells || error_set_memory(error);
}

bool join_table_make(struct join_table *joined, const struct join_request *request, const struct join_input *inputs,
                     const struct join_columns *columns, struct error *error) {
    joined->request = request;
    joined->inputs = inputs;
    joined->columns = columns;
    joined->has_key2 = request->by == JOIN_BY_POSITION || request->kind == JOIN_RIGHT || request->kind == JOIN_FULL;
    if (!make_head(joined, error) || !take_input(joined, 0, error) || !take_input(joined, 1, error)) return false;
    move_children(&joined->merge.head, joined->resource, is_frame);
    joined->table_node = add_element(joined, joined->resource, VOT_TABLE);
    if (!joined->table_node) return error_set_memory(error);
    return make_fields(joined, error) && make_rows(joined, error);
}

bool join_table_set_rows(struct join_table *joined, uint64_t rows, struct error *error) {
    char digits[NUMBER_ROOM];
    struct slice text = {digits, number_write_integer(digits, (int64_t)rows)};
    text = arena_copy(&joined->arena, text);
    return (text.text && copy_set_attribute(joined->rows_info, SLICE("value"), text, &joined->arena)) ||
           error_set_memory(error);
}

static const struct vot_cell no_value = {.bytes = "", .form = VOT_NULL};

static struct vot_cell long_cell(struct number_room *room, uint64_t value) {
    bigendian_put_64(room->bytes, value);
    return (struct vot_cell){.bytes = room->bytes, .length = 8, .form = VOT_BYTES};
}

/* The text of a cell, for a column of another type. */
static bool as_text(struct join_table *joined, const struct vot_field *field, struct vot_cell *cell) {
    struct slice text = vot_cell_text(field, cell, &joined->room);
    *cell = (struct vot_cell){.bytes = text.text, .length = text.length, .form = VOT_TEXT};
    return text.text;
}

/* The key of a row of table 2 in the key column of table 1, whose type is that of the result. Where it cannot hold the
 * value, there is none. */
static bool fill_key(struct join_table *joined, const struct vot_cell *cells, struct vot_cell *filled,
                     struct error *error) {
    const struct vot_field *field = &joined->inputs[1].table->fields[joined->columns->key[1]];
    const struct vot_field *result = &joined->table->fields[joined->columns->key[0]];
    struct join_key key;
    *filled = cells[joined->columns->key[1]];
    if (vot_cell_is_null(field, filled)) {
        *filled = no_value;
        return true;
    }
    if (field->type == result->type && field->is_variable == result->is_variable && field->items == result->items)
        return true;
    if (!vot_type_is_integer(result->type) || !join_key_is_number(field)) {
        struct error unfit = {0};
        struct vot_cell bytes;
        struct buffer room = {0};
        if (!as_text(joined, field, filled)) return error_set_memory(error);
        bool fits = vot_cell_bytes(result, filled, &room, &bytes, &unfit), is_unfit = !fits && unfit.is_input;
        if (is_unfit) *filled = no_value;
        buffer_free(&room);
        error_clear(&unfit);
        return fits || is_unfit || error_set_memory(error);
    }
    if (!join_key_read(field, filled, false, &joined->room, &key)) return error_set_memory(error);
    int64_t value = (int64_t)key.bits;
    bool fits = key.kind == JOIN_KEY_INTEGER && value >= vot_type_minimum(result->type) &&
                value <= vot_type_maximum(result->type);
    size_t size = vot_type_size(result->type);
    *filled = long_cell(&joined->numbers[2], key.bits);
    filled->bytes += 8 - size;
    filled->length = size;
    if (!fits) *filled = no_value;
    return true;
}

static void set_none(struct vot_cell *cells, size_t count) {
    for (size_t i = 0; i < count; i++) cells[i] = no_value;
}

bool join_table_row(struct join_table *joined, const struct vot_cell *first, const struct vot_cell *second,
                    const struct match *match, struct vot_row *row, struct error *error) {
    const struct join_columns *columns = joined->columns;
    bool by_position = joined->request->by == JOIN_BY_POSITION, done = true;
    struct vot_cell *cell = joined->cells;
    if (first)
        memcpy(cell, first, joined->counts[0] * sizeof *cell);
    else
        set_none(cell, joined->counts[0]);
    if (!first && !by_position)
        done = fill_key(joined, second, &cell[columns->key[0]], error);
    else if (joined->is_widened && cell[columns->key[0]].form == VOT_BYTES)
        done = as_text(joined, &joined->inputs[0].table->fields[columns->key[0]], &cell[columns->key[0]]) ||
               error_set_memory(error);
    cell += joined->counts[0];
    size_t before = joined->has_key2 ? joined->counts[1] : columns->key[1];
    if (second) {
        memcpy(cell, second, before * sizeof *cell);
        if (!joined->has_key2) memcpy(cell + before, second + before + 1, (joined->counts[1] - before) * sizeof *cell);
    } else {
        set_none(cell, joined->counts[1]);
    }
    cell += joined->counts[1];
    uint64_t separation;
    memcpy(&separation, &match->separation, sizeof separation);
    if (joined->request->has_row_numbers) {
        *cell++ = first ? long_cell(&joined->numbers[0], match->row1) : no_value;
        *cell++ = second ? long_cell(&joined->numbers[1], match->row2) : no_value;
    } else if (by_position) {
        *cell++ = first && second ? long_cell(&joined->numbers[0], separation) : no_value;
    }
    *row = (struct vot_row){joined->cells, joined->table->field_count};
    return done;
}

bool join_table_write(struct join_table *joined, struct sink *sink, sink_rows_of *rows, void *context,
                      struct error *error) {
    return merge_write_head(&joined->merge, format_has_binary2(sink->settings.format), sink, error) &&
           sink_replay(sink, joined->resource, rows, context, error) && merge_write_tail(&joined->merge, sink, error);
}

void join_table_free(struct join_table *joined) {
    for (size_t i = 0; i < 2; i++) {
        excerpt_free(&joined->excerpts[i]);
        excerpt_source_close(&joined->sources[i]);
        merge_input_free(&joined->merged[i]);
    }
    merge_free(&joined->merge);
    arena_free(&joined->arena);
    buffer_free(&joined->room);
    free(joined->cells);
}
