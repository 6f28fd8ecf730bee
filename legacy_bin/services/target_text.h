/* target_text.h - resolved names as text: the lines of vosesame, and documents (VOTable, JSON). */
#ifndef SERVICES_TARGET_TEXT_H
#define SERVICES_TARGET_TEXT_H

#include "io/output.h"
#include "services/sesame.h"

struct target_layout {
    char separator;     /* blank, `,` or TAB */
    bool is_padded;     /* fixed widths; only for all fields and blanks */
    bool is_all;        /* every field, in its own order */
    const char *fields; /* else these, in this order: letters d e n s t */
};

void target_write_header(struct output *output, const struct target_layout *layout);
/* `is_typed`: a position typed by the user, whose errors show as 0.0. */
void target_write_line(struct output *output, const struct target_layout *layout, const struct sesame_object *object,
                       bool is_typed);

enum target_document { TARGET_VOTABLE, TARGET_JSON };

void target_document_begin(struct output *output, enum target_document kind);
void target_document_row(struct output *output, enum target_document kind, const struct sesame_object *object,
                         bool is_first);
void target_document_end(struct output *output, enum target_document kind);

#endif
