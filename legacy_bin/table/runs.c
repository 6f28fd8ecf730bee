/* runs.c - a row of a run is a header, and itself packed. All runs stand in one spool; while they are more than can be
 * read at the same time, neighbours are merged into a spool of fewer. */
#include "table/runs.h"

#include <stdlib.h>

#include "io/spool.h"
#include "votable/window.h"

enum { FEWEST = 2, MOST = 512 /* runs read at the same time */ };

struct header {
    uint64_t word;  /* of level 0 */
    uint64_t state; /* bytes of the row, twice; 1 more: it has a value */
};

/* Where a run stands; while it is read: what is left of it. */
struct place {
    const struct runs *runs;
    size_t start, end;
};

/* A run that is read. */
struct head {
    struct place place;
    struct window window;
    struct header header; /* of the row that comes next */
    packed_row row;
    size_t shown; /* bytes of the record in the window; 0: the run is over */
};

struct runs {
    size_t columns, top, at_once;
    struct sort_order order;
    struct spool *spool;
    struct buffer places; /* struct place: of all runs */
    struct head *heads;   /* of the runs that are merged; NULL: none are */
    size_t head_count;
    struct head **heap; /* of those not over: the one whose row comes next is in front */
    size_t heap_count;
    bool is_merging; /* the last time */
    bool is_shown;   /* the row in front was given */
    bool is_failed;  /* a comparison had no memory */
};

struct runs *runs_open(size_t columns, struct sort_order order, size_t top, size_t memory, struct error *error) {
    struct runs *runs = calloc(1, sizeof *runs);
    if (!runs) return error_null_memory(error);
    size_t at_once = memory / (WINDOW_BLOCK + sizeof(struct head));
    *runs = (struct runs){.columns = columns, .top = top, .order = order};
    runs->at_once = at_once < FEWEST ? FEWEST : at_once > MOST ? MOST : at_once;
    runs->spool = spool_open(error);
    if (runs->spool) return runs;
    free(runs);
    return NULL;
}

static size_t run_count(const struct runs *runs) {
    return runs->places.length / sizeof(struct place);
}

static bool write_record(struct spool *spool, struct header header, packed_row row, struct error *error) {
    return spool_write(spool, &header, sizeof header, error) &&
           spool_write(spool, row, (size_t)(header.state >> 1), error);
}

static bool add_place(struct runs *runs, struct buffer *places, size_t start, size_t end, struct error *error) {
    struct place place = {runs, start, end};
    return buffer_append(places, &place, sizeof place) || error_set_memory(error);
}

bool runs_add(struct runs *runs, const struct sorted_row *rows, size_t count, size_t valued, struct error *error) {
    size_t start = spool_length(runs->spool);
    for (size_t i = 0; i < count && i < runs->top; i++) {
        struct header header = {0, packed_row_length(rows[i].row, runs->columns) << 1 | (i < valued)};
        if (i < valued && runs->order.word(runs->order.context, rows[i].row, 0, &header.word) == SORT_FAILED)
            return error_set_memory(error);
        if (!write_record(runs->spool, header, rows[i].row, error)) return false;
    }
    return add_place(runs, &runs->places, start, spool_length(runs->spool), error);
}

static ptrdiff_t read_place(void *context, void *bytes, size_t room, struct error *error) {
    struct place *place = context;
    if (room > place->end - place->start) room = place->end - place->start;
    if (!spool_read_at(place->runs->spool, place->start, bytes, room, error)) return -1;
    place->start += room;
    return (ptrdiff_t)room;
}

/* The run's next row; shown == 0 behind the last. */
static bool advance(struct head *head, struct error *error) {
    struct window *window = &head->window;
    window->start += head->shown;
    head->shown = 0;
    if (!window_fill(window, sizeof head->header, error)) return false;
    if (window_length(window) == 0) return true;
    size_t length = sizeof head->header;
    if (window_length(window) >= length) {
        memcpy(&head->header, window_bytes(window), sizeof head->header);
        length += (size_t)(head->header.state >> 1);
        if (!window_fill(window, length, error)) return false;
    }
    if (window_length(window) < length) return error_set(error, "a temporary file lost rows");
    head->row = (packed_row)window_bytes(window) + sizeof head->header;
    head->shown = length;
    return true;
}

