/* narrow.c - FIELDs taken out of a TABLE, put into another order, and added. */
#include "table/narrow.h"

#include "votable/annotation.h"
#include "votable/copy.h"

static bool is_reference(const struct vot_node *node) {
    return node->element == VOT_FIELDREF || node->element == VOT_PARAMREF;
}

static bool is_dropped(const struct narrow *narrow, struct slice id) {
    return id.text && text_map_find(&narrow->ids, id);
}

static bool narrow_group(const struct narrow *narrow, struct vot_node *group) {
    struct vot_node **link = &group->first_child;
    size_t removed = 0, left = 0;
    group->last_child = NULL;
    for (struct vot_node *child = group->first_child; child; child = child->next) {
        bool goes = (is_reference(child) && is_dropped(narrow, vot_attribute(child, "ref"))) ||
                    (child->element == VOT_GROUP && !narrow_group(narrow, child));
        if (goes) {
            *link = child->next;
            removed++;
            continue;
        }
        left += child->element != VOT_DESCRIPTION && child->element != VOT_TEXT_NODE;
        link = &child->next;
        group->last_child = child;
    }
    return removed == 0 || left > 0;
}

/* Annotations call a column by its ID or its name; names count where they mean this table. */
static bool has_lost_column(const void *context, const struct vot_node *templates, struct slice reference) {
    const struct narrow *narrow = context;
    struct slice table = templates ? vot_attribute(templates, "tableref") : (struct slice){NULL, 0};
    bool is_here = table.length == 0 || slice_equal(table, vot_attribute(narrow->table, "ID")) ||
                   slice_equal(table, vot_attribute(narrow->table, "name"));
    const struct text_entry *entry = is_here ? text_map_find(&narrow->names, reference) : NULL;
    return is_dropped(narrow, reference) || (entry && entry->number == 0);
}

bool narrow_concerns(const struct vot_node *node) {
    return node->element == VOT_GROUP || annotation_is(node);
}

bool narrow_part(struct narrow *narrow, struct vot_node *part, bool *is_left, struct error *error) {
    struct annotation_loss loss = {.has_column = has_lost_column, .context = narrow};
    *is_left = part->element != VOT_GROUP || narrow_group(narrow, part);
    return part->element == VOT_GROUP || annotation_mend(part, &loss, narrow->arena) || error_set_memory(error);
}

/* All parts inside a node that may be open: its last child, if that is open, stays. */
static bool narrow_parts(struct narrow *narrow, struct vot_node *node, struct error *error) {
    struct vot_node **link = &node->first_child;
    struct vot_node *last = NULL;
    for (struct vot_node *child = node->first_child; child; child = child->next) {
        bool is_left = true, is_part = narrow_concerns(child);
        if (is_part ? !narrow_part(narrow, child, &is_left, error) : !narrow_parts(narrow, child, error)) return false;
        if (!is_left) {
            *link = child->next;
            continue;
        }
        link = &child->next;
        last = child;
    }
    node->last_child = last;
    return true;
}

static bool add_attribute(struct vot_node *node, const char *name, struct slice value, struct arena *arena) {
    value = arena_copy(arena, value);
    return value.text && copy_set_attribute(node, slice_of(name), value, arena);
}

struct vot_node *narrow_new_field(const struct vot_node *table_node, struct slice name, const char *datatype,
                                  struct slice unit, struct arena *arena) {
    struct vot_node *field = copy_new(VOT_FIELD, table_node, arena);
    if (!field) return NULL;
    field->line = table_node->line;
    field->parent = (struct vot_node *)table_node;
    bool is_text = strcmp(datatype, "char") == 0 || strcmp(datatype, "unicodeChar") == 0;
    bool done = add_attribute(field, "name", name, arena) &&
                add_attribute(field, "datatype", slice_of(datatype), arena) &&
                (!is_text || add_attribute(field, "arraysize", SLICE("*"), arena)) &&
                (!unit.length || add_attribute(field, "unit", unit, arena));
    return done ? field : NULL;
}

/* Where new FIELDs stand in a TABLE that keeps none of its own. */
static bool is_place_for_fields(const struct vot_node *child) {
    return child->element == VOT_FIELD || child->element == VOT_LINK || child->element == VOT_DATA;
}

/* The FIELDs, one after the other, where the kept ones stood; what is left over at the last of these places, or, if
 * there is none, where the first FIELD was or else before LINK and DATA. false: no memory. */
