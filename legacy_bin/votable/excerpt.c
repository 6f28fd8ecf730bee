/* excerpt.c - see excerpt.h. The order of a RESOURCE's children is that of VOTable 1.5, section 8 (the schema). */
#include "votable/excerpt.h"

#include "votable/annotation.h"
#include "votable/copy.h"

static bool collect_ids(struct text_map *ids, const struct vot_node *top) {
    bool is_new;
    for (const struct vot_node *node = top; node; node = vot_next_node(node, top)) {
        struct slice id = vot_node_id(node);
        struct text_entry *entry = id.length ? text_map_add(ids, id, &is_new) : NULL;
        if (id.length && !entry) return false;
        if (entry && is_new) entry->number = (uintptr_t)node;
    }
    return true;
}

bool excerpt_source_open(struct excerpt_source *source, const struct vot_node *root, struct error *error) {
    *source = (struct excerpt_source){.root = root};
    return collect_ids(&source->ids, root) || error_set_memory(error);
}

void excerpt_source_close(struct excerpt_source *source) {
    text_map_free(&source->ids);
}

static bool is_part(const struct vot_node *node) {
    return node->element == VOT_TABLE || node->element == VOT_RESOURCE;
}

/* A RESOURCE that describes others: annotations by models, a service. */
static bool is_description(const struct vot_node *node) {
    if (node->element != VOT_RESOURCE || !slice_equal_nocase(vot_attribute(node, "type"), SLICE("meta"))) return false;
    for (const struct vot_node *inner = node; inner; inner = vot_next_node(inner, node))
        if (inner->element == VOT_TABLE) return false;
    return true;
}

/* Where a child of the RESOURCE goes. */
enum place { NOWHERE, IN_FRONT, BEHIND, AT_THE_END };

static enum place place_of(const struct vot_node *child, bool is_behind) {
    if (is_part(child)) return is_description(child) ? IN_FRONT : NOWHERE;
    if (!is_behind) return IN_FRONT;
    if (child->element == VOT_INFO) return BEHIND;
    return child->element == VOT_OTHER ? AT_THE_END : IN_FRONT; /* LINK: in front of what it belongs to */
}

static bool copy_children(struct excerpt *excerpt, const struct vot_node *resource, enum place place) {
    bool is_behind = false;
    for (const struct vot_node *child = resource->first_child; child; child = child->next) {
        is_behind = is_behind || is_part(child);
        if (place_of(child, is_behind) != place) continue;
        if (!copy_tree(child, excerpt->resource, &excerpt->arena)) return false;
    }
    return true;
}

static bool copy_table(struct excerpt *excerpt, const struct vot_node *table) {
    excerpt->resource = copy_node(table->parent, excerpt->root, &excerpt->arena);
    if (!excerpt->resource || !copy_children(excerpt, table->parent, IN_FRONT)) return false;
    excerpt->table = copy_tree(table, excerpt->resource, &excerpt->arena);
    return excerpt->table && copy_children(excerpt, table->parent, BEHIND) &&
           copy_children(excerpt, table->parent, AT_THE_END);
}

static bool copy_part(struct excerpt *excerpt, const struct vot_node *root, const struct vot_node *part) {
    excerpt->root = copy_node(root, NULL, &excerpt->arena);
    if (!excerpt->root) return false;
    bool is_behind = false;
    for (const struct vot_node *child = root->first_child; child; child = child->next) {
        if (is_part(child) && !is_behind) {
            is_behind = true;
            if (part->element == VOT_TABLE)
                copy_table(excerpt, part);
            else
                excerpt->resource = copy_tree(part, excerpt->root, &excerpt->arena);
            if (!excerpt->resource || (part->element == VOT_TABLE && !excerpt->table)) return false;
        }
        if (!is_part(child) && !copy_tree(child, excerpt->root, &excerpt->arena)) return false;
    }
    return excerpt->resource;
}

/* Behind DESCRIPTION and INFO of the RESOURCE. */
static void insert(struct excerpt *excerpt, struct vot_node *node) {
    struct vot_node *resource = excerpt->resource, *before = NULL, *next = resource->first_child;
    while (next && (next->element == VOT_DESCRIPTION || next->element == VOT_INFO || next->element == VOT_TEXT_NODE))
        before = next, next = next->next;
    node->parent = resource;
    node->next = next;
    if (before)
        before->next = node;
    else
        resource->first_child = node;
    if (!next) resource->last_child = node;
}

