/* serialized.c - VOTables with rows as BINARY, BINARY2 or inline FITS. The XML is the VOTable writer's; this file
 * stands before it, holds a TABLE back until its FIELDs can be written, and writes what is inside the STREAM.
 * BINARY must say in the FIELD which value means null: if one does not, its rows wait in a spool. So do those of a
 * TABLEDATA for exchange, until it is known that all of them can be said in BINARY2. */
#include <stdlib.h>

#include "io/spool.h"
#include "votable/base64.h"
#include "votable/fits_table.h"
#include "votable/null_field.h"
#include "votable/sink.h"

struct serialized {
    struct sink sink;
    struct sink *xml;            /* owned */
    enum format format;          /* of the current table's rows; FORMAT_VOTABLE: they are the XML writer's */
    const struct vot_node *held; /* the TABLE whose start has not been written */
    const struct vot_node *data; /* its DATA that is open */
    struct row_spool *spool;     /* rows that wait */
    struct spool *encoded;       /* rows that wait as the bytes they will be, for exchange */
    struct row_encoder encoder;  /* rows that are not in `spool` */
    struct null_value *nulls;    /* of the table's fields, BINARY only */
    struct base64_encoder base64;
};

/* All of the held TABLE up to its rows, and the start tags around them. */
static bool release(struct serialized *serialized, const struct vot_table *table, struct error *error) {
    struct sink *xml = serialized->xml;
    size_t index = 0;
    if (!sink_start(xml, table->node, error)) return false;
    for (const struct vot_node *child = table->node->first_child; child; child = child->next) {
        bool is_done;
        if (child->element == VOT_FIELD) {
            const struct null_value *null =
                serialized->nulls && index < table->field_count ? &serialized->nulls[index] : NULL;
            int64_t stated;
            bool is_stated = index < table->field_count && vot_field_null_integer(&table->fields[index], &stated);
            index++;
            is_done = null && null->is_set && !is_stated ? null_field_replay(xml, child, null->value, error)
                                                         : sink_replay(xml, child, NULL, NULL, error);
        } else if (child == serialized->data) { /* what is behind it comes behind the rows */
            serialized->held = NULL;
            return sink_start(xml, child, error);
        } else {
            is_done = sink_replay(xml, child, NULL, NULL, error);
        }
        if (!is_done) return false;
    }
    serialized->held = NULL;
    return true;
}

/* The element of the serialisation and its STREAM, opened or closed. */
static bool wrap(struct serialized *serialized, const struct vot_table *table, bool is_start, struct error *error) {
    static const struct vot_attribute encoding = {{"encoding", 8}, {"base64", 6}}, extnum = {{"extnum", 6}, {"1", 1}};
    enum vot_element element = serialized->format == FORMAT_BINARY    ? VOT_BINARY
                               : serialized->format == FORMAT_BINARY2 ? VOT_BINARY2
                                                                      : VOT_FITS;
    struct buffer names[2] = {0};
    struct vot_node outer = {.element = element,
                             .name = vot_name_like(&names[0], table->node, vot_element_name(element)),
                             .attributes = &extnum,
                             .attribute_count = element == VOT_FITS};
    struct vot_node stream = {.element = VOT_STREAM,
                              .name = vot_name_like(&names[1], table->node, "STREAM"),
                              .attributes = &encoding,
                              .attribute_count = 1};
    struct sink *xml = serialized->xml;
    bool is_whole = !names[0].is_incomplete && !names[1].is_incomplete;
    bool is_done = !is_whole  ? error_set_memory(error)
                   : is_start ? sink_start(xml, &outer, error) && sink_start(xml, &stream, error)
                              : sink_finish(xml, &stream, error) && sink_finish(xml, &outer, error);
    if (is_start) output_write(serialized->sink.output, "\n", 1);
    buffer_free(&names[0]);
    buffer_free(&names[1]);
    return is_done;
}

static bool start(struct sink *sink, const struct vot_node *node, struct error *error) {
    struct serialized *serialized = (struct serialized *)sink;
    if (serialized->held) {
        if (node->element == VOT_DATA) serialized->data = node;
        return true;
    }
    if (node->element == VOT_TABLE) {
        serialized->held = node;
        return true;
    }
    return sink_start(serialized->xml, node, error);
}

