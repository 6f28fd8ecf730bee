/* merge.c - what stands around the RESOURCEs of documents that are put together. */
#include "votable/merge.h"

#include "votable/copy.h"

/* A COOSYS or TIMESYS in the head: an identical one of a later document is the same. */
struct merge_frame {
    struct merge_frame *next;
    const struct vot_node *original; /* as its document has it */
    struct slice id;                 /* as the whole has it */
};

static bool is_frame(const struct vot_node *node) {
    return node->element == VOT_COOSYS || node->element == VOT_TIMESYS;
}

static bool has_same(const struct vot_node *node, const struct vot_attribute *wanted) {
    struct slice name = vot_local_name(wanted->name);
    for (size_t i = 0; i < node->attribute_count; i++)
        if (slice_equal_nocase(vot_local_name(node->attributes[i].name), name))
            return slice_equal(node->attributes[i].value, wanted->value);
    return false;
}

static bool is_identical(const struct vot_node *a, const struct vot_node *b) {
    if (a->element != b->element || a->attribute_count != b->attribute_count) return false;
    if (a->first_child || b->first_child) return false; /* neither element has content in any version */
    for (size_t i = 0; i < a->attribute_count; i++)
        if (!has_same(b, &a->attributes[i])) return false;
    return true;
}

static const struct merge_frame *find_frame(const struct merge *merge, const struct vot_node *node) {
    const struct merge_frame *frame = is_frame(node) ? merge->frames : NULL;
    while (frame && !is_identical(frame->original, node)) frame = frame->next;
    return frame;
}

/* The IDs of this document's frames that the head has already. */
static bool take_frames(const struct merge *merge, const struct vot_node *parent, struct merge_input *input) {
    bool is_new;
    for (const struct vot_node *child = parent->first_child; child; child = child->next) {
        if (child->element == VOT_DEFINITIONS && !take_frames(merge, child, input)) return false;
        const struct merge_frame *frame = find_frame(merge, child);
        if (!frame || frame->id.length == 0) continue;
        struct text_entry *entry = text_map_add(&input->renamed, vot_attribute(child, "ID"), &is_new);
        if (!entry || !(entry->value = text_map_copy(&input->renamed, frame->id)).text) return false;
    }
    return true;
}

/* A child of the root that stands in the whole, unless it does already. */
static bool take_node(struct merge *merge, const struct vot_node *node, struct vot_node *parent,
                      const struct merge_input *input, struct error *error) {
    if (find_frame(merge, node)) return true;
    struct merge_frame *frame = NULL;
    if (is_frame(node)) {
        frame = arena_allocate(&merge->arena, sizeof *frame);
        if (!frame || !(frame->original = copy_tree_whole(node, NULL, &merge->arena))) return error_set_memory(error);
        frame->next = merge->frames;
        merge->frames = frame;
    }
    struct vot_node *copy = copy_tree_whole(node, parent, &merge->arena);
    if (!copy) return error_set_memory(error);
    for (const struct vot_node *inner = copy; inner; inner = vot_next_node(inner, copy))
        if (!merge_adopt(input, (struct vot_node *)inner, inner == copy, &merge->arena, error)) return false;
    if (frame) frame->id = vot_attribute(copy, "ID");
    return true;
}

static bool take_description(struct merge *merge, const struct vot_node *root, const struct vot_node *node,
                             struct merge_input *input, struct error *error) {
    if (!merge->description) {
        struct vot_node around = {.element = VOT_VOTABLE};
        if (!take_node(merge, node, &around, input, error)) return false;
        merge->description = around.first_child;
        merge->description->parent = &merge->head;
        return true;
    }
    struct arena room = {0};
    struct slice kept = slice_trim(vot_node_text(merge->description, &room));
    struct slice own = slice_trim(vot_node_text(node, &room));
    const struct vot_node *resource = vot_first_resource(root);
    input->moves_description = !slice_equal(kept, own) && resource && !vot_child(resource, VOT_DESCRIPTION);
    arena_free(&room);
    return true;
}

static bool take_definitions(struct merge *merge, const struct vot_node *node, const struct merge_input *input,
                             struct error *error) {
    if (!merge->definitions) {
        struct vot_node *copy = arena_allocate(&merge->arena, sizeof *copy);
        if (!copy) return error_set_memory(error);
        copy->element = VOT_DEFINITIONS;
        copy->name = SLICE("DEFINITIONS");
        copy->parent = &merge->head;
        merge->definitions = copy;
    }
    for (const struct vot_node *child = node->first_child; child; child = child->next)
        if (!take_node(merge, child, merge->definitions, input, error)) return false;
    return true;
}

static bool take_children(struct merge *merge, const struct vot_node *root, struct merge_input *input,
                          struct error *error) {
    for (const struct vot_node *child = root->first_child; child; child = child->next) {
        bool is_behind = child->element == VOT_INFO && input->resources > 0, done = true;
        if (child->element == VOT_RESOURCE)
            input->resources++;
        else if (child->element == VOT_DESCRIPTION)
            done = take_description(merge, root, child, input, error);
        else if (child->element == VOT_DEFINITIONS)
            done = take_definitions(merge, child, input, error);
        else
            done = take_node(merge, child, is_behind ? &merge->tail : &merge->head, input, error);
        if (!done) return false;
    }
    return true;
}

