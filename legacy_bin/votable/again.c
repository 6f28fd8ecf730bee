/* again.c - see again.h. */
#include "votable/again.h"

static ptrdiff_t read_and_keep(void *context, void *bytes, size_t room, struct error *error) {
    struct again *again = context;
    ptrdiff_t got = source_read(again->source, bytes, room, error);
    if (got <= 0 || !again->is_kept) return got;
    if (!spool_write(again->spool, bytes, (size_t)got, error)) return -1;
    again->end += (size_t)got;
    return got;
}

static ptrdiff_t read_kept(void *context, void *bytes, size_t room, struct error *error) {
    struct again *again = context;
    if (room > again->end - again->at) room = again->end - again->at;
    if (!spool_read_at(again->spool, again->at, bytes, room, error)) return -1;
    again->at += room;
    return (ptrdiff_t)room;
}

struct vot_reader *again_read_first(struct again *again, struct error *error) {
    again->source = source_open(again->argument, SOURCE_DOCUMENT, NULL, error);
    if (!again->source) return NULL;
    again->is_kept = !source_is_lasting(again->source);
    again->start = again->end = spool_length(again->spool);
    return vot_open_bytes((struct byte_reader){read_and_keep, again}, again->argument, error);
}

struct vot_reader *again_read(struct again *again, struct error *error) {
    again_close(again);
    again->at = again->start;
    if (!again->is_kept) return vot_open(again->argument, error);
    return vot_open_bytes((struct byte_reader){read_kept, again}, again->argument, error);
}

void again_close(struct again *again) {
    source_close(again->source);
    again->source = NULL;
}
