/* base64.c - any text decoded as a whole, in pieces and line by line gives the same bytes or the same error; any bytes
 * encoded decode to themselves. */
#include "votable/base64.h"
#include "fuzz.h"

static struct base64_decoder decoder;

/* In pieces of `piece` characters; `by_lines`: what is easy in one go first, as the reader does. */
static bool decode(struct slice text, size_t piece, bool by_lines, struct buffer *decoded, struct error *error) {
    base64_start(&decoder);
    bool done = true;
    while (done && text.length > 0) {
        struct slice part = {text.text, piece < text.length ? piece : text.length};
        text.text += part.length;
        text.length -= part.length;
        size_t length = 0;
        unsigned long lines = 0;
        char *room = buffer_reserve(decoded, part.length + 3 + BASE64_SLACK);
        hold(room != NULL, "there is memory");
        if (by_lines) {
            decoded->length += base64_decode_lines(&decoder, &part, room, &lines);
            room = buffer_reserve(decoded, part.length + 3 + BASE64_SLACK);
            hold(room != NULL, "there is memory");
        }
        done = base64_decode(&decoder, part, room, &length, error);
        hold(length <= part.length / 4 * 3 + 3, "no more bytes than the text is worth");
        decoded->length += length;
    }
    return done && base64_finish(&decoder, error);
}

static void encode(struct slice bytes, struct buffer *text) {
    static struct base64_encoder encoder;
    struct error error = {0};
    struct spool *spool = spool_open(&error);
    struct output *output = spool ? output_open_spool(spool, &error) : NULL;
    hold(output != NULL, "there is memory");
    base64_begin(&encoder, output);
    base64_write(&encoder, bytes.text, bytes.length / 3);
    base64_write(&encoder, bytes.text + bytes.length / 3, bytes.length - bytes.length / 3);
    base64_end(&encoder);
    hold(output_commit(output, &error), "it is written");
    take_spool(spool, text);
    spool_close(spool);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct slice input = {(const char *)bytes, length};
    struct buffer whole = {0}, pieces = {0}, lines = {0}, text = {0}, again = {0};
    struct error error = {0}, error_pieces = {0}, error_lines = {0};
    bool done = decode(input, SIZE_MAX, false, &whole, &error);
    hold(decode(input, 7, false, &pieces, &error_pieces) == done, "pieces are as good as the whole");
    hold(decode(input, 97, true, &lines, &error_lines) == done, "lines are as good as the whole");
    hold_equal(buffer_slice(&whole), buffer_slice(&pieces), "as a whole and in pieces");
    if (done) hold_equal(buffer_slice(&whole), buffer_slice(&lines), "as a whole and by lines");
    if (!done) hold_equal(slice_of(error.text), slice_of(error_pieces.text), "the complaints");
    error_clear(&error);
    error_clear(&error_pieces);
    error_clear(&error_lines);

    encode(input, &text);
    hold(decode(buffer_slice(&text), 1000, true, &again, &error), "what was encoded can be decoded");
    hold_equal(buffer_slice(&again), input, "encoded and decoded");
    struct buffer *const all[] = {&whole, &pieces, &lines, &text, &again};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) buffer_free(all[i]);
    return 0;
}
