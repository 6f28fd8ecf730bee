/* reader.c - a document read by both lanes, in pieces or not, must give the same events, rows and error. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct slice document = {(const char *)bytes, length};
    struct buffer lane = {0}, pieces = {0}, oracle = {0};
    unsetenv("VOT_NO_LANE");
    tell_document(document, 0, false, &lane);
    tell_document(document, 61, false, &pieces);
    setenv("VOT_NO_LANE", "1", 1);
    tell_document(document, 0, false, &oracle);
    hold_equal(buffer_slice(&lane), buffer_slice(&oracle), "the lane and expat");
    hold_equal(buffer_slice(&lane), buffer_slice(&pieces), "as a whole and in pieces");
    buffer_free(&lane);
    buffer_free(&pieces);
    buffer_free(&oracle);
    return 0;
}
