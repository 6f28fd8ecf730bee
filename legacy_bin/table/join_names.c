/* join_names.c - see join_names.h. */
#include "table/join_names.h"

#include "base/buffer.h"
#include "votable/copy.h"

/* The entry of a name in any case, which is in use from now on; NULL: no memory. */
static struct text_entry *entry_of(struct join_names *names, struct slice name, bool *is_new) {
    struct arena room = {0};
    struct slice copy = arena_copy(&room, name);
    struct text_entry *entry = NULL;
    for (size_t i = 0; copy.text && i < copy.length; i++)
        if (copy.text[i] >= 'A' && copy.text[i] <= 'Z') ((char *)copy.text)[i] += 'a' - 'A';
    if (copy.text) entry = text_map_add(&names->used, copy, is_new);
    arena_free(&room);
    return entry;
}

/* `base` with the suffix once, and again as long as that is in use. */
static struct slice add_suffix(struct join_names *names, struct slice base, const char *suffix) {
    struct buffer name = {0};
    struct slice made = {NULL, 0};
    bool is_new = false, done = buffer_append_slice(&name, base);
    while (done && !is_new) done = buffer_append_string(&name, suffix) && entry_of(names, buffer_slice(&name), &is_new);
    if (done) made = arena_copy(names->arena, buffer_slice(&name));
    buffer_free(&name);
    return made;
}

bool join_names_part(struct join_names *names, struct vot_node *const tables[2]) {
    bool is_new;
    for (unsigned i = 0; i < 2; i++)
        for (const struct vot_node *field = vot_child(tables[i], VOT_FIELD); field;
             field = vot_sibling(field, VOT_FIELD)) {
            struct slice name = vot_attribute(field, "name");
            struct text_entry *entry = name.length ? entry_of(names, name, &is_new) : NULL;
            if (name.length && !entry) return false;
            if (entry) entry->number |= 1u << i;
        }
    for (unsigned i = 0; i < 2; i++)
        for (const struct vot_node *field = vot_child(tables[i], VOT_FIELD); field;
             field = vot_sibling(field, VOT_FIELD)) {
            struct slice name = vot_attribute(field, "name");
            struct text_entry *entry = name.length ? entry_of(names, name, &is_new) : NULL;
            if (name.length && !entry) return false;
            if (!entry || entry->number != 3) continue;
            name = add_suffix(names, name, i == 0 ? "_1" : "_2");
            if (!name.text || !copy_set_attribute((struct vot_node *)field, SLICE("name"), name, names->arena))
                return false;
        }
    return true;
}

struct slice join_names_new(struct join_names *names, struct slice base) {
    bool is_new;
    if (!entry_of(names, base, &is_new)) return (struct slice){NULL, 0};
    return is_new ? base : add_suffix(names, base, "_1");
}

void join_names_free(struct join_names *names) {
    text_map_free(&names->used);
}
