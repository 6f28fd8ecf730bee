/* xml.h - expat over a sliding window of the document's text, fed so that a fast lane can take over.
 * The text is fed up to and including each `>`: when a callback reports a tag, the text behind the tag is still
 * in the window, if expat did not defer the tag (xml_is_at_end_of_fed() tells). Text that a lane consumed with
 * xml_skip() is never shown to expat; its lines are added to expat's line numbers.
 * External entities are never fetched; entity bombs are refused by expat. */
#ifndef VOTABLE_XML_H
#define VOTABLE_XML_H

#include <expat.h>
#include <stdint.h>

#include "votable/encoding.h"

enum {
    XML_BLOCK = 256 * 1024,     /* read at once */
    XML_WINDOW = 2 * XML_BLOCK, /* text kept at most */
    XML_SLACK = 64,             /* zero bytes kept behind the window's text */
};

/* A tag, comment or declaration longer than this is refused: expat keeps it in memory until it is whole. */
#define XML_TOKEN_MAXIMUM ((uint64_t)64 << 20)

/* One owner: xml_open() … xml_close() (also after a failed open). */
struct xml {
    XML_Parser parser; /* handlers are the owner's; their user data is what it gave to xml_open() */
    struct encoding encoding;
    char *window;
    size_t start, end;           /* of the text in the window that nobody has consumed */
    uint64_t fed;                /* bytes given to expat */
    unsigned long skipped_lines; /* lines in text consumed by xml_skip() */
    bool feeds_all;              /* not piece by piece: then no lane can take over */
    bool is_over;                /* no more text will come into the window */
    bool is_finished;            /* expat has seen the end */
    bool is_stopped;             /* by xml_stop(), and what was read before that is all */
    bool ends_in_tag;            /* the last byte fed is a `>` */
    struct error *error;         /* where callbacks put what they found wrong; set while xml_pump() runs */
};

bool xml_open(struct xml *xml, struct byte_reader from, bool feeds_all, void *user_data, struct error *error);
void xml_close(struct xml *xml);

/* More text into the window. false: none came (the end, or the window is full), or error set. */
bool xml_fill(struct xml *xml, struct error *error);
/* Let expat go on where it was stopped, or feed it the next piece. false with error set: not well formed,
 * or a callback failed. At the end is_finished is set. */
bool xml_pump(struct xml *xml, struct error *error);
/* The first bytes of the window are done with, without expat. */
void xml_skip(struct xml *xml, size_t length, unsigned long lines);

/* For callbacks: */
unsigned long xml_line(const struct xml *xml);
bool xml_is_at_end_of_fed(const struct xml *xml);
/* xml_pump() returns after this callback (expat may still call the end handler of an empty element). */
void xml_pause(struct xml *xml);
/* The document is refused: error set in xml->error, no more callbacks. */
void xml_refuse(struct xml *xml, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* No more callbacks, the callback has set xml->error itself (or the document needs no words: not a VOTable). */
void xml_stop(struct xml *xml);

#endif