static bool text(struct sink *sink, const struct vot_node *node, struct error *error) {
    struct serialized *serialized = (struct serialized *)sink;
    return serialized->held || sink_text(serialized->xml, node, error);
}

static bool finish(struct sink *sink, const struct vot_node *node, struct error *error) {
    struct serialized *serialized = (struct serialized *)sink;
    if (!serialized->held) return sink_finish(serialized->xml, node, error);
    if (serialized->held != node) return true;
    serialized->held = NULL; /* a TABLE without rows */
    return sink_replay(serialized->xml, node, NULL, NULL, error);
}

/* BINARY: every integer field whose cells may have no value says which value means that. */
static bool says_nulls(struct serialized *serialized, const struct vot_table *table) {
    bool is_all = true;
    for (size_t i = 0; i < table->field_count; i++) {
        struct null_value *null = &serialized->nulls[i];
        null->is_set = vot_field_null_integer(&table->fields[i], &null->value);
        if (vot_type_is_integer(table->fields[i].type) && !table->fields[i].is_variable)
            is_all = is_all && null->is_set;
    }
    /* rows of BINARY have no other null values than those said */
    bool is_binary = serialized->sink.settings.format == FORMAT_AS_IS;
    return is_all || is_binary;
}

static enum format format_of(enum vot_element serialization) {
    switch (serialization) {
    case VOT_BINARY: return FORMAT_BINARY;
    case VOT_BINARY2: return FORMAT_BINARY2;
    case VOT_FITS: return FORMAT_VOTFITS;
    default: return FORMAT_VOTABLE;
    }
}

static bool rows(struct sink *sink, const struct vot_table *table, struct error *error) {
    struct serialized *serialized = (struct serialized *)sink;
    enum format format = sink->settings.format;
    bool is_exchange = format == FORMAT_EXCHANGE;
    if (format == FORMAT_AS_IS) format = format_of(table->serialization);
    if (is_exchange) format = FORMAT_BINARY2;
    serialized->format = format;
    if (serialized->held != table->node)
        return error_set_input(error,
                               "line %lu: a TABLE with rows twice, or inside another one, cannot be written as %s",
                               table->node->line, format_name(format));
    free(serialized->nulls);
    serialized->nulls = NULL;
    if (format == FORMAT_VOTABLE) return release(serialized, table, error) && sink_rows(serialized->xml, table, error);
    base64_begin(&serialized->base64, sink->output);
    if (format == FORMAT_BINARY) {
        serialized->nulls = calloc(table->field_count + 1, sizeof *serialized->nulls);
        if (!serialized->nulls) return error_set_memory(error);
    }
    if (format == FORMAT_VOTFITS || (format == FORMAT_BINARY && !says_nulls(serialized, table))) {
        serialized->spool =
            row_spool_open(table, format == FORMAT_VOTFITS ? STRINGS_AS_TEXT : STRINGS_AS_DECLARED, error);
        return serialized->spool != NULL;
    }
    row_encoder_free(&serialized->encoder);
    serialized->encoder =
        (struct row_encoder){.table = table, .has_mask = format == FORMAT_BINARY2, .nulls = serialized->nulls};
    if (is_exchange && table->serialization == VOT_TABLEDATA) { /* texts: they may be anything */
        serialized->encoded = spool_open(error);
        return serialized->encoded;
    }
    return release(serialized, table, error) && wrap(serialized, table, true, error);
}

static bool write_row(struct serialized *serialized, const struct vot_row *row, struct error *error) {
    struct row_encoder *encoder = &serialized->encoder;
    if (!row_encode(encoder, row, error)) return false;
    base64_write(&serialized->base64, encoder->row.bytes, encoder->row.length);
    return true;
}

static void drop_encoded(struct serialized *serialized) {
    if (serialized->encoded) spool_close(serialized->encoded);
    serialized->encoded = NULL;
}

