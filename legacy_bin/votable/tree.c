/* tree.c - see tree.h. */
#include "votable/tree.h"

#include "votable/copy.h"

static bool is_serialization(enum vot_element element) {
    return element == VOT_TABLEDATA || element == VOT_BINARY || element == VOT_BINARY2 || element == VOT_FITS;
}

/* What an element is where it stands: foreign content stays foreign, and rows are only rows in a TABLE's DATA. */
static enum vot_element classify(struct slice name, const struct vot_node *parent) {
    enum vot_element element = vot_element_of(vot_local_name(name));
    if (parent && parent->element == VOT_OTHER) return VOT_OTHER;
    bool in_table = parent && parent->element == VOT_DATA && parent->parent && parent->parent->element == VOT_TABLE;
    return is_serialization(element) && !in_table ? VOT_OTHER : element;
}

static struct vot_node *add_node(struct tree *tree, unsigned long line) {
    struct vot_node *node = arena_allocate(&tree->arena, sizeof *node);
    struct vot_node *parent = tree->current;
    if (!node) return NULL;
    node->line = line;
    if (parent)
        copy_append(parent, node);
    else
        tree->root = node;
    return node;
}

/* A TABLE finds the one before it whose structure it has, and can be found by those behind it. false: no memory. */
static bool link_table(struct tree *tree, struct vot_node *table) {
    struct slice ref = vot_attribute(table, "ref"), id = vot_node_id(table);
    const struct text_entry *other = ref.length ? text_map_find(&tree->tables, ref) : NULL;
    if (other) table->structure = vot_structure((const struct vot_node *)(uintptr_t)other->number);
    bool is_new = false;
    struct text_entry *own = id.length ? text_map_add(&tree->tables, id, &is_new) : NULL;
    if (own && is_new) own->number = (uintptr_t)table;
    return own || !id.length;
}

struct vot_node *tree_open(struct tree *tree, const char *name, const char *const *attributes, unsigned long line) {
    size_t count = 0;
    while (attributes[2 * count]) count++;
    struct vot_attribute *copies = count ? arena_allocate(&tree->arena, count * sizeof *copies) : NULL;
    struct slice own_name = arena_copy(&tree->arena, slice_of(name));
    if ((count && !copies) || !own_name.text) return NULL;
    for (size_t i = 0; i < count; i++) {
        copies[i].name = arena_copy(&tree->arena, slice_of(attributes[2 * i]));
        copies[i].value = arena_copy(&tree->arena, slice_of(attributes[2 * i + 1]));
        if (!copies[i].name.text || !copies[i].value.text) return NULL;
    }
    struct vot_node *node = add_node(tree, line);
    if (!node) return NULL;
    node->name = own_name;
    node->element = classify(own_name, node->parent);
    node->attributes = copies;
    node->attribute_count = count;
    if (node->element == VOT_TABLE && !link_table(tree, node)) return NULL;
    return tree->current = node;
}

struct vot_node *tree_close(struct tree *tree) {
    struct vot_node *closed = tree->current;
    tree->current = closed->parent;
    return closed;
}

bool tree_add_text(struct tree *tree, struct slice text) {
    tree->text.maximum = ARENA_MAXIMUM;
    return buffer_append_slice(&tree->text, text);
}

bool tree_take_text(struct tree *tree, unsigned long line, struct vot_node **node) {
    struct slice text = buffer_slice(&tree->text);
    tree->text.length = 0;
    *node = NULL;
    if (!tree->current || text.length == 0 || (!tree->is_cdata && slice_trim(text).length == 0)) return true;
    struct slice copy = arena_copy(&tree->arena, text);
    if (!copy.text || !(*node = add_node(tree, line))) return false;
    (*node)->element = VOT_TEXT_NODE;
    (*node)->text = copy;
    (*node)->is_cdata = tree->is_cdata;
    return true;
}

void tree_free(struct tree *tree) {
    arena_free(&tree->arena);
    text_map_free(&tree->tables);
    buffer_free(&tree->text);
    *tree = (struct tree){0};
}
