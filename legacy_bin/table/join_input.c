/* join_input.c - see join_input.h. */
#include "table/join_input.h"

#include "io/reference.h"
#include "table/first.h"

/* The argument, unless it is a document itself. */
static const char *shown(const char *argument) {
    const char *name = reference_shown(argument);
    return slice_trim(slice_of(name)).text[0] == '<' ? "XML text" : name;
}

static bool is_of_outer_resource(const struct vot_table *table) {
    const struct vot_node *resource = table->node->parent;
    return resource->parent && !resource->parent->parent;
}

/* The whole document has been read; `first` had rows when they came. */
static bool finish(struct join_input *input, const struct vot_table *first, struct error *error) {
    const struct vot_node *node = vot_root(input->tree) ? vot_first_table(vot_root(input->tree)) : NULL;
    again_close(&input->again);
    input->is_known = true;
    if (first && first->node == node) {
        input->table = first;
        input->rows = first->rows;
        return true;
    }
    input->ordinal = SIZE_MAX; /* the RESOURCE around its own has one without rows */
    if (node) input->table = vot_table_parse(node, VOT_OTHER, vot_arena(input->tree), error);
    return !node || input->table || error_set_memory(error);
}

bool join_input_open(struct join_input *input, const char *argument, struct error *error) {
    input->name = shown(argument);
    input->ordinal = SIZE_MAX;
    input->again = (struct again){.argument = argument, .spool = spool_open(error)};
    input->tree = input->again.spool ? again_read_first(&input->again, error) : NULL;
    if (!input->tree) return false;
    enum vot_event event;
    const struct vot_table *first = NULL;
    for (size_t ordinal = 0; (event = vot_next(input->tree, error)) != VOT_END;) {
        if (event == VOT_ROWS) {
            const struct vot_table *table = vot_current_table(input->tree);
            if (first_table_is(table->node)) {
                first = table;
                input->ordinal = ordinal;
                if (is_of_outer_resource(table)) {
                    input->table = table;
                    input->reader = input->tree;
                    return true;
                }
            }
            ordinal++;
            event = vot_skip_rows(input->tree, error);
        }
        if (event == VOT_ERROR) return false;
    }
    return finish(input, first, error);
}

static bool set_changed(const struct join_input *input, struct error *error) {
    return error_set(error, "Error: '%s' changed while it was read", input->name);
}

static void close_reader(struct join_input *input) {
    if (input->reader != input->tree) vot_close(input->reader);
    input->reader = NULL;
}

bool join_input_start(struct join_input *input, struct error *error) {
    if (!input->is_known || input->ordinal == SIZE_MAX) return true;
    close_reader(input);
    input->number = 0;
    input->reader = again_read(&input->again, error);
    if (!input->reader) return false;
    for (size_t ordinal = 0;; ordinal++) {
        enum vot_event event;
        do event = vot_next(input->reader, error);
        while (event > VOT_END && event != VOT_ROWS);
        if (event == VOT_ERROR) return false;
        if (event == VOT_END) return set_changed(input, error);
        if (ordinal == input->ordinal) break;
        if (vot_skip_rows(input->reader, error) != VOT_ROWS_END) return false;
    }
    return vot_current_table(input->reader)->field_count == input->table->field_count || set_changed(input, error);
}

/* The rows are over. The first time the rest of the document is read, too. */
static bool end(struct join_input *input, struct error *error) {
    if (input->is_known) {
        close_reader(input);
        return input->number == input->rows || set_changed(input, error);
    }
    for (enum vot_event event; (event = vot_next(input->tree, error)) != VOT_END;) {
        if (event == VOT_ROWS) event = vot_skip_rows(input->tree, error);
        if (event == VOT_ERROR) return false;
    }
    close_reader(input);
    return finish(input, input->table, error);
}

const struct vot_row *join_input_next(struct join_input *input, struct error *error) {
    if (!input->reader) return NULL;
    enum vot_event event = vot_next(input->reader, error);
    if (event == VOT_ROW && input->is_known && input->number == input->rows) {
        set_changed(input, error);
        return NULL;
    }
    if (event == VOT_ROW) {
        input->number++;
        return vot_current_row(input->reader);
    }
    if (event == VOT_ROWS_END) end(input, error);
    return NULL;
}

void join_input_close(struct join_input *input) {
    close_reader(input);
    vot_close(input->tree);
    again_close(&input->again);
    spool_close(input->again.spool);
}
