/* row_spool.c - rows encoded as BINARY2 wait in a spool, and are decoded as any other. */
#include "votable/row_spool.h"

#include <stdlib.h>

#include "io/spool.h"

struct row_spool {
    struct vot_table table;   /* as stored */
    struct vot_field *fields; /* its fields */
    struct row_encoder encoder;
    struct spool *bytes;
};

static struct column_facts *make_facts(size_t count) {
    struct column_facts *facts = calloc(count + 1, sizeof *facts);
    for (size_t i = 0; facts && i < count; i++) facts[i].shortest = UINT64_MAX;
    return facts;
}

static void free_facts(struct column_facts *facts, size_t count) {
    for (size_t i = 0; facts && i < count; i++) free(facts[i].used);
    free(facts);
}

struct row_spool *row_spool_open(const struct vot_table *table, enum spooled_strings strings, struct error *error) {
    struct row_spool *spool = calloc(1, sizeof *spool);
    if (!spool) {
        error_set_memory(error);
        return NULL;
    }
    size_t count = table->field_count;
    spool->table = *table;
    spool->table.serialization = VOT_BINARY2;
    spool->fields = calloc(count + 1, sizeof *spool->fields);
    spool->encoder =
        (struct row_encoder){.table = &spool->table, .has_mask = true, .has_texts = strings == STRINGS_AS_TEXT};
    spool->encoder.facts = make_facts(count);
    spool->bytes = spool_open(error);
    if (!spool->fields || !spool->encoder.facts || !spool->bytes) {
        error_set_memory(error);
        row_spool_close(spool);
        return NULL;
    }
    spool->table.fields = spool->fields;
    for (size_t i = 0; i < count; i++) {
        struct vot_field *field = &spool->fields[i];
        *field = table->fields[i];
        if (strings != STRINGS_AS_DECLARED && vot_type_is_string(field->type)) field->is_variable = true;
    }
    return spool;
}

bool row_spool_write(struct row_spool *spool, const struct vot_row *row, struct error *error) {
    return row_encode(&spool->encoder, row, error) &&
           spool_write(spool->bytes, spool->encoder.row.bytes, spool->encoder.row.length, error);
}

bool row_spool_open_encoder(const struct row_spool *spool, struct row_encoder *encoder, struct error *error) {
    *encoder = (struct row_encoder){.table = &spool->table, .has_mask = true, .has_texts = spool->encoder.has_texts};
    encoder->facts = make_facts(spool->table.field_count);
    return encoder->facts || error_set_memory(error);
}

static void add_facts(struct column_facts *to, struct column_facts *from) {
    to->has_null = to->has_null || from->has_null;
    if (from->longest > to->longest) to->longest = from->longest;
    if (from->shortest < to->shortest) to->shortest = from->shortest;
    if (!to->used) {
        to->used = from->used;
        from->used = NULL;
    }
    for (size_t i = 0; from->used && i < USED_VALUES / 8; i++) to->used[i] |= from->used[i];
}

void row_spool_close_encoder(struct row_spool *spool, struct row_encoder *encoder) {
    size_t count = spool->table.field_count;
    for (size_t i = 0; encoder->facts && i < count; i++) add_facts(&spool->encoder.facts[i], &encoder->facts[i]);
    free_facts(encoder->facts, count);
    encoder->facts = NULL;
}

bool row_spool_put(struct row_spool *spool, struct slice bytes, uint64_t rows, struct error *error) {
    spool->encoder.rows += rows;
    return spool_write(spool->bytes, bytes.text, bytes.length, error);
}

uint64_t row_spool_count(const struct row_spool *spool) {
    return spool->encoder.rows;
}

const struct column_facts *row_spool_facts(const struct row_spool *spool) {
    return spool->encoder.facts;
}

struct row_source *row_spool_read(struct row_spool *spool, struct error *error) {
    return binary_rows_open(&spool->table, spool_reader(spool->bytes), error);
}

struct byte_reader row_spool_bytes(struct row_spool *spool) {
    return spool_reader(spool->bytes);
}

void row_spool_close(struct row_spool *spool) {
    free_facts(spool->encoder.facts, spool->table.field_count);
    row_encoder_free(&spool->encoder);
    if (spool->bytes) spool_close(spool->bytes);
    free(spool->fields);
    free(spool);
}