/* A prefix that the document declares: the whole's own, or one that means something else there. */
static bool take_space(struct merge *merge, const struct vot_attribute *attribute, struct merge_input *input) {
    bool is_new;
    struct text_entry *entry = text_map_add(&merge->spaces, attribute->name, &is_new);
    if (!entry) return false;
    if (is_new) {
        entry->value = text_map_copy(&merge->spaces, attribute->value);
        return entry->value.text && copy_set_attribute(&merge->root, entry->text, entry->value, &merge->arena);
    }
    if (slice_equal(entry->value, attribute->value)) return true;
    struct text_entry *other = text_map_add(&input->spaces, attribute->name, &is_new);
    return other && (other->value = text_map_copy(&input->spaces, attribute->value)).text;
}

/* Attributes of VOTABLE: all prefixes, anything else from the first document. */
static bool take_attributes(struct merge *merge, const struct vot_node *root, bool is_first,
                            struct merge_input *input) {
    input->has_prefix = vot_local_name(root->name).length < root->name.length;
    input->default_space = SLICE("");
    for (size_t i = 0; i < root->attribute_count; i++) {
        const struct vot_attribute *attribute = &root->attributes[i];
        bool done = true;
        if (slice_equal(attribute->name, SLICE("xmlns"))) {
            input->default_space = text_map_copy(&input->spaces, attribute->value);
            done = input->default_space.text;
        } else if (attribute->name.length > 6 && memcmp(attribute->name.text, "xmlns:", 6) == 0) {
            done = take_space(merge, attribute, input);
        } else if (is_first && !slice_equal_nocase(attribute->name, SLICE("version"))) {
            struct slice name = arena_copy(&merge->arena, attribute->name);
            struct slice value = arena_copy(&merge->arena, attribute->value);
            done = name.text && value.text && copy_set_attribute(&merge->root, name, value, &merge->arena);
        }
        if (!done) return false;
    }
    return true;
}

static bool has_binary2(const struct vot_node *root) {
    for (const struct vot_node *node = root; node; node = vot_next_node(node, root))
        if (node->table && node->table->serialization == VOT_BINARY2) return true;
    return false;
}

static void take_version(struct merge *merge, const struct vot_node *root) {
    const struct root_version *version = root_version(root, has_binary2(root));
    if (!merge->version) merge->schema_space = version->space;
    if (!merge->version || strcmp(version->version.text, merge->version->version.text) > 0) merge->version = version;
}

bool merge_add(struct merge *merge, const struct vot_node *root, struct merge_input *input, struct error *error) {
    bool is_first = !merge->version;
    merge->root.element = merge->head.element = merge->tail.element = VOT_VOTABLE;
    merge->root.name = SLICE("VOTABLE");
    take_version(merge, root);
    for (const struct vot_node *node = root; node; node = vot_next_node(node, root))
        input->tables += node->element == VOT_TABLE;
    if (!take_attributes(merge, root, is_first, input) || !take_frames(merge, root, input))
        return error_set_memory(error);
    return merge_name_ids(&merge->ids, root, is_first, input, error) && take_children(merge, root, input, error);
}

/* The root as it is written, with the version and namespace of the whole; schemas of another one are left out. */
static bool finish_root(struct merge *merge, bool needs_binary2, struct vot_node *root) {
    const struct root_version *version = merge->version;
    struct vot_node none = {0};
    if (needs_binary2 && !version->has_binary2) version = root_version(&none, true);
    *root = merge->root;
    root->attributes = NULL;
    root->attribute_count = 0;
    if (!copy_set_attribute(root, SLICE("version"), version->version, &merge->arena)) return false;
    if (version->space.length && !copy_set_attribute(root, SLICE("xmlns"), version->space, &merge->arena)) return false;
    for (size_t i = 0; i < merge->root.attribute_count; i++) {
        const struct vot_attribute *attribute = &merge->root.attributes[i];
        if (root_names_schema(attribute->name) && !slice_equal(merge->schema_space, version->space)) continue;
        if (!copy_set_attribute(root, attribute->name, attribute->value, &merge->arena)) return false;
    }
    return true;
}

static bool replay_children(const struct vot_node *parent, struct sink *sink, struct error *error) {
    for (const struct vot_node *child = parent->first_child; child; child = child->next)
        if (!sink_replay(sink, child, NULL, NULL, error)) return false;
    return true;
}

bool merge_write_head(struct merge *merge, bool needs_binary2, struct sink *sink, struct error *error) {
    struct vot_node root;
    if (!finish_root(merge, needs_binary2, &root)) return error_set_memory(error);
    return sink_start(sink, &root, error) &&
           (!merge->description || sink_replay(sink, merge->description, NULL, NULL, error)) &&
           (!merge->definitions || sink_replay(sink, merge->definitions, NULL, NULL, error)) &&
           replay_children(&merge->head, sink, error);
}

bool merge_write_tail(struct merge *merge, struct sink *sink, struct error *error) {
    return replay_children(&merge->tail, sink, error) && sink_finish(sink, &merge->root, error) &&
           sink_end(sink, error);
}

void merge_input_free(struct merge_input *input) {
    text_map_free(&input->renamed);
    text_map_free(&input->spaces);
}

void merge_free(struct merge *merge) {
    text_map_free(&merge->ids);
    text_map_free(&merge->spaces);
    arena_free(&merge->arena);
}