/* The rows so far as TABLEDATA, as those that follow. */
static bool turn_to_tabledata(struct serialized *serialized, const struct vot_table *table, struct error *error) {
    struct vot_table encoded = *table;
    encoded.serialization = VOT_BINARY2;
    serialized->format = FORMAT_VOTABLE;
    if (!release(serialized, table, error) || !sink_rows(serialized->xml, table, error)) return false;
    struct row_source *source = binary_rows_open(&encoded, spool_reader(serialized->encoded), error);
    if (!source) return false;
    struct vot_row row;
    enum rows_status status;
    while ((status = source->class->next(source, &row, error)) == ROWS_ROW)
        if (!sink_row(serialized->xml, table, &row, error)) {
            status = ROWS_ERROR;
            break;
        }
    source->class->close(source);
    drop_encoded(serialized);
    return status == ROWS_END;
}

static bool keep_row(struct serialized *serialized, const struct vot_table *table, const struct vot_row *row,
                     struct error *error) {
    struct row_encoder *encoder = &serialized->encoder;
    struct error misfit = {0};
    if (row_encode(encoder, row, &misfit))
        return spool_write(serialized->encoded, encoder->row.bytes, encoder->row.length, error);
    if (!misfit.is_input) {
        *error = misfit;
        return false;
    }
    error_clear(&misfit);
    return turn_to_tabledata(serialized, table, error) && sink_row(serialized->xml, table, row, error);
}

static bool write_encoded(struct serialized *serialized, const struct vot_table *table, struct error *error) {
    char bytes[64 * 1024];
    ptrdiff_t count;
    if (!release(serialized, table, error) || !wrap(serialized, table, true, error)) return false;
    while ((count = spool_read(serialized->encoded, bytes, sizeof bytes, error)) > 0)
        base64_write(&serialized->base64, bytes, (size_t)count);
    drop_encoded(serialized);
    return count == 0;
}

static bool row(struct sink *sink, const struct vot_table *table, const struct vot_row *row, struct error *error) {
    struct serialized *serialized = (struct serialized *)sink;
    if (serialized->encoded) return keep_row(serialized, table, row, error);
    if (serialized->format == FORMAT_VOTABLE) return sink_row(serialized->xml, table, row, error);
    return serialized->spool ? row_spool_write(serialized->spool, row, error) : write_row(serialized, row, error);
}

static bool open_room(const struct sink *sink, struct sink_room *room, struct error *error) {
    const struct serialized *serialized = (const struct serialized *)sink;
    if (serialized->spool) return row_spool_open_encoder(serialized->spool, &room->encoder, error);
    const struct row_encoder *encoder = &serialized->encoder;
    room->encoder =
        (struct row_encoder){.table = encoder->table, .has_mask = encoder->has_mask, .nulls = encoder->nulls};
    return true;
}

static bool make(const struct sink *sink, struct sink_room *room, const struct vot_table *table,
                 const struct vot_row *row, uint64_t number, struct output *output, struct error *error) {
    (void)sink, (void)table;
    return row_encode_to(&room->encoder, row, number, output, error);
}

static bool put(struct sink *sink, struct slice bytes, uint64_t rows, struct error *error) {
    struct serialized *serialized = (struct serialized *)sink;
    if (serialized->spool) return row_spool_put(serialized->spool, bytes, rows, error);
    serialized->encoder.rows += rows;
    base64_write(&serialized->base64, bytes.text, bytes.length);
    return true;
}

static void close_room(struct sink *sink, struct sink_room *room) {
    struct serialized *serialized = (struct serialized *)sink;
    if (serialized->spool) row_spool_close_encoder(serialized->spool, &room->encoder);
}

static const struct sink_maker *maker(const struct sink *sink) {
    static const struct sink_maker binary = {
        .is_for_text = true, .open = open_room, .make = make, .put = put, .close = close_room};
    const struct serialized *serialized = (const struct serialized *)sink;
    bool may_turn = serialized->encoded;                                      /* in the middle, to TABLEDATA */
    return serialized->format == FORMAT_VOTABLE || may_turn ? NULL : &binary; /* the XML writer has its own */
}

