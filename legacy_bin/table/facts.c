/* facts.c - facts looked up in the tree, and told to the OPset channel. */
#include "table/facts.h"

#include "cli/opset.h"
#include "table/first.h"
#include "votable/cell.h"

struct facts facts_of(const struct vot_node *root, struct arena *arena) {
    return (struct facts){root, vot_first_resource(root), vot_first_table(root), first_table_data(root), arena};
}

uint64_t facts_rows(const struct facts *facts) {
    return facts->data ? facts->data->rows : 0;
}

uint64_t facts_columns(const struct facts *facts) {
    return facts->data ? facts->data->field_count : 0;
}

const char *facts_serialization(const struct facts *facts) {
    return facts->data ? vot_element_name(facts->data->serialization) : "none";
}

/* The node behind `node` in document order. */
static const struct vot_node *next_in_document(const struct vot_node *node) {
    if (node->first_child) return node->first_child;
    while (node && !node->next) node = node->parent;
    return node ? node->next : NULL;
}

uint64_t facts_count_all(const struct facts *facts, enum vot_element element) {
    uint64_t count = 0;
    for (const struct vot_node *node = facts->root; node; node = next_in_document(node))
        count += node->element == element;
    return count;
}

struct slice facts_description(const struct facts *facts, const struct vot_node *node) {
    const struct vot_node *description = vot_child(node, VOT_DESCRIPTION);
    return description ? vot_node_text(description, facts->arena) : (struct slice){NULL, 0};
}

static bool starts_with(struct slice text, const char *prefix) {
    size_t length = strlen(prefix);
    return text.length >= length && strncasecmp(text.text, prefix, length) == 0;
}

static bool is_query_status(const struct vot_node *info) {
    return starts_with(vot_attribute(info, "name"), "QUERY_STATUS");
}

/* The first of them, whichever RESOURCE it may be inside. */
static const struct vot_node *results_resource(const struct facts *facts) {
    const struct vot_node *node = facts->resource;
    while (node &&
           !(node->element == VOT_RESOURCE && slice_equal_nocase(vot_attribute(node, "type"), SLICE("results"))))
        node = vot_next_node(node, facts->root);
    return node;
}

/* The INFOs named QUERY_STATUS in the first place that has any: the last of them, and whether one says OK. */
static const struct vot_node *find_query_status(const struct facts *facts, bool *is_ok) {
    const struct vot_node *places[] = {facts->resource, results_resource(facts), facts->root};
    const struct vot_node *last = NULL;
    *is_ok = false;
    for (size_t i = 0; i < sizeof places / sizeof *places && !last; i++) {
        for (const struct vot_node *info = vot_child(places[i], VOT_INFO); info; info = vot_sibling(info, VOT_INFO)) {
            if (!is_query_status(info)) continue;
            last = info;
            *is_ok = *is_ok || starts_with(slice_trim(vot_attribute(info, "value")), "OK");
        }
    }
    return last;
}

int facts_query_status(const struct facts *facts) {
    bool is_ok;
    return !find_query_status(facts, &is_ok) ? -1 : is_ok ? 0 : 1;
}

/* Line breaks and runs of blanks become one blank, as the summary shows them. */
static struct slice on_one_line(const struct facts *facts, struct slice text) {
    struct slice line = arena_copy(facts->arena, slice_trim(text));
    if (!line.text) return text;
    char *to = (char *)line.text;
    for (size_t i = 0; i < line.length; i++) {
        bool is_blank = byte_is_blank(line.text[i]);
        if (!is_blank || to[-1] != ' ') *to++ = is_blank ? ' ' : line.text[i];
    }
    line.length = (size_t)(to - line.text);
    return line;
}

static void tell_member(const char *name, struct slice value) {
    json_member(slice_of(name));
    if (value.text)
        json_text(value);
    else
        json_null();
}

