/* join_names.c - see join_names.h. */
#include "table/join_names.h"

#include "base/buffer.h"
#include "votable/copy.h"

/* The entry of a name in any case; NULL: no memory, or, where it is not to be added, there is none. */
static struct text_entry *entry_of(struct join_names *names, struct slice name, bool is_to_be_added) {
    struct arena room = {0};
    struct slice copy = arena_copy(&room, name);
    struct text_entry *entry = NULL;
    bool is_new;
    for (size_t i = 0; copy.text && i < copy.length; i++)
        if (copy.text[i] >= 'A' && copy.text[i] <= 'Z') ((char *)copy.text)[i] += 'a' - 'A';
    if (copy.text)
        entry = is_to_be_added ? text_map_add(&names->used, copy, &is_new) : text_map_find(&names->used, copy);
    arena_free(&room);
    return entry;
}

/* `base` with the suffix once, and again as long as that is in use. */
static struct slice add_suffix(struct join_names *names, struct slice base, const char *suffix) {
    struct buffer name = {0};
    struct slice made = {NULL, 0};
    bool done = buffer_append_slice(&name, base);
    do done = done && buffer_append_string(&name, suffix);
    while (done && entry_of(names, buffer_slice(&name), false));
    if (done && entry_of(names, buffer_slice(&name), true)) made = arena_copy(names->arena, buffer_slice(&name));
    buffer_free(&name);
    return made;
}

bool join_names_part(struct join_names *names, struct vot_node *const tables[2]) {
    for (unsigned i = 0; i < 2; i++)
        for (const struct vot_node *field = vot_child(tables[i], VOT_FIELD); field;
             field = vot_sibling(field, VOT_FIELD)) {
            struct slice name = vot_attribute(field, "name");
            struct text_entry *entry = name.length ? entry_of(names, name, true) : NULL;
            if (name.length && !entry) return false;
            if (entry) entry->number |= 1u << i;
        }
    for (unsigned i = 0; i < 2; i++)
        for (const struct vot_node *field = vot_child(tables[i], VOT_FIELD); field;
             field = vot_sibling(field, VOT_FIELD)) {
            struct slice name = vot_attribute(field, "name");
            struct text_entry *entry = name.length ? entry_of(names, name, false) : NULL;
            if (!entry || entry->number != 3) continue;
            name = add_suffix(names, name, i == 0 ? "_1" : "_2");
            if (!name.text || !copy_set_attribute((struct vot_node *)field, SLICE("name"), name, names->arena))
                return false;
        }
    return true;
}

struct slice join_names_new(struct join_names *names, struct slice base) {
    if (entry_of(names, base, false)) return add_suffix(names, base, "_1");
    return entry_of(names, base, true) ? base : (struct slice){NULL, 0};
}

void join_names_free(struct join_names *names) {
    text_map_free(&names->used);
}
