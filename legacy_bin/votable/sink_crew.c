/* sink_crew.c - jobs of a row_crew: rows become the bytes that a sink_maker makes of them. */
#include "votable/sink_crew.h"

#include <stdlib.h>

#include "votable/row_crew.h"

struct sink_crew {
    struct sink *sink;
    const struct vot_table *table;
    const struct sink_maker *maker;
    struct row_crew *crew;
    struct sink_room *rooms; /* of each thread */
    unsigned threads;
};

/* Up to the first row that cannot be made, of which nothing is left. */
static void make_rows(void *context, struct row_job *job, unsigned worker) {
    struct sink_crew *crew = context;
    job->made.length = 0;
    struct output *output = output_open_buffer(&job->made, &job->error);
    for (size_t i = 0; output && !job->error.text && i < job->rows.rows; i++) {
        struct vot_row row = row_batch_row(&job->rows, i);
        crew->maker->make(crew->sink, &crew->rooms[worker], crew->table, &row, job->first + i, output, &job->error);
    }
    if (output) output_commit(output, &job->error);
}

static bool put_rows(void *context, struct row_job *job, struct error *error) {
    struct sink_crew *crew = context;
    return crew->maker->put(crew->sink, buffer_slice(&job->made), job->rows.rows, error);
}

static bool open_rooms(struct sink_crew *crew) {
    struct error error = {0};
    bool done = true;
    crew->rooms = calloc(crew->threads, sizeof *crew->rooms);
    for (unsigned i = 0; crew->rooms && crew->maker->open && done && i < crew->threads; i++)
        done = crew->maker->open(crew->sink, &crew->rooms[i], &error);
    error_clear(&error);
    return crew->rooms && done;
}

bool sink_crew_begin(struct sink *sink, const struct vot_table *table) {
    static const struct row_crew_class class = {.make = make_rows, .take = put_rows};
    const struct sink_maker *maker = sink->class->maker ? sink->class->maker(sink) : NULL;
    sink->cells = 0;
    if (!maker || !(table->serialization == VOT_TABLEDATA ? maker->is_for_text : maker->is_for_binary)) return false;
    sink->settings.threads = row_crew_threads(sink->settings.threads);
    if (sink->settings.threads < 2) return false;
    struct sink_crew *crew = calloc(1, sizeof *crew);
    if (!crew) return false; /* one thread needs less */
    sink->crew = crew;
    *crew = (struct sink_crew){.sink = sink, .table = table, .maker = maker, .threads = sink->settings.threads};
    if (open_rooms(crew)) crew->crew = row_crew_open(&class, crew, crew->threads, table->field_count);
    if (!crew->crew) sink_crew_close(sink);
    return sink->crew;
}

bool sink_crew_row(struct sink *sink, const struct vot_row *row, struct error *error) {
    struct sink_crew *crew = sink->crew;
    enum row_crew_status status = row_crew_add(crew->crew, row, sink->rows - 1, error);
    if (status == ROW_CREW_TOO_LARGE) return sink->class->row(sink, crew->table, row, error);
    if (status == ROW_CREW_FAILED) sink_crew_close(sink);
    return status == ROW_CREW_ADDED;
}

bool sink_crew_finish(struct sink *sink, struct error *error) {
    bool done = !sink->crew || row_crew_finish(sink->crew->crew, error);
    sink_crew_close(sink);
    return done;
}

void sink_crew_close(struct sink *sink) {
    struct sink_crew *crew = sink->crew;
    if (!crew) return;
    row_crew_close(crew->crew);
    for (unsigned i = 0; crew->rooms && i < crew->threads; i++) {
        if (crew->maker->close) crew->maker->close(sink, &crew->rooms[i]);
        buffer_free(&crew->rooms[i].text);
        row_encoder_free(&crew->rooms[i].encoder);
    }
    free(crew->rooms);
    free(crew);
    sink->crew = NULL;
}
