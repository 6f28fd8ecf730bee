/* stat_table.c - statistics as a table, in a document of its own. */
#include <stdlib.h>

#include "base/bigendian.h"
#include "tools/stat_result.h"
#include "votable/copy.h"
#include "votable/tree.h"

/* The cells of a row; numbers are big-endian, eight bytes with room behind them. */
struct made_row {
    struct vot_cell *cells;
    char *numbers;
    size_t count;
};
enum { NUMBER_SIZE = sizeof(uint64_t), NUMBER_STRIDE = NUMBER_SIZE + VOT_CELL_SLACK };

struct writing {
    const struct stat_result *result;
    struct made_row row;
    struct arena *arena;
};

static bool set(struct vot_node *node, const char *name, struct slice value, struct tree *tree) {
    return value.length == 0 || copy_set_attribute(node, slice_of(name), value, &tree->arena);
}

static bool add_field(struct tree *tree, struct slice name, const char *datatype, struct slice unit) {
    static const char *const none[] = {NULL};
    struct vot_node *field = tree_open(tree, "FIELD", none, 0);
    bool is_text = slice_equal(slice_of(datatype), SLICE("unicodeChar"));
    if (!field || !set(field, "name", name, tree) || !set(field, "datatype", slice_of(datatype), tree) ||
        (is_text && !set(field, "arraysize", SLICE("*"), tree)) || !set(field, "unit", unit, tree))
        return false;
    tree_close(tree);
    return true;
}

/* A column of the input, as far as it does not refer to what is not here. */
static bool add_key_field(struct tree *tree, const struct vot_field *key, size_t column) {
    static const char *const kept[] = {"ID",    "datatype", "arraysize", "unit",     "ucd",
                                       "utype", "xtype",    "width",     "precision"};
    static const char *const none[] = {NULL};
    struct vot_node *field = tree_open(tree, "FIELD", none, 0);
    char room[32];
    struct slice label = arena_copy(&tree->arena, vot_field_label(key, column, room));
    if (!field || !label.text || !set(field, "name", label, tree)) return false;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (!set(field, kept[i], vot_attribute(key->node, kept[i]), tree)) return false;
    if (key->null.text) {
        struct vot_node *values = tree_open(tree, "VALUES", none, 0);
        if (!values || !set(values, "null", key->null, tree)) return false;
        tree_close(tree);
    }
    tree_close(tree);
    return true;
}

static bool add_statistic_field(struct tree *tree, const struct stat_result *result,
                                const struct chosen_statistic *chosen, size_t place) {
    const char *datatype = statistic_is_count(chosen->statistic) ? "long" : "double";
    if (result->keys.count == 0) return add_field(tree, slice_of(chosen->name), datatype, SLICE(""));
    const struct vot_field *field = &result->table->fields[result->columns.columns[place]];
    struct slice unit = vot_attribute(field->node, "unit");
    char room[32];
    struct slice label = vot_field_label(field, result->columns.columns[place], room);
    size_t length = label.length + 1 + strlen(chosen->name);
    char *name = arena_allocate(&tree->arena, length + 1);
    if (!name) return false;
    memcpy(name, label.text, label.length);
    name[label.length] = '_';
    memcpy(name + label.length + 1, chosen->name, length - label.length);
    return add_field(tree, (struct slice){name, length}, datatype,
                     statistic_is_count(chosen->statistic) ? SLICE("") : unit);
}

/* Whether a column has it in the table: numbers all, others counts. */
static bool is_shown(const struct stat_result *result, size_t place, const struct chosen_statistic *chosen) {
    return statistic_is_count(chosen->statistic) ||
           vot_field_is_number(&result->table->fields[result->columns.columns[place]]);
}

static bool add_fields(struct tree *tree, const struct stat_result *result) {
    const struct statistic_choice *choice = &result->statistics;
    if (result->keys.count == 0) {
        bool done = add_field(tree, SLICE("index"), "int", SLICE("")) &&
                    add_field(tree, SLICE("name"), "unicodeChar", SLICE("")) &&
                    add_field(tree, SLICE("unit"), "unicodeChar", SLICE(""));
        for (size_t i = 0; done && i < choice->count; i++)
            done = add_statistic_field(tree, result, &choice->items[i], 0);
        return done;
    }
    for (size_t i = 0; i < result->keys.count; i++) {
        size_t column = result->keys.columns[i];
        if (!add_key_field(tree, &result->table->fields[column], column)) return false;
    }
    bool done = add_field(tree, SLICE("rows"), "long", SLICE(""));
    for (size_t place = 0; done && place < result->columns.count; place++)
        for (size_t i = 0; done && i < choice->count; i++)
            done = !is_shown(result, place, &choice->items[i]) ||
                   add_statistic_field(tree, result, &choice->items[i], place);
    return done;
}

