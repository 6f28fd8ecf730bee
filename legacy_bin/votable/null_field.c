/* null_field.c - see null_field.h. */
#include "votable/null_field.h"

#include <stdlib.h>

#include "base/number.h"

static bool replay_children(struct sink *xml, const struct vot_node *node, struct error *error) {
    for (const struct vot_node *child = node->first_child; child; child = child->next)
        if (!sink_replay(xml, child, NULL, NULL, error)) return false;
    return true;
}

/* A VALUES element like `old` (NULL: a new one) that says which value is null. */
static bool replay_values(struct sink *xml, const struct vot_node *field, const struct vot_node *old, int64_t null,
                          struct error *error) {
    char text[NUMBER_ROOM];
    size_t count = old ? old->attribute_count : 0;
    struct vot_attribute *attributes = calloc(count + 1, sizeof *attributes);
    struct buffer name = {0};
    if (!attributes) return error_set_memory(error);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!slice_equal_nocase(vot_local_name(old->attributes[i].name), SLICE("null")))
            attributes[kept++] = old->attributes[i];
    attributes[kept++] = (struct vot_attribute){SLICE("null"), {text, number_write_integer(text, null)}};
    struct vot_node values = {.element = VOT_VALUES,
                              .name = vot_name_like(&name, field, "VALUES"),
                              .attributes = attributes,
                              .attribute_count = kept};
    bool is_done = (!name.is_incomplete || error_set_memory(error)) && sink_start(xml, &values, error) &&
                   (!old || replay_children(xml, old, error)) && sink_finish(xml, &values, error);
    buffer_free(&name);
    free(attributes);
    return is_done;
}

/* VALUES stand between DESCRIPTION and LINK. */
bool null_field_replay(struct sink *xml, const struct vot_node *field, int64_t null, struct error *error) {
    const struct vot_node *values = vot_child(field, VOT_VALUES);
    bool is_said = false;
    if (!sink_start(xml, field, error)) return false;
    for (const struct vot_node *child = field->first_child; child; child = child->next) {
        bool is_place = values ? child == values : child->element == VOT_LINK;
        if (is_place && !is_said) {
            if (!replay_values(xml, field, values, null, error)) return false;
            is_said = true;
            if (child == values) continue;
        }
        if (!sink_replay(xml, child, NULL, NULL, error)) return false;
    }
    return (is_said || replay_values(xml, field, NULL, null, error)) && sink_finish(xml, field, error);
}
