/* fuzz.h - what the libFuzzer targets share. Each asserts what must hold whatever the bytes are; that it survives them
 * is the least. `make fuzz` runs each over tests/fuzz/corpus/NAME for FUZZ_SECONDS (60), `make test` for a few. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/bytes.h"
#include "io/spool.h"
#include "votable/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Bytes in memory, given out in pieces of `piece` (0: as many as are wanted). */
struct memory {
    struct slice rest;
    size_t piece;
};

static inline ptrdiff_t memory_read(void *context, void *bytes, size_t room, struct error *error) {
    struct memory *memory = context;
    (void)error;
    if (memory->piece && room > memory->piece) room = memory->piece;
    if (room > memory->rest.length) room = memory->rest.length;
    if (room == 0) return 0;
    memcpy(bytes, memory->rest.text, room);
    memory->rest.text += room;
    memory->rest.length -= room;
    return (ptrdiff_t)room;
}

static inline struct byte_reader memory_reader(struct memory *memory) {
    return (struct byte_reader){memory_read, memory};
}

static inline void hold(bool condition, const char *what) {
    if (condition) return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static inline void hold_equal(struct slice a, struct slice b, const char *what) {
    if (slice_equal(a, b)) return;
    fprintf(stderr, "%s:\n%.*s\nand\n%.*s\n", what, (int)a.length, a.text, (int)b.length, b.text);
    abort();
}

/* What somebody has written to a spool. */
static inline void take_spool(struct spool *spool, struct buffer *taken) {
    struct error error = {0};
    size_t length = spool_length(spool);
    char *room = buffer_reserve(taken, length + 1);
    hold(room && spool_read_at(spool, 0, room, length, &error), "a spool gives back what it got");
    taken->length += length;
}

/* All that a reader tells of a document, as text; `rows_only`: nothing but the text of cells. */
static inline void tell_document(struct slice document, size_t piece, bool rows_only, struct buffer *told) {
    struct memory memory = {document, piece};
    struct error error = {0};
    struct buffer room = {0};
    struct vot_reader *reader = vot_open_bytes(memory_reader(&memory), NULL, &error);
    enum vot_event event = VOT_ERROR;
    while (reader && (event = vot_next(reader, &error)) > VOT_END) {
        const struct vot_node *node = vot_node(reader);
        if (event == VOT_ROW) {
            const struct vot_table *table = vot_current_table(reader);
            const struct vot_row *row = vot_current_row(reader);
            for (size_t i = 0; i < row->count; i++) {
                if (!rows_only) buffer_append_format(told, " %d:", (int)row->cells[i].form);
                buffer_append_slice(told, vot_cell_text(&table->fields[i], &row->cells[i], &room));
                buffer_append_byte(told, '|');
            }
            buffer_append_byte(told, '\n');
        } else if (!rows_only) {
            buffer_append_format(told, "%d %d @%lu ", event, (int)node->element, node->line);
            buffer_append_slice(told, event == VOT_TEXT_RUN ? node->text : node->name);
            for (size_t i = 0; i < node->attribute_count; i++) buffer_append_slice(told, node->attributes[i].value);
            buffer_append_byte(told, '\n');
        }
    }
    buffer_append_format(told, "end %d %s\n", event, error.text && !rows_only ? error.text : "");
    vot_close(reader);
    buffer_free(&room);
    error_clear(&error);
}

#endif