static void tell_columns(const struct facts *facts) {
    static const char *const attributes[] = {"name", "ID", "ucd", "utype", "unit", "datatype", "arraysize", "xtype"};
    static const char *const keys[] = {"name", "id", "ucd", "utype", "unit", "datatype", "arraysize", "xtype"};
    opset_begin("columns");
    json_array_begin();
    for (const struct vot_node *field = vot_child(vot_structure(facts->table), VOT_FIELD); field;
         field = vot_sibling(field, VOT_FIELD)) {
        json_object_begin();
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            tell_member(keys[i], vot_attribute(field, attributes[i]));
        struct slice description = facts_description(facts, field);
        tell_member("description", description.text ? on_one_line(facts, description) : description);
        json_object_end();
    }
    json_array_end();
    opset_end();
}

static void tell_number(const struct vot_field *field, struct slice word) {
    struct vot_cell cell = {word.text, word.length, VOT_TEXT};
    int64_t integer;
    double real;
    if (vot_cell_is_null(field, &cell))
        json_null();
    else if (vot_type_is_integer(field->type) && number_read_integer(word, &integer) == NUMBER_WHOLE)
        json_integer(integer);
    else if (number_read_double(word, &real) == NUMBER_WHOLE)
        json_double(real);
    else
        json_text(word); /* not of its type: as it stands */
}

/* A PARAM's value as its datatype says; a numeric array as a list. */
static void tell_value(const struct vot_node *param) {
    struct slice text = vot_attribute(param, "value");
    struct vot_field field;
    struct error error = {0};
    bool is_number = vot_field_parse(param, &field, &error) && vot_type_is_number(field.type);
    error_clear(&error);
    if (!is_number || !text.text) {
        tell_member("value", text);
        return;
    }
    json_member(SLICE("value"));
    if (!field.has_arraysize) {
        tell_number(&field, slice_trim(text));
        return;
    }
    json_array_begin();
    for (size_t at = 0; at < text.length;) {
        size_t end = at;
        while (end < text.length && !byte_is_blank(text.text[end]) && text.text[end] != ',') end++;
        if (end > at) tell_number(&field, (struct slice){text.text + at, end - at});
        at = end + 1;
    }
    json_array_end();
}

static struct slice key_of(const struct vot_node *node) {
    struct slice name = vot_attribute(node, "name");
    return name.length ? name : vot_attribute(node, "ID");
}

static void tell_params(const struct facts *facts) {
    opset_begin("params");
    json_object_begin();
    for (const struct vot_node *param = vot_child(facts->resource, VOT_PARAM); param;
         param = vot_sibling(param, VOT_PARAM)) {
        json_member(key_of(param));
        json_object_begin();
        tell_value(param);
        tell_member("unit", vot_attribute(param, "unit"));
        tell_member("ucd", vot_attribute(param, "ucd"));
        tell_member("datatype", vot_attribute(param, "datatype"));
        json_object_end();
    }
    json_object_end();
    opset_end();
}

/* A name met again replaces the one before: JSON readers keep the last. */
static void tell_infos(const struct facts *facts) {
    opset_begin("infos");
    json_object_begin();
    for (const struct vot_node *info = vot_child(facts->resource, VOT_INFO); info; info = vot_sibling(info, VOT_INFO)) {
        json_member(key_of(info));
        json_text(vot_attribute(info, "value"));
    }
    json_object_end();
    opset_end();
}

void facts_tell(const struct facts *facts) {
    if (!opset_is_open()) return;
    opset_integer("resources", (int64_t)vot_count_children(facts->root, VOT_RESOURCE));
    opset_integer("rows", (int64_t)facts_rows(facts));
    opset_integer("cols", (int64_t)facts_columns(facts));
    opset_text("serialization", slice_of(facts_serialization(facts)));
    struct slice version = vot_attribute(facts->root, "version");
    if (version.text) opset_text("version", version);
    struct slice description = facts_description(facts, facts->resource);
    if (!description.text) description = facts_description(facts, facts->root);
    if (description.text) opset_text("description", on_one_line(facts, description));
    bool is_ok;
    const struct vot_node *status = find_query_status(facts, &is_ok);
    if (status) opset_text("query_status", slice_trim(vot_attribute(status, "value")));
    tell_columns(facts);
    tell_params(facts);
    tell_infos(facts);
}
