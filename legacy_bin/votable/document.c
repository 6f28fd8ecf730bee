/* document.c - names of VOTable's elements, and looking around in the tree. */
#include "votable/document.h"

#include <string.h>

static const char *const names[] = {
    [VOT_VOTABLE] = "VOTABLE",
    [VOT_RESOURCE] = "RESOURCE",
    [VOT_DESCRIPTION] = "DESCRIPTION",
    [VOT_DEFINITIONS] = "DEFINITIONS",
    [VOT_INFO] = "INFO",
    [VOT_GROUP] = "GROUP",
    [VOT_PARAM] = "PARAM",
    [VOT_PARAMREF] = "PARAMref",
    [VOT_FIELD] = "FIELD",
    [VOT_FIELDREF] = "FIELDref",
    [VOT_VALUES] = "VALUES",
    [VOT_MIN] = "MIN",
    [VOT_MAX] = "MAX",
    [VOT_OPTION] = "OPTION",
    [VOT_LINK] = "LINK",
    [VOT_TABLE] = "TABLE",
    [VOT_DATA] = "DATA",
    [VOT_TABLEDATA] = "TABLEDATA",
    [VOT_BINARY] = "BINARY",
    [VOT_BINARY2] = "BINARY2",
    [VOT_FITS] = "FITS",
    [VOT_STREAM] = "STREAM",
    [VOT_COOSYS] = "COOSYS",
    [VOT_TIMESYS] = "TIMESYS",
};
enum { NAME_COUNT = sizeof names / sizeof *names };

const char *vot_element_name(enum vot_element element) {
    return (unsigned)element < NAME_COUNT ? names[element] : NULL;
}

enum vot_element vot_element_of(struct slice local_name) {
    for (unsigned i = VOT_VOTABLE; i < NAME_COUNT; i++)
        if (slice_equal_nocase(local_name, slice_of(names[i]))) return (enum vot_element)i;
    return VOT_OTHER;
}

struct slice vot_local_name(struct slice name) {
    const char *colon = name.length ? memrchr(name.text, ':', name.length) : NULL;
    if (!colon) return name;
    return (struct slice){colon + 1, name.length - (size_t)(colon + 1 - name.text)};
}

struct slice vot_name_like(struct buffer *room, const struct vot_node *like, const char *name) {
    size_t prefix = like->name.length - vot_local_name(like->name).length;
    buffer_append(room, like->name.text, prefix);
    buffer_append_string(room, name);
    return buffer_slice(room);
}

struct slice vot_attribute(const struct vot_node *node, const char *name) {
    struct slice wanted = slice_of(name), prefixed = {NULL, 0};
    for (size_t i = 0; i < node->attribute_count; i++) {
        const struct vot_attribute *attribute = &node->attributes[i];
        if (slice_equal_nocase(attribute->name, wanted)) return attribute->value;
        bool is_wanted = !prefixed.text && slice_equal_nocase(vot_local_name(attribute->name), wanted);
        bool is_of_xml = attribute->name.length > 3 && strncmp(attribute->name.text, "xml", 3) == 0; /* xml:id */
        if (is_wanted && !is_of_xml) prefixed = attribute->value;
    }
    return prefixed;
}

/* Of VOTable 1.5, and those of earlier versions. */
static const char *const attribute_names[] = {
    "ID",     "name",      "value",    "datatype",    "arraysize", "ucd",          "utype",
    "unit",   "ref",       "xtype",    "type",        "width",     "precision",    "null",
    "href",   "nrows",     "encoding", "extnum",      "title",     "content-role", "content-type",
    "action", "gref",      "actuate",  "expires",     "rights",    "system",       "equinox",
    "epoch",  "inclusive", "invalid",  "refposition", "timescale", "timeorigin",
};

struct slice vot_attribute_name(const struct vot_node *node, size_t index) {
    struct slice name = node->attributes[index].name, standard = name;
    for (size_t i = 0; i < sizeof attribute_names / sizeof *attribute_names && node->element != VOT_OTHER; i++)
        if (slice_equal_nocase(slice_of(attribute_names[i]), name)) standard = slice_of(attribute_names[i]);
    if (slice_equal(name, standard)) return name;
    for (size_t i = 0; i < node->attribute_count; i++) /* `id` beside `ID`: both are kept */
        if (i != index && slice_equal_nocase(node->attributes[i].name, name)) return name;
    return standard;
}

static const struct vot_node *find_from(const struct vot_node *node, enum vot_element element) {
    while (node && node->element != element) node = node->next;
    return node;
}

const struct vot_node *vot_child(const struct vot_node *node, enum vot_element element) {
    return node ? find_from(node->first_child, element) : NULL;
}

const struct vot_node *vot_sibling(const struct vot_node *node, enum vot_element element) {
    return node ? find_from(node->next, element) : NULL;
}

struct slice vot_node_id(const struct vot_node *node) {
    struct slice none = {0};
    return node->element == VOT_OTHER || node->element == VOT_TEXT_NODE ? none : vot_attribute(node, "ID");
}

const struct vot_node *vot_next_node(const struct vot_node *node, const struct vot_node *top) {
    if (node->first_child) return node->first_child;
    while (node != top && !node->next) node = node->parent;
    return node == top ? NULL : node->next;
}

size_t vot_count_children(const struct vot_node *node, enum vot_element element) {
    size_t count = 0;
    for (const struct vot_node *child = vot_child(node, element); child; child = vot_sibling(child, element)) count++;
    return count;
}

const struct vot_node *vot_structure(const struct vot_node *table) {
    return table && table->structure && !vot_child(table, VOT_FIELD) ? table->structure : table;
}

struct slice vot_node_text(const struct vot_node *node, struct arena *arena) {
    struct slice whole = {NULL, 0};
    const struct vot_node *first = vot_child(node, VOT_TEXT_NODE);
    if (!first) return whole;
    if (!vot_sibling(first, VOT_TEXT_NODE)) return first->text;
    for (const struct vot_node *text = first; text; text = vot_sibling(text, VOT_TEXT_NODE))
        whole.length += text->text.length;
    char *to = arena_allocate(arena, whole.length + 1);
    whole.text = to;
    if (!to) return (struct slice){NULL, 0};
    for (const struct vot_node *text = first; text; text = vot_sibling(text, VOT_TEXT_NODE)) {
        memcpy(to, text->text.text, text->text.length);
        to += text->text.length;
    }
    return whole;
}

const struct vot_node *vot_first_resource(const struct vot_node *root) {
    return vot_child(root, VOT_RESOURCE);
}

/* The first TABLE directly inside, else that of the first RESOURCE inside that has one.
 * As deep as the document is, which the reader limits. */
static const struct vot_node *table_of(const struct vot_node *resource) {
    const struct vot_node *table = vot_child(resource, VOT_TABLE);
    const struct vot_node *inner = vot_child(resource, VOT_RESOURCE);
    while (!table && inner) {
        table = table_of(inner);
        inner = vot_sibling(inner, VOT_RESOURCE);
    }
    return table;
}

const struct vot_node *vot_first_table(const struct vot_node *root) {
    return table_of(vot_first_resource(root));
}