static void cut_out(struct vot_node *node) {
    struct vot_node *parent = node->parent, *before = NULL;
    for (struct vot_node *child = parent->first_child; child != node; child = child->next) before = child;
    if (before)
        before->next = node->next;
    else
        parent->first_child = node->next;
    if (parent->last_child == node) parent->last_child = before;
}

static bool has_rows(const struct vot_node *top) {
    for (const struct vot_node *node = top; node; node = vot_next_node(node, top))
        if (node->table) return true;
    return false;
}

/* What a reference that leads nowhere asks for, brought along; *is_found false: it stays where it is. */
static bool bring(struct excerpt *excerpt, const struct excerpt_source *source, struct text_map *ids,
                  struct slice reference, bool *is_found) {
    const struct text_entry *entry = text_map_find(&source->ids, reference);
    const struct vot_node *node = entry ? (const struct vot_node *)(uintptr_t)entry->number : NULL;
    *is_found = node &&
                (node->element == VOT_COOSYS || node->element == VOT_TIMESYS || node->element == VOT_PARAM ||
                 (excerpt->is_alone && node->element == VOT_GROUP)) &&
                !has_rows(node); /* those of a TABLE that strayed in stay where they are */
    if (!*is_found) return true;
    struct vot_node *copy = copy_tree(node, NULL, &excerpt->arena);
    if (!copy) return false;
    insert(excerpt, copy);
    return collect_ids(ids, copy);
}

static size_t find_reference(const struct vot_node *node) {
    size_t index = 0;
    while (index < node->attribute_count &&
           !slice_equal_nocase(vot_local_name(node->attributes[index].name), SLICE("ref")))
        index++;
    return index;
}

/* One pass over the references; *is_changed: something was brought, whose own references are to be seen. */
static bool mend_references(struct excerpt *excerpt, const struct excerpt_source *source, struct text_map *ids,
                            bool *is_changed) {
    const struct vot_node *next;
    *is_changed = false;
    for (struct vot_node *node = excerpt->root; node; node = (struct vot_node *)next) {
        next = vot_next_node(node, excerpt->root);
        if (node->element == VOT_OTHER || node->element == VOT_TEXT_NODE) continue;
        size_t index = find_reference(node);
        if (index == node->attribute_count || text_map_find(ids, node->attributes[index].value)) continue;
        bool is_found;
        if (!bring(excerpt, source, ids, node->attributes[index].value, &is_found)) return false;
        *is_changed = *is_changed || is_found;
        if (is_found || !text_map_find(&source->ids, node->attributes[index].value)) continue;
        if (node->element == VOT_FIELDREF || node->element == VOT_PARAMREF) {
            while (next && next->parent == node) next = vot_next_node(next, excerpt->root);
            cut_out(node);
        } else if (vot_structure(node) != node) {
            if (!copy_structure(node, &excerpt->arena)) return false;
        } else if (!copy_drop_attribute(node, index, &excerpt->arena)) {
            return false;
        }
    }
    return true;
}

/* Rows that the excerpt is made for: those of its TABLE, or of all in its RESOURCE. */
static bool is_own(const struct excerpt *excerpt, const struct vot_node *data) {
    if (excerpt->table) return data->parent->parent == excerpt->table;
    while (data && data != excerpt->resource) data = data->parent;
    return data;
}

/* The tables of the excerpt, ready for their rows; where others strayed in, which no version allows, without any. */
static bool parse_tables(struct excerpt *excerpt, struct error *error) {
    const struct vot_node *next;
    for (const struct vot_node *node = excerpt->root; node; node = next) {
        next = vot_next_node(node, excerpt->root);
        if (node->element < VOT_TABLEDATA || node->element > VOT_FITS) continue;
        struct vot_node *data = (struct vot_node *)node;
        if (!is_own(excerpt, data)) {
            cut_out(data);
            continue;
        }
        data->table = vot_table_parse(data->parent->parent, data->element, &excerpt->arena, error);
        if (!data->table) return error_set_memory(error);
    }
    return true;
}

/* What annotations may refer to. */
struct known {
    const struct excerpt_source *source;
    const struct vot_node *part; /* of the source */
    const struct text_map *ids;  /* of the excerpt */
};

