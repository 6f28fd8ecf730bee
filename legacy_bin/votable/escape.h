/* escape.h - text as XML content: escaped where it must be, so that a parser gives back the same.
 * XML 1.0, sections 2.2 (characters), 2.4 (character data), 2.11 (line ends), 3.3.3 (attributes).
 * Characters that XML has no way to write become U+FFFD. */
#ifndef VOTABLE_ESCAPE_H
#define VOTABLE_ESCAPE_H

#include "base/block.h"
#include "io/output.h"

void escape_text(struct output *output, struct slice text);
/* As a CDATA section (more than one, where the text holds `]]>`). */
void escape_cdata(struct output *output, struct slice text);
/* A blank, name="value". */
void escape_attribute(struct output *output, struct slice name, struct slice value);

/* The same as escape_text() for text with BLOCK_SIZE readable bytes behind it; quick where nothing is to escape. */
static inline void escape_cell(struct output *output, struct slice text) {
    if (text.length > OUTPUT_ROOM - BLOCK_SIZE) {
        escape_text(output, text);
        return;
    }
    char *to = output_reserve(output, text.length + BLOCK_SIZE);
    block seen = {0};
    for (size_t at = 0; at < text.length; at += BLOCK_SIZE) {
        block bytes = block_load(text.text + at);
        block_store(to + at, bytes);
        /* `<` and `>` differ in one bit */
        bytes = block_equal(bytes, block_of('&')) | block_equal(bytes | block_of('<' ^ '>'), block_of('>')) |
                block_below(bytes, ' ');
        if (text.length - at < BLOCK_SIZE) bytes &= block_first(text.length - at);
        seen |= bytes;
    }
    if (block_any(seen))
        escape_text(output, text);
    else
        output_advance(output, text.length);
}

#endif
