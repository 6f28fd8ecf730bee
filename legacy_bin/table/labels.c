/* labels.c - see labels.h. */
#include "table/labels.h"

#include <stdlib.h>

#include "base/buffer.h"

static bool append_token(struct buffer *buffer, struct slice text) {
    text = slice_trim(text);
    for (size_t i = 0; i < text.length; i++) {
        if (byte_is_blank(text.text[i]) && byte_is_blank(text.text[i - 1])) continue;
        if (!buffer_append_byte(buffer, byte_is_blank(text.text[i]) ? ' ' : text.text[i])) return false;
    }
    return buffer->length > 0 || buffer_append_string(buffer, "col");
}

struct slice labels_add(struct labels *labels, struct slice wanted, struct error *error) {
    struct buffer name = {0};
    struct slice made = {NULL, 0};
    bool is_new = false, is_done = append_token(&name, wanted);
    size_t length = name.length;
    struct text_entry *entry = is_done ? text_map_add(&labels->taken, buffer_slice(&name), &is_new) : NULL;
    uint64_t serial = entry ? entry->number : 0;
    while (entry && !is_new) {
        name.length = length;
        serial = serial ? serial + 1 : 2;
        is_done = buffer_append_format(&name, "_%llu", (unsigned long long)serial);
        entry = is_done ? text_map_add(&labels->taken, buffer_slice(&name), &is_new) : NULL;
    }
    if (entry) made = entry->text;
    if (serial) /* where to go on with the next of that name */
        text_map_find(&labels->taken, (struct slice){name.bytes, length})->number = serial;
    buffer_free(&name);
    if (!made.text) error_set_memory(error);
    return made;
}

bool labels_make(struct labels *labels, const struct vot_table *table, struct error *error) {
    labels_free(labels);
    labels->names = calloc(table->field_count + 1, sizeof *labels->names);
    if (!labels->names) return error_set_memory(error);
    for (size_t i = 0; i < table->field_count; i++) {
        char room[32];
        labels->names[i] = labels_add(labels, vot_field_label(&table->fields[i], i, room), error);
        if (!labels->names[i].text) return false;
    }
    return true;
}

void labels_free(struct labels *labels) {
    free(labels->names);
    text_map_free(&labels->taken);
    *labels = (struct labels){0};
}
