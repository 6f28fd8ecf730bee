/* reader.c - libFuzzer target: a document read by both lanes must give the same events, rows and error.
 * `make fuzz` runs it over the golden inputs for FUZZ_SECONDS (60). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "votable/reader.h"

/* All that a reader tells of a document, as text. */
static void write_down(const char *document, struct buffer *told) {
    struct error error = {0};
    struct buffer room = {0};
    struct vot_reader *reader = vot_open(document, &error);
    enum vot_event event = VOT_ERROR;
    while (reader && (event = vot_next(reader, &error)) > VOT_END) {
        const struct vot_node *node = vot_node(reader);
        if (event != VOT_ROW) {
            buffer_append_format(told, "%d %d @%lu ", event, (int)node->element, node->line);
            buffer_append_slice(told, event == VOT_TEXT_RUN ? node->text : node->name);
            for (size_t i = 0; i < node->attribute_count; i++) buffer_append_slice(told, node->attributes[i].value);
        } else {
            const struct vot_table *table = vot_current_table(reader);
            const struct vot_row *row = vot_current_row(reader);
            for (size_t i = 0; i < row->count; i++) {
                buffer_append_format(told, " %d:", (int)row->cells[i].form);
                buffer_append_slice(told, vot_cell_text(&table->fields[i], &row->cells[i], &room));
            }
        }
        buffer_append_byte(told, '\n');
    }
    buffer_append_format(told, "end %d %s\n", event, error.text ? error.text : "");
    vot_close(reader);
    buffer_free(&room);
    error_clear(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    /* An argument that starts with `<` is the document itself; it ends at its first NUL. */
    struct buffer document = {0};
    buffer_append_byte(&document, '<');
    buffer_append(&document, bytes, length);
    struct buffer lane = {0}, oracle = {0};
    unsetenv("VOT_NO_LANE");
    write_down(buffer_string(&document), &lane);
    setenv("VOT_NO_LANE", "1", 1);
    write_down(buffer_string(&document), &oracle);
    if (!slice_equal(buffer_slice(&lane), buffer_slice(&oracle))) {
        fprintf(stderr, "lane:\n%.*s\noracle:\n%.*s\n", (int)lane.length, lane.bytes, (int)oracle.length, oracle.bytes);
        abort();
    }
    buffer_free(&document);
    buffer_free(&lane);
    buffer_free(&oracle);
    return 0;
}
