/* fits_sink.c - the FITS writer: a primary HDU, then a binary table for each TABLE with DATA.
 * Headers hold what may come after the rows (their number, widths, the RESOURCE's INFO), so that tables wait in
 * spools until their outermost RESOURCE is over. */
#include <stdio.h>
#include <stdlib.h>

#include "votable/fits_table.h"
#include "votable/sink.h"

struct pending {
    struct pending *next;
    struct vot_table table;
    struct row_spool *rows;
};

struct fits_sink {
    struct sink sink;
    struct fits_out out;
    struct pending *first, **last;
    struct pending *current; /* whose rows come in */
    unsigned long hdus;      /* written so far */
};

static void write_out(void *context, const void *bytes, size_t length) {
    output_write(context, bytes, length);
}

static bool rows(struct sink *sink, const struct vot_table *table, struct error *error) {
    struct fits_sink *fits = (struct fits_sink *)sink;
    struct pending *pending = calloc(1, sizeof *pending);
    if (!pending) return error_set_memory(error);
    pending->table = *table;
    pending->rows = row_spool_open(table, STRINGS_AS_TEXT, error);
    *fits->last = pending;
    fits->last = &pending->next;
    fits->current = pending;
    return pending->rows != NULL;
}

static bool row(struct sink *sink, const struct vot_table *table, const struct vot_row *row, struct error *error) {
    (void)table;
    return row_spool_write(((struct fits_sink *)sink)->current->rows, row, error);
}

static bool open_room(const struct sink *sink, struct sink_room *room, struct error *error) {
    return row_spool_open_encoder(((const struct fits_sink *)sink)->current->rows, &room->encoder, error);
}

static bool make(const struct sink *sink, struct sink_room *room, const struct vot_table *table,
                 const struct vot_row *row, uint64_t number, struct output *output, struct error *error) {
    (void)sink, (void)table;
    return row_encode_to(&room->encoder, row, number, output, error);
}

static bool put(struct sink *sink, struct slice bytes, uint64_t rows, struct error *error) {
    return row_spool_put(((struct fits_sink *)sink)->current->rows, bytes, rows, error);
}

static void close_room(struct sink *sink, struct sink_room *room) {
    row_spool_close_encoder(((struct fits_sink *)sink)->current->rows, &room->encoder);
}

static const struct sink_maker *maker(const struct sink *sink) {
    static const struct sink_maker binary = {
        .is_for_text = true, .open = open_room, .make = make, .put = put, .close = close_room};
    (void)sink;
    return &binary;
}

/* The TABLE's name, unless a file name in the extended syntax of CFITSIO could not hold it. */
static struct slice extension_name(const struct vot_table *table, unsigned long hdu, char room[32]) {
    struct slice name = vot_attribute(table->node, "name");
    if (name.length && !memchr(name.text, '?', name.length) && !memchr(name.text, '&', name.length)) return name;
    return (struct slice){room, (size_t)snprintf(room, 32, "ext%lu", hdu)};
}

static void free_first(struct fits_sink *fits) {
    struct pending *pending = fits->first;
    fits->first = pending->next;
    if (!fits->first) fits->last = &fits->first;
    if (pending->rows) row_spool_close(pending->rows);
    free(pending);
}

static bool write_pending(struct fits_sink *fits, struct error *error) {
    if (fits->hdus == 0) {
        fits_primary_write(&fits->out);
        fits->hdus = 1;
    }
    while (fits->first) {
        struct pending *pending = fits->first;
        char room[32];
        fits->hdus++;
        struct fits_table table = {.table = &pending->table,
                                   .rows = pending->rows,
                                   .name = extension_name(&pending->table, fits->hdus, room),
                                   .has_metadata = true};
        if (!fits_table_write(&table, &fits->out, error)) return false;
        free_first(fits);
    }
    return true;
}

static bool finish(struct sink *sink, const struct vot_node *node, struct error *error) {
    bool is_outermost = node->element == VOT_RESOURCE && (!node->parent || node->parent->element != VOT_RESOURCE);
    return !is_outermost || write_pending((struct fits_sink *)sink, error);
}

static bool end(struct sink *sink, struct error *error) {
    return write_pending((struct fits_sink *)sink, error);
}

static void close_sink(struct sink *sink) {
    struct fits_sink *fits = (struct fits_sink *)sink;
    while (fits->first) free_first(fits);
    free(fits);
}

static const struct sink_class class = {
    .finish = finish,
    .rows = rows,
    .row = row,
    .end = end,
    .close = close_sink,
    .maker = maker,
};

struct sink *fits_sink_open(struct sink_settings settings, struct output *output, struct error *error) {
    struct fits_sink *fits = calloc(1, sizeof *fits);
    if (!fits) {
        error_set_memory(error);
        return NULL;
    }
    fits->sink = (struct sink){&class, output, settings};
    fits->out = (struct fits_out){.write = write_out, .context = output};
    fits->last = &fits->first;
    return &fits->sink;
}
