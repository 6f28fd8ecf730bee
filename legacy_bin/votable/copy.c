/* copy.c - see copy.h. */
#include "votable/copy.h"

#include "base/number.h"

void copy_append(struct vot_node *parent, struct vot_node *child) {
    child->parent = parent;
    child->next = NULL;
    if (parent->last_child)
        parent->last_child->next = child;
    else
        parent->first_child = child;
    parent->last_child = child;
}

static bool own_texts(struct vot_node *node, struct arena *arena) {
    if (node->name.text && !(node->name = arena_copy(arena, node->name)).text) return false;
    if (node->text.text && !(node->text = arena_copy(arena, node->text)).text) return false;
    struct vot_attribute *attributes = arena_allocate(arena, (node->attribute_count + 1) * sizeof *attributes);
    if (!attributes) return false;
    for (size_t i = 0; i < node->attribute_count; i++) {
        attributes[i].name = arena_copy(arena, node->attributes[i].name);
        attributes[i].value = arena_copy(arena, node->attributes[i].value);
        if (!attributes[i].name.text || !attributes[i].value.text) return false;
    }
    node->attributes = attributes;
    return true;
}

static struct vot_node *copy_one(const struct vot_node *node, struct vot_node *parent, bool is_whole,
                                 struct arena *arena) {
    struct vot_node *copy = arena_allocate(arena, sizeof *copy);
    if (!copy) return NULL;
    *copy = *node;
    copy->table = NULL;
    copy->parent = copy->first_child = copy->last_child = copy->next = NULL;
    if (is_whole && !own_texts(copy, arena)) return NULL;
    if (parent) copy_append(parent, copy);
    return copy;
}

struct vot_node *copy_node(const struct vot_node *node, struct vot_node *parent, struct arena *arena) {
    return copy_one(node, parent, false, arena);
}

static struct vot_node *copy_all(const struct vot_node *top, struct vot_node *parent, bool is_whole,
                                 struct arena *arena) {
    struct vot_node *first = copy_one(top, parent, is_whole, arena), *into = first;
    for (const struct vot_node *node = top; into;) {
        if (node->first_child) {
            node = node->first_child;
        } else {
            for (; node != top && !node->next; node = node->parent) into = into->parent;
            if (node == top) break;
            node = node->next;
            into = into->parent;
        }
        into = copy_one(node, into, is_whole, arena);
    }
    return into ? first : NULL;
}

struct vot_node *copy_tree(const struct vot_node *node, struct vot_node *parent, struct arena *arena) {
    return copy_all(node, parent, false, arena);
}

struct vot_node *copy_tree_whole(const struct vot_node *node, struct vot_node *parent, struct arena *arena) {
    return copy_all(node, parent, true, arena);
}

struct vot_node *copy_new(enum vot_element element, const struct vot_node *like, struct arena *arena) {
    struct slice local = slice_of(vot_element_name(element));
    size_t prefix = like->name.length - vot_local_name(like->name).length;
    struct vot_node *node = arena_allocate(arena, sizeof *node);
    char *name = arena_allocate(arena, prefix + local.length + 1);
    if (!node || !name) return NULL;
    memcpy(name, like->name.text, prefix);
    memcpy(name + prefix, local.text, local.length);
    *node = (struct vot_node){.element = element, .name = {name, prefix + local.length}};
    return node;
}

bool copy_set_attribute(struct vot_node *node, struct slice name, struct slice value, struct arena *arena) {
    struct vot_attribute *attributes = arena_allocate(arena, (node->attribute_count + 1) * sizeof *attributes);
    if (!attributes) return false;
    bool is_set = false;
    for (size_t i = 0; i < node->attribute_count; i++) {
        attributes[i] = node->attributes[i];
        if (!slice_equal_nocase(attributes[i].name, name)) continue;
        attributes[i].value = value;
        is_set = true;
    }
    if (!is_set) attributes[node->attribute_count++] = (struct vot_attribute){name, value};
    node->attributes = attributes;
    return true;
}

bool copy_correct_rows(struct vot_node *table, uint64_t rows, struct arena *arena) {
    if (!vot_attribute(table, "nrows").text) return true;
    char digits[NUMBER_ROOM];
    struct slice text = arena_copy(arena, (struct slice){digits, number_write_integer(digits, (int64_t)rows)});
    return text.text && copy_set_attribute(table, SLICE("nrows"), text, arena);
}

/* Where FIELDs stand in a TABLE that has none: in front of LINK and DATA. */
static struct vot_node *last_before_fields(struct vot_node *table) {
    struct vot_node *before = NULL;
    for (struct vot_node *child = table->first_child; child; before = child, child = child->next)
        if (child->element == VOT_LINK || child->element == VOT_DATA) break;
    return before;
}

bool copy_structure(struct vot_node *table, struct arena *arena) {
    const struct vot_node *structure = vot_structure(table);
    if (structure == table) return true;
    struct vot_node *before = last_before_fields(table), *behind = before ? before->next : table->first_child;
    table->last_child = before;
    if (before)
        before->next = NULL;
    else
        table->first_child = NULL;
    for (const struct vot_node *field = vot_child(structure, VOT_FIELD); field; field = vot_sibling(field, VOT_FIELD))
        if (!copy_tree(field, table, arena)) return false;
    for (struct vot_node *next; behind; behind = next) {
        next = behind->next;
        copy_append(table, behind);
    }
    for (size_t i = 0; i < table->attribute_count; i++)
        if (slice_equal_nocase(vot_local_name(table->attributes[i].name), SLICE("ref")))
            return copy_drop_attribute(table, i, arena);
    return true;
}

bool copy_drop_attribute(struct vot_node *node, size_t index, struct arena *arena) {
    struct vot_attribute *attributes = arena_allocate(arena, node->attribute_count * sizeof *attributes);
    if (!attributes) return false;
    size_t kept = 0;
    for (size_t i = 0; i < node->attribute_count; i++)
        if (i != index) attributes[kept++] = node->attributes[i];
    node->attributes = attributes;
    node->attribute_count = kept;
    return true;
}
