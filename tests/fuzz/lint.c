/* lint.c - libFuzzer target: a document is checked with the fast lane and without; the verdict must be the same, and
 * what the reader refuses must not be valid. `make fuzz` runs it over the golden inputs for FUZZ_SECONDS (60). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "lint/lint.h"
#include "votable/reader.h"

/* Of a document that fits into the memory it may have. */
static bool is_valid(const char *document) {
    struct error error = {0};
    struct output *output = output_open_nowhere(&error);
    bool valid = false;
    if (output && !lint_document(document, 0, output, &valid, &error)) valid = false;
    if (output) output_discard(output);
    error_clear(&error);
    return valid;
}

static bool is_read(const char *document) {
    struct error error = {0};
    struct vot_reader *reader = vot_open(document, &error);
    enum vot_event event = VOT_ERROR;
    while (reader && (event = vot_next(reader, &error)) > VOT_END) continue;
    vot_close(reader);
    error_clear(&error);
    return event == VOT_END;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    /* An argument that starts with `<` is the document itself; it ends at its first NUL. */
    struct buffer text = {0};
    buffer_append_byte(&text, '<');
    buffer_append(&text, bytes, length);
    const char *document = buffer_string(&text);
    unsetenv("VOT_NO_LANE");
    bool by_lane = is_valid(document);
    setenv("VOT_NO_LANE", "1", 1);
    if (is_valid(document) != by_lane || (by_lane && !is_read(document) && !strstr(document, "href"))) {
        fprintf(stderr, "%s by the lane:\n%s\n", by_lane ? "valid" : "not valid", document);
        abort();
    }
    buffer_free(&text);
    return 0;
}
