/* sink_crew.c - batches go round: filled by the sink's thread, made by any, put by the sink's thread. */
#include "votable/sink_crew.h"

#include <stdlib.h>

#include "base/crew.h"
#include "io/machine.h"
#include "votable/row_batch.h"

enum { MOST_THREADS = 16 };

struct batch {
    struct row_batch rows;
    uint64_t first;     /* number of the first one */
    struct buffer made; /* their bytes */
    struct error error; /* of the row behind these bytes */
};

struct member {
    struct sink_room room;
    struct vot_cell *cells;
};

struct sink_crew {
    struct sink *sink;
    const struct vot_table *table;
    const struct sink_maker *maker;
    struct crew *crew;
    struct member *members;
    unsigned threads;
    struct batch *batches;
    size_t batch_count;
    struct batch *filling; /* NULL: the next row begins one */
    size_t used;           /* batches that were given at least once */
};

static bool make_row(const struct sink_crew *crew, struct member *member, const struct vot_row *row, uint64_t number,
                     struct output *output, struct error *error) {
    return crew->maker->make(crew->sink, &member->room, crew->table, row, number, output, error);
}

/* A batch's rows become bytes, up to the first that cannot; of that one nothing is left. */
static void make_batch(void *context, void *job, unsigned worker) {
    struct sink_crew *crew = context;
    struct batch *batch = job;
    struct member *member = &crew->members[worker];
    batch->made.length = 0;
    struct output *output = output_open_buffer(&batch->made, &batch->error);
    for (size_t i = 0; output && !batch->error.text && i < batch->rows.rows; i++) {
        row_batch_read(&batch->rows, i, member->cells);
        struct vot_row row = {member->cells, crew->table->field_count};
        make_row(crew, member, &row, batch->first + i, output, &batch->error);
    }
    if (output) output_commit(output, &batch->error);
}

static void free_crew(struct sink_crew *crew) {
    crew_close(crew->crew);
    for (size_t i = 0; i < crew->batch_count; i++) {
        row_batch_close(&crew->batches[i].rows);
        buffer_free(&crew->batches[i].made);
        error_clear(&crew->batches[i].error);
    }
    for (unsigned i = 0; i < crew->threads && crew->members; i++) {
        struct sink_room *room = &crew->members[i].room;
        if (crew->maker->close) crew->maker->close(crew->sink, room);
        buffer_free(&room->text);
        row_encoder_free(&room->encoder);
        free(crew->members[i].cells);
    }
    free(crew->members);
    free(crew->batches);
    free(crew);
}

static bool open_members(struct sink_crew *crew) {
    struct error error = {0};
    bool done = true;
    crew->members = calloc(crew->threads, sizeof *crew->members);
    for (unsigned i = 0; crew->members && done && i < crew->threads; i++) {
        struct member *member = &crew->members[i];
        member->cells = calloc(crew->table->field_count + 1, sizeof *member->cells);
        done = member->cells && (!crew->maker->open || crew->maker->open(crew->sink, &member->room, &error));
    }
    error_clear(&error);
    return crew->members && done;
}

/* Cells that must be converted are worth a thread; those that are copied are not. */
static bool is_worth_it(const struct sink_maker *maker, const struct vot_table *table) {
    bool comes_as_text = table->serialization == VOT_TABLEDATA;
    return maker && maker->is_text != comes_as_text;
}

/* By one thread all the same where anything is missing for more. */
bool sink_crew_begin(struct sink *sink, const struct vot_table *table) {
    const struct sink_maker *maker = sink->class->maker ? sink->class->maker(sink) : NULL;
    sink->cells = 0;
    if (!is_worth_it(maker, table)) return false;
    if (sink->settings.threads == 0) sink->settings.threads = machine_cores();
    if (sink->settings.threads < 2) return false;
    struct sink_crew *crew = calloc(1, sizeof *crew);
    if (!crew) return false;
    *crew = (struct sink_crew){.sink = sink, .table = table, .maker = maker};
    crew->threads = sink->settings.threads < MOST_THREADS ? sink->settings.threads : MOST_THREADS;
    crew->batch_count = 2 * crew->threads;
    crew->batches = calloc(crew->batch_count, sizeof *crew->batches);
    if (crew->batches && open_members(crew)) crew->crew = crew_open(crew->threads, crew->batch_count, make_batch, crew);
    if (!crew->crew) {
        free_crew(crew);
        return false;
    }
    sink->crew = crew;
    return true;
}

static bool put_batch(struct sink_crew *crew, struct batch *batch, struct error *error) {
    bool done = crew->maker->put(crew->sink, buffer_slice(&batch->made), batch->rows.rows, error);
    if (!done || !batch->error.text) return done;
    *error = batch->error;
    batch->error = (struct error){0};
    return false;
}

/* An empty batch: a new one, or the oldest, which is put before. */
static bool begin_batch(struct sink_crew *crew, uint64_t first, struct error *error) {
    struct batch *batch;
    if (crew->used < crew->batch_count) {
        batch = &crew->batches[crew->used++];
        if (!batch->rows.bytes && !row_batch_open(&batch->rows, crew->table->field_count))
            return error_set_memory(error);
    } else {
        batch = crew_take(crew->crew);
        if (!put_batch(crew, batch, error)) return false;
    }
    row_batch_clear(&batch->rows);
    batch->first = first;
    crew->filling = batch;
    return true;
}

/* The batch that is being filled goes to the crew, which has room for all that there are. */
static void give_batch(struct sink_crew *crew) {
    if (crew->filling) crew_give(crew->crew, crew->filling);
    crew->filling = NULL;
}

static bool put_all(struct sink_crew *crew, struct error *error) {
    give_batch(crew);
    for (struct batch *batch; (batch = crew_take(crew->crew));)
        if (!put_batch(crew, batch, error)) return false;
    crew->used = 0;
    return true;
}

static bool add_row(struct sink_crew *crew, const struct vot_row *row, struct error *error) {
    if (!crew->filling && !begin_batch(crew, crew->sink->rows - 1, error)) return false;
    struct row_batch *rows = &crew->filling->rows;
    if (!row_batch_add(rows, row)) /* it is made by this thread, while the others have nothing to do */
        return put_all(crew, error) && crew->sink->class->row(crew->sink, crew->table, row, error);
    if (row_batch_is_full(rows)) give_batch(crew);
    return true;
}

bool sink_crew_row(struct sink *sink, const struct vot_row *row, struct error *error) {
    bool done = add_row(sink->crew, row, error);
    if (!done) sink_crew_close(sink);
    return done;
}

bool sink_crew_finish(struct sink *sink, struct error *error) {
    bool done = !sink->crew || put_all(sink->crew, error);
    sink_crew_close(sink);
    return done;
}

void sink_crew_close(struct sink *sink) {
    if (sink->crew) free_crew(sink->crew);
    sink->crew = NULL;
}
