/* metadata.c - see metadata.h. */
#include "table/metadata.h"

#include "base/json.h"
#include "table/json_cell.h"

static void append(struct members *members, const char *text) {
    members->has_failed |= !buffer_append_string(members->out, text);
}

static void append_string(struct members *members, struct slice text) {
    members->has_failed |= !json_append_string(members->out, text);
}

/* An object, or a list, in the object. */
static struct members open_inside(struct members *members, const char *bracket) {
    append(members, bracket);
    return (struct members){.out = members->out};
}

static void close_inside(struct members *members, const struct members *inside, const char *bracket) {
    members->has_failed |= inside->has_failed;
    append(members, bracket);
}

static void add_separator(struct members *members) {
    if (members->has_any) append(members, members->between ? members->between : ", ");
    members->has_any = true;
}

void members_key(struct members *members, struct slice name) {
    add_separator(members);
    append_string(members, name);
    append(members, ": ");
}

void members_add(struct members *members, const char *name) {
    members_key(members, slice_of(name));
}

void members_text(struct members *members, const char *name, struct slice text) {
    members_add(members, name);
    append_string(members, text);
}

static bool is_among(struct slice name, const char *const *names) {
    while (names && *names && !slice_equal(name, slice_of(*names))) names++;
    return names && *names;
}

void members_attributes(struct members *members, const struct vot_node *node, const char *const *left_out) {
    for (size_t i = 0; i < node->attribute_count; i++) {
        struct slice name = vot_attribute_name(node, i);
        if (is_among(name, left_out)) continue;
        members_key(members, name);
        append_string(members, node->attributes[i].value);
    }
}

static void add_text_of(struct members *members, const char *name, const struct vot_node *node) {
    struct arena arena = {0};
    struct slice text = slice_trim(vot_node_text(node, &arena));
    if (text.length) members_text(members, name, text);
    members->has_failed |= !text.text && vot_child(node, VOT_TEXT_NODE);
    arena_free(&arena);
}

void members_description(struct members *members, const struct vot_node *node) {
    const struct vot_node *description = vot_child(node, VOT_DESCRIPTION);
    if (description) add_text_of(members, "description", description);
}

/* A value that an attribute says, typed as the field's cells are if it is one of them; else as text. */
static void append_value(struct members *members, const struct vot_field *field, struct slice value) {
    struct json_cells cells = {0};
    struct error error = {0};
    struct vot_field like = *field;
    size_t length = members->out->length;
    like.null = (struct slice){NULL, 0}; /* it may be this one */
    struct buffer text = {0};            /* with the slack that cells have */
    bool is_done = buffer_append_slice(&text, value) && buffer_reserve(&text, VOT_CELL_SLACK) &&
                   json_cells_begin(&cells, &like, 1, &error);
    struct vot_cell cell = {.bytes = text.bytes, .length = value.length, .form = VOT_TEXT};
    if (!is_done || !json_cells_append(&cells, 0, &cell, members->out, &error)) {
        members->has_failed |= text.is_incomplete || members->out->is_incomplete || error_is_memory(&error);
        members->out->length = length;
        append_string(members, value);
    }
    buffer_free(&text);
    json_cells_free(&cells);
    error_clear(&error);
}

/* The limits of a column are scalars, whatever its cells are. */
static struct vot_field scalar_of(const struct vot_node *node) {
    struct error error = {0};
    struct vot_field field;
    if (!vot_field_parse(node, &field, &error)) field.type = VOT_TYPE_CHAR;
    error_clear(&error);
    field.has_arraysize = field.is_variable = false;
    field.items = 1;
    return field;
}

static void add_limit(struct members *members, const char *name, const struct vot_node *values,
                      enum vot_element element, const struct vot_field *field) {
    const struct vot_node *limit = vot_child(values, element);
    if (!limit) return;
    members_add(members, name);
    struct members inside = open_inside(members, "{");
    members_add(&inside, "value");
    append_value(&inside, field, vot_attribute(limit, "value"));
    members_add(&inside, "inclusive");
    bool is_exclusive = slice_equal_nocase(slice_trim(vot_attribute(limit, "inclusive")), SLICE("no"));
    append(&inside, is_exclusive ? "false" : "true");
    close_inside(members, &inside, "}");
}

static void add_options(struct members *members, const struct vot_node *values) {
    const struct vot_node *option = vot_child(values, VOT_OPTION);
    if (!option) return;
    members_add(members, "options");
    struct members inside = open_inside(members, "{");
    for (; option; option = vot_sibling(option, VOT_OPTION)) {
        struct slice name = vot_attribute(option, "name"), value = vot_attribute(option, "value");
        members_key(&inside, name.text ? name : value);
        append_string(&inside, value);
    }
    close_inside(members, &inside, "}");
}

void members_values(struct members *members, const struct vot_node *node) {
    const struct vot_node *values = vot_child(node, VOT_VALUES), *link = vot_child(node, VOT_LINK);
    if (values) {
        struct vot_field field = scalar_of(node);
        struct slice null = vot_attribute(values, "null"), id = vot_attribute(values, "ID");
        members_add(members, "values");
        struct members inside = open_inside(members, "{");
        if (id.text) members_text(&inside, "ID", id);
        if (null.text) {
            members_add(&inside, "null");
            append_value(&inside, &field, null);
        }
        add_limit(&inside, "min", values, VOT_MIN, &field);
        add_limit(&inside, "max", values, VOT_MAX, &field);
        add_options(&inside, values);
        close_inside(members, &inside, "}");
    }
    if (!link) return;
    members_add(members, "links");
    struct members list = open_inside(members, "[");
    for (; link; link = vot_sibling(link, VOT_LINK)) {
        add_separator(&list);
        struct members inside = open_inside(&list, "{");
        members_attributes(&inside, link, NULL);
        close_inside(&list, &inside, "}");
    }
    close_inside(members, &list, "]");
}

static void add_element(struct members *list, const struct vot_node *node) {
    static const char *const value[] = {"value", NULL};
    struct vot_field field;
    struct error error = {0};
    bool is_param = node->element == VOT_PARAM && vot_field_parse(node, &field, &error);
    error_clear(&error);
    add_separator(list);
    struct members inside = open_inside(list, "{");
    members_attributes(&inside, node, is_param ? value : NULL);
    if (is_param) {
        members_add(&inside, "value");
        append_value(&inside, &field, vot_attribute(node, "value"));
    }
    members_description(&inside, node);
    if (node->element == VOT_PARAM)
        members_values(&inside, node);
    else
        add_text_of(&inside, "text", node);
    close_inside(list, &inside, "}");
}

/* The elements of a kind that are children of a node, or stand in its DEFINITIONS. */
static void add_children(struct members *members, const char *name, struct members *list, const struct vot_node *node,
                         enum vot_element element) {
    for (const struct vot_node *child = node->first_child; child; child = child->next) {
        if (child->element == VOT_DEFINITIONS && node->element != VOT_DEFINITIONS)
            add_children(members, name, list, child, element);
        if (child->element != element) continue;
        if (!list->has_any) {
            members_add(members, name);
            *list = open_inside(members, "[");
        }
        add_element(list, child);
    }
}

void members_elements(struct members *members, const char *name, const struct vot_node *table,
                      enum vot_element element) {
    struct members list = {.out = members->out};
    for (const struct vot_node *node = table; node; node = node->parent)
        add_children(members, name, &list, node, element);
    if (list.has_any) close_inside(members, &list, "]");
}
