/* merge_names.c - what things are called in a document that is put together: IDs, references, prefixes. */
#include "base/buffer.h"
#include "votable/copy.h"
#include "votable/merge.h"

/* `id` with the first suffix that makes a name of its own: neither one in use nor another of this document. */
static bool rename_id(struct text_map *ids, struct text_map *own, struct text_entry *taken, struct slice id,
                      struct text_map *renamed) {
    struct buffer name = {0};
    uint64_t number = taken->number < 2 ? 2 : taken->number + 1;
    bool is_new;
    for (;; number++) {
        name.length = 0;
        buffer_append_slice(&name, id);
        if (!buffer_append_format(&name, "_%llu", (unsigned long long)number)) break;
        if (!text_map_find(ids, buffer_slice(&name)) && !text_map_find(own, buffer_slice(&name))) break;
    }
    taken->number = number;
    struct text_entry *entry = text_map_add(renamed, id, &is_new);
    if (entry && !name.is_incomplete) entry->value = text_map_copy(renamed, buffer_slice(&name));
    buffer_free(&name);
    return entry && entry->value.text;
}

static bool collect(struct text_map *own, const struct vot_node *top) {
    bool is_new;
    for (const struct vot_node *node = top; node; node = vot_next_node(node, top)) {
        struct slice id = vot_node_id(node);
        if (id.length && !text_map_add(own, id, &is_new)) return false;
    }
    return true;
}

/* What each of a document's own IDs is called, then all of them in use. */
static bool name_all(struct text_map *ids, struct text_map *own, const struct vot_node *top, bool is_first,
                     struct text_map *renamed) {
    bool is_new;
    for (const struct vot_node *node = top; node; node = vot_next_node(node, top)) {
        struct slice id = vot_node_id(node);
        if (id.length == 0 || (node == top && !is_first) || text_map_find(renamed, id)) continue;
        struct text_entry *taken = text_map_find(ids, id);
        if (taken && !rename_id(ids, own, taken, id, renamed)) return false;
    }
    for (size_t i = 0; i < own->capacity; i++) {
        struct slice id = own->entries[i].text;
        const struct text_entry *entry = id.text ? text_map_find(renamed, id) : NULL;
        if (id.text && !text_map_add(ids, entry ? entry->value : id, &is_new)) return false;
    }
    return true;
}

bool merge_name_ids(struct text_map *ids, const struct vot_node *root, bool is_first, struct merge_input *input,
                    struct error *error) {
    struct text_map own = {0};
    bool done = collect(&own, root) && name_all(ids, &own, root, is_first, &input->renamed);
    text_map_free(&own);
    return done || error_set_memory(error);
}

/* References: IDREFs of VOTable, and those of annotations (MIVOT 1.0) to the elements of VOTable. */
static bool is_reference(const struct vot_node *node, struct slice name) {
    static const char *const names[] = {"ref", "tableref", "primarykey", "foreignkey"};
    if (node->element != VOT_OTHER) return slice_equal_nocase(vot_local_name(name), SLICE("ref"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_equal(name, slice_of(names[i]))) return true;
    return false;
}

static bool is_id(const struct vot_node *node, struct slice name) {
    return node->element != VOT_OTHER && slice_equal_nocase(vot_local_name(name), SLICE("ID"));
}

/* The value that an attribute has in the whole; *room holds it where it is put together. */
static struct slice value_of(const struct merge_input *input, const struct vot_node *node,
                             const struct vot_attribute *attribute, struct arena *arena) {
    struct slice value = attribute->value;
    if (is_id(node, attribute->name) || is_reference(node, attribute->name)) {
        const struct text_entry *entry = text_map_find(&input->renamed, value);
        return entry ? entry->value : value;
    }
    bool is_fragment =
        value.length > 1 && value.text[0] == '#' && slice_equal_nocase(vot_local_name(attribute->name), SLICE("href"));
    const struct text_entry *entry =
        is_fragment ? text_map_find(&input->renamed, (struct slice){value.text + 1, value.length - 1}) : NULL;
    if (!entry) return value;
    char *text = arena_allocate(arena, entry->value.length + 1);
    if (!text) return (struct slice){0};
    text[0] = '#';
    memcpy(text + 1, entry->value.text, entry->value.length);
    return (struct slice){text, entry->value.length + 1};
}

static bool has_attribute(const struct vot_node *node, struct slice name) {
    for (size_t i = 0; i < node->attribute_count; i++)
        if (slice_equal(node->attributes[i].name, name)) return true;
    return false;
}

/* Prefixes that mean something else in the whole are declared where they are used. */
static bool declare_spaces(const struct merge_input *input, struct vot_node *node, struct arena *arena) {
    for (size_t i = 0; i < input->spaces.capacity; i++) {
        const struct text_entry *entry = &input->spaces.entries[i];
        if (!entry->text.text || has_attribute(node, entry->text)) continue;
        if (!copy_set_attribute(node, entry->text, entry->value, arena)) return false;
    }
    return true;
}

static bool adopt(const struct merge_input *input, struct vot_node *node, bool is_top, struct arena *arena) {
    bool is_ours = node->element != VOT_OTHER;
    if (node->element == VOT_TEXT_NODE) return true;
    if (is_ours) node->name = slice_of(vot_element_name(node->element));
    for (size_t i = node->attribute_count; i-- > 0;) {
        const struct vot_attribute *attribute = &node->attributes[i];
        bool is_space = slice_equal(attribute->name, SLICE("xmlns")) && root_is_space(attribute->value);
        if (is_ours && is_space) {
            if (!copy_drop_attribute(node, i, arena)) return false;
            continue;
        }
        struct slice value = value_of(input, node, attribute, arena);
        if (!value.text) return false;
        if (value.text != attribute->value.text && !copy_set_attribute(node, attribute->name, value, arena))
            return false;
    }
    bool is_foreign = !is_ours && node->parent && node->parent->element != VOT_OTHER && input->has_prefix;
    if (is_foreign && vot_local_name(node->name).length == node->name.length && !has_attribute(node, SLICE("xmlns")) &&
        !copy_set_attribute(node, SLICE("xmlns"), input->default_space, arena))
        return false;
    return !is_top || declare_spaces(input, node, arena);
}

bool merge_adopt(const struct merge_input *input, struct vot_node *node, bool is_top, struct arena *arena,
                 struct error *error) {
    return adopt(input, node, is_top, arena) || error_set_memory(error);
}
