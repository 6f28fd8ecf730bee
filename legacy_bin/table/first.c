/* first.c - the one table that single-table output is about. */
#include "table/first.h"

static const struct vot_node *root_of(const struct vot_node *node) {
    while (node->parent) node = node->parent;
    return node;
}

bool first_table_is(const struct vot_node *table_node) {
    return vot_first_table(root_of(table_node)) == table_node;
}

bool first_is_other_resource(const struct vot_node *node) {
    const struct vot_node *root = node->parent;
    return node->element == VOT_RESOURCE && root && !root->parent && vot_first_resource(root) != node;
}

void first_output_close(struct first_output *first) {
    if (first->waiting) output_discard(first->waiting);
    spool_close(first->spool);
    *first = (struct first_output){0};
}

void first_output_start(struct first_output *first, const struct vot_node *table_node) {
    if (first->waiting && first_table_is(table_node)) first_output_close(first);
}

bool first_output_only(struct first_output *first, const struct vot_node *node, struct error *error) {
    if (node->element == VOT_TABLE) first_output_start(first, node);
    return !first_is_other_resource(node) || error_set(error, "Error: multiple RESOURCES not supported");
}

struct output *first_output_rows(struct first_output *first, const struct vot_table *table, struct output *output,
                                 struct error *error) {
    const struct vot_node *resource = table->node->parent;
    first_output_close(first);
    first->is_begun = true;
    if (resource->parent == root_of(resource)) return output;
    first->spool = spool_open(error);
    first->waiting = first->spool ? output_open_spool(first->spool, error) : NULL;
    return first->waiting;
}

bool first_output_end(struct first_output *first, struct output *output, struct error *error) {
    if (!first->waiting) return true;
    bool done = output_commit(first->waiting, error);
    first->waiting = NULL;
    return done && spool_copy(first->spool, output, error);
}

const struct vot_table *first_table_data(const struct vot_node *root) {
    const struct vot_node *table = root ? vot_first_table(root) : NULL;
    const struct vot_node *data = table ? vot_child(table, VOT_DATA) : NULL;
    for (const struct vot_node *child = data ? data->first_child : NULL; child; child = child->next)
        if (child->table) return child->table;
    return NULL;
}
