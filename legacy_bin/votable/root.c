/* root.c - the attributes of VOTABLE: version and namespace of one standard. */
#include "votable/root.h"

#include "votable/escape.h"

/* VOTable 1.0 is defined by a DTD, without namespace; 1.4 and 1.5 kept the namespace of 1.3. */
static const struct root_version pairs[] = {
    {{"1.3", 3}, {"http://www.ivoa.net/xml/VOTable/v1.3", 36}, true}, /* the default */
    {{"1.4", 3}, {"http://www.ivoa.net/xml/VOTable/v1.3", 36}, true},
    {{"1.5", 3}, {"http://www.ivoa.net/xml/VOTable/v1.3", 36}, true},
    {{"1.2", 3}, {"http://www.ivoa.net/xml/VOTable/v1.2", 36}, false},
    {{"1.1", 3}, {"http://www.ivoa.net/xml/VOTable/v1.1", 36}, false},
    {{"1.0", 3}, {"", 0}, false},
};
enum { PAIR_COUNT = sizeof pairs / sizeof pairs[0] };

/* Whether the attribute declares the namespace of the element's own prefix. */
static bool declares(const struct vot_attribute *attribute, struct slice element) {
    size_t prefix = element.length - vot_local_name(element).length;
    struct slice name = attribute->name;
    if (prefix == 0) return slice_equal(name, SLICE("xmlns"));
    return name.length == 6 + prefix - 1 && memcmp(name.text, "xmlns:", 6) == 0 &&
           memcmp(name.text + 6, element.text, prefix - 1) == 0;
}

bool root_names_schema(struct slice name) {
    struct slice local = vot_local_name(name);
    return slice_equal(local, SLICE("schemaLocation")) || slice_equal(local, SLICE("noNamespaceSchemaLocation"));
}

/* The pair to write; *is_kept: nothing need be changed. */
static const struct root_version *choose(struct slice version, struct slice space, bool needs_binary2, bool *is_kept) {
    version = slice_trim(version);
    space = slice_trim(space);
    for (size_t i = 0; i < PAIR_COUNT; i++) {
        if (needs_binary2 && !pairs[i].has_binary2) continue;
        if (!slice_equal(space, pairs[i].space)) continue;
        if (version.length == 0 ? space.length > 0 : slice_equal(version, pairs[i].version)) {
            *is_kept = version.length > 0;
            return &pairs[i];
        }
    }
    *is_kept = false;
    return &pairs[0];
}

/* The namespace of the root's own prefix. */
static struct slice space_of(const struct vot_node *root) {
    struct slice space = {0};
    for (size_t i = 0; i < root->attribute_count; i++)
        if (declares(&root->attributes[i], root->name)) space = root->attributes[i].value;
    return space;
}

const struct root_version *root_version(const struct vot_node *root, bool needs_binary2) {
    bool is_kept;
    return choose(vot_attribute(root, "version"), space_of(root), needs_binary2, &is_kept);
}

bool root_is_space(struct slice space) {
    for (size_t i = 0; i < PAIR_COUNT; i++)
        if (space.length && slice_equal(slice_trim(space), pairs[i].space)) return true;
    return false;
}

void root_write_attributes(struct output *output, const struct vot_node *root, bool needs_binary2) {
    struct slice version = vot_attribute(root, "version"), space = space_of(root);
    bool is_kept, has_version = false, has_space = false;
    const struct root_version *pair = choose(version, space, needs_binary2, &is_kept);
    bool is_same_space = slice_equal(slice_trim(space), pair->space);

    for (size_t i = 0; i < root->attribute_count; i++) {
        const struct vot_attribute *attribute = &root->attributes[i];
        if (slice_equal_nocase(attribute->name, SLICE("version"))) {
            if (!has_version) escape_attribute(output, SLICE("version"), is_kept ? attribute->value : pair->version);
            has_version = true;
        } else if (declares(attribute, root->name)) {
            escape_attribute(output, attribute->name, is_kept ? attribute->value : pair->space);
            has_space = true;
        } else if (is_same_space || /* a schema of another version than the one written would contradict it */
                   !root_names_schema(attribute->name)) {
            escape_attribute(output, attribute->name, attribute->value);
        }
    }
    if (!has_version) escape_attribute(output, SLICE("version"), pair->version);
    if (has_space || pair->space.length == 0) return;
    size_t prefix = root->name.length - vot_local_name(root->name).length;
    struct slice name = prefix ? (struct slice){root->name.text, prefix - 1} : (struct slice){0};
    output_format(output, " xmlns%s%.*s=\"%s\"", prefix ? ":" : "", (int)name.length, name.text ? name.text : "",
                  pair->space.text);
}
