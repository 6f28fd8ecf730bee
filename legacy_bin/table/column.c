/* column.c - see column.h. */
#include "table/column.h"

static bool matches(const struct vot_node *field, const char *attribute, const char *wanted) {
    struct slice value = vot_attribute(field, attribute);
    return wanted && value.text && slice_equal_nocase(value, slice_of(wanted));
}

bool column_find(const struct vot_node *table, const char *name, const char *id, const char *ucd, size_t *column) {
    *column = 0;
    for (const struct vot_node *field = vot_child(vot_structure(table), VOT_FIELD); field;
         field = vot_sibling(field, VOT_FIELD)) {
        if (matches(field, "name", name) || matches(field, "ID", id) || matches(field, "ucd", ucd)) return true;
        ++*column;
    }
    return false;
}