/* VOTABLE, RESOURCE, and the TABLE with its DATA. NULL: no memory. */
static const struct vot_table *build(struct tree *tree, const struct stat_result *result, struct error *error) {
    static const char *const root[] = {"version", "1.4", "xmlns", "http://www.ivoa.net/xml/VOTable/v1.3", NULL};
    static const char *const resource[] = {"type", "results", NULL}, *const none[] = {NULL},
                             *const table_attributes[] = {"name", "statistics", NULL};
    if (!tree_open(tree, "VOTABLE", root, 0) || !tree_open(tree, "RESOURCE", resource, 0)) return NULL;
    struct vot_node *node = tree_open(tree, "TABLE", table_attributes, 0);
    if (!node || !add_fields(tree, result) || !tree_open(tree, "DATA", none, 0)) return NULL;
    struct vot_node *data = tree_open(tree, "TABLEDATA", none, 0);
    struct vot_table *table = data ? vot_table_parse(node, VOT_TABLEDATA, &tree->arena, error) : NULL;
    if (!table) return NULL;
    table->rows = result->keys.count ? measures_groups(result->measures) : result->columns.count;
    data->table = table;
    return table;
}

static void set_number(struct made_row *row, uint64_t bits) {
    char *bytes = row->numbers + row->count * NUMBER_STRIDE;
    bigendian_put_64(bytes, bits);
    row->cells[row->count++] = (struct vot_cell){.bytes = bytes, .length = NUMBER_SIZE, .form = VOT_BYTES};
}

static void set_value(struct made_row *row, struct measured_value value) {
    uint64_t bits;
    memcpy(&bits, &value.number, sizeof bits);
    set_number(row, value.form == MEASURED_COUNT ? value.count : bits);
    if (value.form != MEASURED_NONE) return;
    row->cells[row->count - 1].form = VOT_NULL;
    row->cells[row->count - 1].length = 0;
}

/* Texts of the input's metadata, with room behind them. */
static bool set_text(struct writing *writing, struct slice text) {
    char *copy = arena_allocate(writing->arena, text.length + VOT_CELL_SLACK);
    if (!copy) return false;
    if (text.length) memcpy(copy, text.text, text.length);
    writing->row.cells[writing->row.count++] = (struct vot_cell){copy, text.length, VOT_TEXT, 0};
    return true;
}

static void set_statistics(struct writing *writing, size_t group, size_t place) {
    const struct stat_result *result = writing->result;
    for (size_t i = 0; i < result->statistics.count; i++) {
        const struct chosen_statistic *chosen = &result->statistics.items[i];
        if (result->keys.count == 0 || is_shown(result, place, chosen))
            set_value(&writing->row, measures_value(result->measures, group, place, chosen->statistic));
    }
}

static bool make_column_row(struct writing *writing, size_t place) {
    const struct stat_result *result = writing->result;
    size_t column = result->columns.columns[place];
    const struct vot_field *field = &result->table->fields[column];
    char room[32];
    struct made_row *row = &writing->row;
    row->count = 0;
    set_number(row, (uint64_t)column << 32); /* an int: its four bytes are the first */
    row->cells[0].length = sizeof(uint32_t);
    if (!set_text(writing, vot_field_label(field, column, room)) ||
        !set_text(writing, vot_attribute(field->node, "unit")))
        return false;
    set_statistics(writing, 0, place);
    return true;
}

static void make_group_row(struct writing *writing, size_t group, packed_row keys) {
    const struct stat_result *result = writing->result;
    store_unpack(measures_keys(result->measures), keys, writing->row.cells);
    writing->row.count = result->keys.count;
    set_number(&writing->row, measures_rows(result->measures, group));
    for (size_t place = 0; place < result->columns.count; place++) set_statistics(writing, group, place);
}

static bool write_rows(void *context, struct sink *sink, const struct vot_table *table, struct error *error) {
    struct writing *writing = context;
    if (!sink_shows(sink, table)) return true;
    struct store_place place = {0};
    bool done = sink_rows(sink, table, error);
    for (size_t i = 0; done && i < table->rows && !output_failed(sink->output); i++) {
        if (writing->result->keys.count)
            make_group_row(writing, i, store_next(measures_keys(writing->result->measures), &place));
        else if (!make_column_row(writing, i))
            return error_set_memory(error);
        done = sink_row(sink, table, &(struct vot_row){writing->row.cells, table->field_count}, error);
    }
    return done && sink_rows_end(sink, table, error);
}

bool stat_write_table(const struct stat_result *result, struct sink *sink, struct error *error) {
    struct tree tree = {0};
    const struct vot_table *table = build(&tree, result, error);
    struct writing writing = {.result = result, .arena = &tree.arena};
    if (table) {
        writing.row.cells = calloc(table->field_count + 1, sizeof *writing.row.cells);
        writing.row.numbers = calloc(table->field_count + 1, NUMBER_STRIDE);
    }
    bool done = writing.row.cells && writing.row.numbers ? true : error_set_memory(error);
    done = done && sink_replay(sink, tree.root, write_rows, &writing, error) && sink_end(sink, error);
    free(writing.row.cells);
    free(writing.row.numbers);
    tree_free(&tree);
    return done;
}