/* The null values that FIELDs must say because cells without value came. */
static bool choose_nulls(struct serialized *serialized, const struct vot_table *table, struct error *error) {
    const struct column_facts *facts = row_spool_facts(serialized->spool);
    for (size_t i = 0; i < table->field_count; i++) {
        const struct vot_field *field = &table->fields[i];
        struct null_value *null = &serialized->nulls[i];
        if (null->is_set || !vot_type_is_integer(field->type) || field->is_variable || !facts[i].has_null) continue;
        char room[32];
        struct slice name = vot_field_label(field, i, room);
        if (field->node->parent != table->node)
            return error_set_input(error,
                                   "field '%.*s' of another TABLE does not say which value means that cells have none "
                                   "(votb2 needs none)",
                                   (int)name.length, name.text);
        null->is_set = column_null(field, &facts[i], &null->value);
        if (null->is_set) continue;
        return error_set_input(error,
                               "field '%.*s': every value of %s is used, none is left to say that cells have none "
                               "(votb2 needs none)",
                               (int)name.length, name.text, vot_type_name(field->type));
    }
    return true;
}

static bool write_spooled_rows(struct serialized *serialized, const struct vot_table *table, struct error *error) {
    struct row_source *source = row_spool_read(serialized->spool, error);
    if (!source) return false;
    struct vot_row row;
    enum rows_status status;
    row_encoder_free(&serialized->encoder);
    serialized->encoder = (struct row_encoder){.table = table, .nulls = serialized->nulls};
    while ((status = source->class->next(source, &row, error)) == ROWS_ROW)
        if (!write_row(serialized, &row, error)) {
            status = ROWS_ERROR;
            break;
        }
    source->class->close(source);
    return status == ROWS_END;
}

static void write_base64(void *context, const void *bytes, size_t length) {
    base64_write(context, bytes, length);
}

static bool write_fits(struct serialized *serialized, const struct vot_table *table, struct error *error) {
    struct fits_out out = {.write = write_base64, .context = &serialized->base64};
    struct fits_table fits = {
        .table = table, .rows = serialized->spool, .name = vot_attribute(table->node, "name"), .is_inside = true};
    fits_primary_write(&out);
    return fits_table_write(&fits, &out, error);
}

static bool write_spooled(struct serialized *serialized, const struct vot_table *table, struct error *error) {
    bool is_fits = serialized->format == FORMAT_VOTFITS;
    return (is_fits || choose_nulls(serialized, table, error)) && release(serialized, table, error) &&
           wrap(serialized, table, true, error) &&
           (is_fits ? write_fits(serialized, table, error) : write_spooled_rows(serialized, table, error));
}

static bool rows_end(struct sink *sink, const struct vot_table *table, struct error *error) {
    struct serialized *serialized = (struct serialized *)sink;
    if (serialized->format == FORMAT_VOTABLE) return sink_rows_end(serialized->xml, table, error);
    bool is_done = serialized->encoded ? write_encoded(serialized, table, error)
                                       : !serialized->spool || write_spooled(serialized, table, error);
    if (serialized->spool) row_spool_close(serialized->spool);
    serialized->spool = NULL;
    if (!is_done) return false;
    base64_end(&serialized->base64);
    return wrap(serialized, table, false, error);
}

static bool end(struct sink *sink, struct error *error) {
    return sink_end(((struct serialized *)sink)->xml, error);
}

static void close_sink(struct sink *sink) {
    struct serialized *serialized = (struct serialized *)sink;
    sink_close(serialized->xml);
    if (serialized->spool) row_spool_close(serialized->spool);
    drop_encoded(serialized);
    row_encoder_free(&serialized->encoder);
    free(serialized->nulls);
    free(serialized);
}

static const struct sink_class class = {
    .start = start,
    .text = text,
    .finish = finish,
    .rows = rows,
    .row = row,
    .rows_end = rows_end,
    .end = end,
    .close = close_sink,
    .maker = maker,
};

struct sink *serialized_sink_open(struct sink_settings settings, struct output *output, struct error *error) {
    struct serialized *serialized = sink_new(sizeof *serialized, &class, settings, output, error);
    if (!serialized) return NULL;
    serialized->xml = vot_sink_open(settings, output, error);
    if (!serialized->xml) {
        free(serialized);
        return NULL;
    }
    return &serialized->sink;
}
