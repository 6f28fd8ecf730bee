/* join_input.c - see join_input.h. */
#include "table/join_input.h"

#include "io/reference.h"
#include "table/first.h"

/* The argument, unless it is a document itself. */
static const char *shown(const char *argument) {
    const char *name = reference_shown(argument);
    return slice_trim(slice_of(name)).text[0] == '<' ? "XML text" : name;
}

static bool find_table(struct join_input *input, const struct vot_table *with_rows, struct error *error) {
    const struct vot_node *node = vot_root(input->reader) ? vot_first_table(vot_root(input->reader)) : NULL;
    input->table = with_rows;
    if (node && !with_rows) input->table = vot_table_parse(node, VOT_OTHER, vot_arena(input->reader), error);
    if (node && !input->table) return error_set_memory(error);
    input->rows = with_rows ? with_rows->rows : 0;
    return true;
}

bool join_input_read(struct join_input *input, struct error *error) {
    input->name = shown(input->again.argument);
    input->ordinal = SIZE_MAX;
    input->reader = again_read_first(&input->again, error);
    if (!input->reader) return false;
    enum vot_event event;
    const struct vot_table *first = NULL;
    for (size_t ordinal = 0; (event = vot_next(input->reader, error)) != VOT_END;) {
        if (event == VOT_ROWS) {
            const struct vot_table *table = vot_current_table(input->reader);
            if (first_table_is(table->node)) {
                first = table;
                input->ordinal = ordinal;
            }
            ordinal++;
            event = vot_skip_rows(input->reader, error);
        }
        if (event == VOT_ERROR) return false;
    }
    again_close(&input->again);
    if (first && !first_table_is(first->node)) { /* the RESOURCE around its own has one without rows */
        first = NULL;
        input->ordinal = SIZE_MAX;
    }
    return find_table(input, first, error);
}

void join_input_close(struct join_input *input) {
    vot_close(input->reader);
    again_close(&input->again);
    input->reader = NULL;
}

bool join_rows_open(struct join_rows *rows, struct join_input *input, struct error *error) {
    *rows = (struct join_rows){.input = input};
    if (input->ordinal == SIZE_MAX) return true;
    rows->reader = again_read(&input->again, error);
    if (!rows->reader) return false;
    for (size_t ordinal = 0;; ordinal++) {
        enum vot_event event;
        do event = vot_next(rows->reader, error);
        while (event > VOT_END && event != VOT_ROWS);
        if (event == VOT_ERROR) return false;
        if (event == VOT_END) return error_set(error, "Error: '%s' changed while it was read", input->name);
        if (ordinal == input->ordinal) break;
        if (vot_skip_rows(rows->reader, error) != VOT_ROWS_END) return false;
    }
    if (vot_current_table(rows->reader)->field_count == input->table->field_count) return true;
    return error_set(error, "Error: '%s' changed while it was read", input->name);
}

const struct vot_row *join_rows_next(struct join_rows *rows, struct error *error) {
    enum vot_event event = rows->reader ? vot_next(rows->reader, error) : VOT_ROWS_END;
    bool is_row = event == VOT_ROW;
    if (event == VOT_ERROR) return NULL;
    if (is_row ? rows->number == rows->input->rows : rows->number < rows->input->rows) {
        error_set(error, "Error: '%s' changed while it was read", rows->input->name);
        return NULL;
    }
    rows->number += is_row;
    return is_row ? vot_current_row(rows->reader) : NULL;
}

void join_rows_close(struct join_rows *rows) {
    vot_close(rows->reader);
    rows->reader = NULL;
}