static bool replace_fields(struct vot_node *table, const struct vot_table *narrowed, size_t old_count,
                           const bool *is_kept, struct arena *arena) {
    size_t kept = 0, count = 0, index = 0, next = 0;
    for (size_t i = 0; i < old_count; i++) kept += is_kept[i];
    for (const struct vot_node *child = table->first_child; child; child = child->next) count++;
    struct vot_node **children = arena_allocate(arena, (count + 1) * sizeof(struct vot_node *));
    if (!children) return false;
    count = 0;
    for (struct vot_node *child = table->first_child; child; child = child->next) children[count++] = child;

    bool has_place = kept > 0;
    table->first_child = table->last_child = NULL;
    for (size_t i = 0; i < count; i++) {
        bool is_field = children[i]->element == VOT_FIELD;
        bool is_slot = is_field && is_kept[index++], is_only_place = !has_place && is_place_for_fields(children[i]);
        size_t end = is_only_place || (is_slot && --kept == 0) ? narrowed->field_count : is_slot ? next + 1 : next;
        has_place = has_place || is_only_place;
        for (; next < end; next++) copy_append(table, (struct vot_node *)narrowed->fields[next].node);
        if (!is_field) copy_append(table, children[i]);
    }
    for (; next < narrowed->field_count; next++) copy_append(table, (struct vot_node *)narrowed->fields[next].node);
    return true;
}

static bool note(struct text_map *map, struct slice text, uint64_t number) {
    bool is_new;
    struct text_entry *entry = text.length ? text_map_add(map, text, &is_new) : NULL;
    if (entry) entry->number |= number;
    return entry || text.length == 0;
}

static bool note_dropped(struct narrow *narrow, const struct vot_table *table, const bool *is_kept,
                         struct arena *arena) {
    bool done = true;
    narrow_free(narrow);
    narrow->table = table->node;
    narrow->arena = arena;
    for (size_t i = 0; done && i < table->field_count; i++) {
        const struct vot_node *field = table->fields[i].node;
        struct slice id = vot_attribute(field, "ID"), name = vot_attribute(field, "name");
        narrow->dropped_count += !is_kept[i];
        done = note(&narrow->names, name, is_kept[i]) &&
               (is_kept[i] ? note(&narrow->names, id, 1) : note(&narrow->ids, id, 0));
    }
    return done;
}

static const struct vot_node *root_of(const struct vot_node *node) {
    while (node->parent) node = node->parent;
    return node;
}

struct vot_table *narrow_table(struct narrow *narrow, const struct vot_table *table,
                               const struct chosen_columns *chosen, struct vot_node *const *added, struct arena *arena,
                               struct error *error) {
    if (vot_structure(table->node) != table->node) {
        if (!copy_structure((struct vot_node *)table->node, arena)) {
            error_set_memory(error);
            return NULL;
        }
        table = vot_table_parse(table->node, table->serialization, arena, error);
        if (!table) return NULL;
    }
    struct vot_table *narrowed = arena_allocate(arena, sizeof *narrowed);
    struct vot_field *fields = arena_allocate(arena, (chosen->count + 1) * sizeof *fields);
    bool *is_kept = arena_allocate(arena, table->field_count + 1);
    if (!narrowed || !fields || !is_kept) return error_null_memory(error);
    *narrowed = *table;
    narrowed->fields = fields;
    narrowed->field_count = chosen->count;
    narrowed->rows = 0;
    for (size_t i = 0; i < chosen->count; i++) {
        size_t column = chosen->columns[i];
        if (column < table->field_count) {
            fields[i] = table->fields[column];
            is_kept[column] = true;
        } else if (!vot_field_parse(added[column - table->field_count], &fields[i], error)) {
            return NULL;
        }
    }
    if (!note_dropped(narrow, table, is_kept, arena) ||
        !replace_fields((struct vot_node *)table->node, narrowed, table->field_count, is_kept, arena)) {
        error_set_memory(error);
        return NULL;
    }
    if (narrow->dropped_count && !narrow_parts(narrow, (struct vot_node *)root_of(table->node), error)) return NULL;
    return narrowed;
}

void narrow_free(struct narrow *narrow) {
    text_map_free(&narrow->ids);
    text_map_free(&narrow->names);
    *narrow = (struct narrow){0};
}