/* Whether the row of `a` comes before that of `b`. */
static bool is_before(struct runs *runs, const struct head *a, const struct head *b) {
    uint64_t has_value = a->header.state & 1, other;
    if (has_value != (b->header.state & 1)) return has_value;
    if (has_value && a->header.word != b->header.word) return a->header.word < b->header.word;
    if (has_value) {
        enum sort_word status = runs->order.word(runs->order.context, a->row, 0, &other);
        if (status == SORT_FAILED) runs->is_failed = true;
        if (status == SORT_MORE) {
            if (sort_is_behind(runs->order, a->row, b->row, 1, &runs->is_failed)) return false;
            if (sort_is_behind(runs->order, b->row, a->row, 1, &runs->is_failed)) return true;
        }
    }
    return a < b;
}

static void sift_down(struct runs *runs, size_t at) {
    struct head **heap = runs->heap, *moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < runs->heap_count; at = child) {
        if (child + 1 < runs->heap_count && is_before(runs, heap[child + 1], heap[child])) child++;
        if (!is_before(runs, heap[child], moved)) break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static void end_merge(struct runs *runs) {
    for (size_t i = 0; i < runs->head_count; i++) window_close(&runs->heads[i].window);
    free(runs->heads);
    free(runs->heap);
    runs->heads = NULL;
    runs->heap = NULL;
    runs->head_count = runs->heap_count = 0;
}

/* So many runs from `first` on. */
static bool begin_merge(struct runs *runs, size_t first, size_t count, struct error *error) {
    runs->heads = calloc(count + 1, sizeof *runs->heads);
    runs->heap = calloc(count + 1, sizeof(struct head *));
    if (!runs->heads || !runs->heap) return error_set_memory(error);
    runs->head_count = count;
    for (size_t i = 0; i < count; i++) {
        struct head *head = &runs->heads[i];
        memcpy(&head->place, runs->places.bytes + (first + i) * sizeof head->place, sizeof head->place);
        head->window.source = (struct byte_reader){read_place, &head->place};
        if (!advance(head, error)) return false;
        if (head->shown) runs->heap[runs->heap_count++] = head;
    }
    for (size_t i = runs->heap_count / 2; i-- > 0;) sift_down(runs, i);
    runs->is_shown = false;
    return !runs->is_failed || error_set_memory(error);
}

/* The head whose row is next; NULL behind the last, or with error set. */
static const struct head *next_head(struct runs *runs, struct error *error) {
    if (runs->is_shown) {
        struct head *front = runs->heap[0];
        if (!advance(front, error)) return NULL;
        if (!front->shown) runs->heap[0] = runs->heap[--runs->heap_count];
        if (runs->heap_count > 0) sift_down(runs, 0);
        if (runs->is_failed) error_set_memory(error);
    }
    runs->is_shown = runs->heap_count > 0 && !runs->is_failed;
    return runs->is_shown ? runs->heap[0] : NULL;
}

/* Neighbours become one run of `spool`. */
static bool merge_some(struct runs *runs, size_t first, size_t count, struct spool *spool, struct buffer *places,
                       struct error *error) {
    size_t start = spool_length(spool), written = 0;
    const struct head *head = NULL;
    bool done = begin_merge(runs, first, count, error);
    while (done && written++ < runs->top && (head = next_head(runs, error)))
        done = write_record(spool, head->header, head->row, error);
    end_merge(runs);
    return done && !error->text && add_place(runs, places, start, spool_length(spool), error);
}

/* Runs few enough to be read at the same time. */
static bool make_fewer(struct runs *runs, struct error *error) {
    while (run_count(runs) > runs->at_once) {
        size_t total = run_count(runs);
        struct buffer places = {0};
        struct spool *spool = spool_open(error);
        bool done = spool;
        for (size_t first = 0; done && first < total; first += runs->at_once) {
            size_t count = total - first < runs->at_once ? total - first : runs->at_once;
            done = merge_some(runs, first, count, spool, &places, error);
        }
        if (done) {
            struct spool *old = runs->spool;
            runs->spool = spool;
            spool = old;
            buffer_free(&runs->places);
            runs->places = places;
        } else {
            buffer_free(&places);
        }
        spool_close(spool);
        if (!done) return false;
    }
    return true;
}

enum rows_status runs_next(struct runs *runs, packed_row *row, struct error *error) {
    if (!runs->is_merging) {
        if (!make_fewer(runs, error) || !begin_merge(runs, 0, run_count(runs), error)) return ROWS_ERROR;
        runs->is_merging = true;
    }
    const struct head *head = next_head(runs, error);
    if (!head) return error->text ? ROWS_ERROR : ROWS_END;
    *row = head->row;
    return ROWS_ROW;
}

void runs_close(struct runs *runs) {
    if (!runs) return;
    end_merge(runs);
    buffer_free(&runs->places);
    spool_close(runs->spool);
    free(runs);
}
