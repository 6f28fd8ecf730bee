/* annotation.c - see annotation.h. */
#include "votable/annotation.h"

#include "base/text_map.h"
#include "votable/copy.h"

struct mending {
    const struct annotation_loss *loss;
    struct arena *arena;
    struct text_map ids; /* every dmid; number 1: still there */
    bool has_lost_id;    /* since the last round */
    bool has_failed;     /* no memory */
};

bool annotation_is(const struct vot_node *node) {
    return node->element == VOT_OTHER && slice_equal(vot_local_name(node->name), SLICE("VODML"));
}

static bool is_named(const struct vot_node *node, const char *name) {
    return slice_equal(vot_local_name(node->name), slice_of(name));
}

/* Index of an attribute; attribute_count: there is none. */
static size_t find(const struct vot_node *node, const char *name) {
    size_t index = 0;
    while (index < node->attribute_count && !slice_equal(node->attributes[index].name, slice_of(name))) index++;
    return index;
}

static struct slice value_of(const struct vot_node *node, const char *name) {
    size_t index = find(node, name);
    return index < node->attribute_count ? node->attributes[index].value : (struct slice){NULL, 0};
}

static bool note_ids(struct mending *mending, const struct vot_node *top) {
    bool is_new;
    for (const struct vot_node *node = top; node; node = vot_next_node(node, top)) {
        struct slice id = value_of(node, "dmid");
        struct text_entry *entry = id.length ? text_map_add(&mending->ids, id, &is_new) : NULL;
        if (id.length && !entry) return false;
        if (entry) entry->number = 1;
    }
    return true;
}

static void lose_ids(struct mending *mending, const struct vot_node *top) {
    for (const struct vot_node *node = top; node; node = vot_next_node(node, top)) {
        struct slice id = value_of(node, "dmid");
        struct text_entry *entry = id.length ? text_map_find(&mending->ids, id) : NULL;
        if (!entry) continue;
        entry->number = 0;
        mending->has_lost_id = true;
    }
}

static bool is_lost_id(const struct mending *mending, struct slice id) {
    const struct text_entry *entry = id.length ? text_map_find(&mending->ids, id) : NULL;
    return entry && entry->number == 0;
}

static bool is_lost_table(const struct mending *mending, struct slice reference) {
    return reference.length && mending->loss->has_table && mending->loss->has_table(mending->loss->context, reference);
}

static bool is_lost_column(const struct mending *mending, const struct vot_node *templates, struct slice reference) {
    const struct annotation_loss *loss = mending->loss;
    return reference.length && loss->has_column && loss->has_column(loss->context, templates, reference);
}

/* Whether an element refers to what is lost. An ATTRIBUTE with a value may then lose its reference instead. */
static bool is_lost(struct mending *mending, const struct vot_node *templates, struct vot_node *node) {
    struct slice source = value_of(node, "sourceref");
    if (is_lost_table(mending, value_of(node, "tableref")) || is_lost_table(mending, source) ||
        is_lost_id(mending, source) || is_lost_id(mending, value_of(node, "dmref")) ||
        is_lost_column(mending, templates, value_of(node, "primarykey")) ||
        is_lost_column(mending, templates, value_of(node, "foreignkey")))
        return true;
    if (!is_lost_column(mending, templates, value_of(node, "ref"))) return false;
    if (!is_named(node, "ATTRIBUTE") || value_of(node, "value").length == 0) return true;
    mending->has_failed |= !copy_drop_attribute(node, find(node, "ref"), mending->arena);
    return false;
}

/* false: the node goes. */
static bool prune(struct mending *mending, const struct vot_node *templates, struct vot_node *node) {
    struct vot_node **link = &node->first_child;
    bool has_removed = false, must_go = false, has_content = false;
    if (is_named(node, "TEMPLATES")) templates = node;
    if (is_lost(mending, templates, node)) return false;
    node->last_child = NULL;
    for (struct vot_node *child = node->first_child; child; child = child->next) {
        if (child->element != VOT_TEXT_NODE && !prune(mending, templates, child)) {
            *link = child->next;
            has_removed = true;
            must_go = must_go || is_named(child, "WHERE") || is_named(child, "FOREIGN_KEY");
            lose_ids(mending, child);
            continue;
        }
        has_content = has_content || child->element != VOT_TEXT_NODE;
        link = &child->next;
        node->last_child = child;
    }
    return !has_removed || (has_content && !must_go);
}

bool annotation_mend(struct vot_node *vodml, const struct annotation_loss *loss, struct arena *arena) {
    struct mending mending = {.loss = loss, .arena = arena};
    bool is_done = note_ids(&mending, vodml);
    do {
        mending.has_lost_id = false;
        if (is_done) prune(&mending, NULL, vodml);
    } while (is_done && mending.has_lost_id);
    text_map_free(&mending.ids);
    return is_done && !mending.has_failed;
}