static bool is_called(const struct vot_node *table, struct slice reference) {
    return slice_equal(vot_attribute(table, "ID"), reference) || slice_equal(vot_attribute(table, "name"), reference);
}

static bool has_lost(const struct known *known, struct slice reference) {
    return text_map_find(&known->source->ids, reference) && !text_map_find(known->ids, reference);
}

static bool has_lost_column(const void *context, const struct vot_node *templates, struct slice reference) {
    (void)templates;
    return has_lost(context, reference);
}

static bool has_lost_table(const void *context, struct slice reference) {
    const struct known *known = context;
    if (known->part->element != VOT_TABLE) return has_lost(known, reference);
    if (is_called(known->part, reference)) return false;
    for (const struct vot_node *other = vot_child(known->part->parent, VOT_TABLE); other;
         other = vot_sibling(other, VOT_TABLE))
        if (is_called(other, reference)) return true;
    return has_lost(known, reference);
}

static bool mend_annotations(struct excerpt *excerpt, const struct known *known) {
    struct annotation_loss loss = {has_lost_column, has_lost_table, known};
    for (struct vot_node *node = excerpt->root; node; node = (struct vot_node *)vot_next_node(node, excerpt->root))
        if (annotation_is(node) && !annotation_mend(node, &loss, &excerpt->arena)) return false;
    return true;
}

static bool mend_all_references(struct excerpt *excerpt, const struct excerpt_source *source,
                                const struct vot_node *part) {
    struct text_map ids = {0};
    bool done = collect_ids(&ids, excerpt->root), is_changed = true;
    while (done && is_changed) done = mend_references(excerpt, source, &ids, &is_changed);
    done = done && mend_annotations(excerpt, &(struct known){source, part, &ids});
    text_map_free(&ids);
    return done;
}

bool excerpt_make(struct excerpt *excerpt, const struct excerpt_source *source, const struct vot_node *part,
                  struct error *error) {
    *excerpt = (struct excerpt){0};
    if (!copy_part(excerpt, source->root, part) || !mend_all_references(excerpt, source, part))
        return error_set_memory(error);
    return parse_tables(excerpt, error);
}

static bool copy_alone(struct excerpt *excerpt, const struct vot_node *root, const struct vot_node *table,
                       const struct vot_node *without) {
    excerpt->root = copy_node(root, NULL, &excerpt->arena);
    excerpt->resource = excerpt->root ? copy_node(table->parent, excerpt->root, &excerpt->arena) : NULL;
    excerpt->table = excerpt->resource ? copy_node(table, excerpt->resource, &excerpt->arena) : NULL;
    if (!excerpt->table) return false;
    const struct vot_node *structure = vot_structure(table);
    for (const struct vot_node *child = structure->first_child; child; child = child->next) {
        bool is_wanted = (child->element == VOT_FIELD && child != without) || child->element == VOT_GROUP;
        if (is_wanted && !copy_tree(child, excerpt->table, &excerpt->arena)) return false;
    }
    excerpt->table->structure = NULL;
    return true;
}

bool excerpt_make_alone(struct excerpt *excerpt, const struct excerpt_source *source, const struct vot_node *table,
                        const struct vot_node *without, struct error *error) {
    *excerpt = (struct excerpt){.is_alone = true};
    return (copy_alone(excerpt, source->root, table, without) && mend_all_references(excerpt, source, table)) ||
           error_set_memory(error);
}

bool excerpt_add_info(struct excerpt *excerpt, struct slice name, struct slice value, struct error *error) {
    struct vot_node *info = copy_new(VOT_INFO, excerpt->root, &excerpt->arena);
    if (!info) return error_set_memory(error);
    insert(excerpt, info);
    return (copy_set_attribute(info, SLICE("name"), name, &excerpt->arena) &&
            copy_set_attribute(info, SLICE("value"), value, &excerpt->arena)) ||
           error_set_memory(error);
}

bool excerpt_set_rows(struct excerpt *excerpt, uint64_t rows, struct error *error) {
    return copy_correct_rows(excerpt->table, rows, &excerpt->arena) || error_set_memory(error);
}

void excerpt_free(struct excerpt *excerpt) {
    arena_free(&excerpt->arena);
    *excerpt = (struct excerpt){0};
}
