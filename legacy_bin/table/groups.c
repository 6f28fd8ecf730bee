/* groups.c - a counting sort on disk: rows go to a spool as they come, each with the number of its group; when the
 * sizes of all groups are known, each has its place in a second file, to which the rows are brought. */
#include "table/groups.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text_map.h"
#include "io/spool.h"
#include "io/temporary.h"
#include "table/store.h"
#include "votable/window.h"

enum {
    WAITING = 4 << 20,       /* bytes of rows that wait to be written to their places, of all groups */
    LARGEST_WAIT = 64 << 10, /* and of one */
};

struct group {
    struct slice value;
    uint64_t rows, bytes;
    uint64_t first, next; /* places in the second file: where it begins, and where its next bytes go */
    size_t waiting;       /* bytes in its room */
};

/* What stands before each row. */
struct head {
    uint32_t group, length;
};

struct groups {
    const struct vot_table *table;
    size_t column;
    struct text_map values; /* number: of the group */
    struct group *groups;
    size_t count, capacity;
    struct spool *spool;
    struct group_file *file; /* borrowed */
    char *rooms;
    size_t room;          /* bytes for each group */
    struct buffer packed; /* a row */
    struct buffer text;
};

struct groups *groups_open(const struct vot_table *table, size_t column, struct group_file *file, struct error *error) {
    struct groups *groups = calloc(1, sizeof *groups);
    if (!groups) return error_null_memory(error);
    *groups = (struct groups){.table = table, .column = column, .file = file};
    groups->spool = spool_open(error);
    if (groups->spool) return groups;
    groups_close(groups);
    return NULL;
}

static bool add_group(struct groups *groups, struct slice value) {
    if (groups->count == groups->capacity) {
        size_t capacity = groups->capacity ? groups->capacity * 2 : 64;
        struct group *grown = reallocarray(groups->groups, capacity, sizeof *grown);
        if (!grown) return false;
        groups->groups = grown;
        groups->capacity = capacity;
    }
    groups->groups[groups->count++] = (struct group){.value = value};
    return true;
}

/* The group of a text; false: no memory. */
static bool find_group(struct groups *groups, struct slice text, uint32_t *number) {
    bool is_new;
    struct text_entry *entry = text_map_add(&groups->values, text, &is_new);
    if (!entry || groups->count >= UINT32_MAX) return false;
    if (is_new) {
        entry->number = groups->count;
        if (!add_group(groups, entry->text)) return false;
    }
    *number = (uint32_t)entry->number;
    return true;
}

bool groups_add(struct groups *groups, const struct vot_row *row, struct error *error) {
    const struct vot_field *field = &groups->table->fields[groups->column];
    struct slice text = vot_cell_text(field, &row->cells[groups->column], &groups->text);
    uint32_t number;
    groups->packed.length = 0;
    char *to = buffer_reserve(&groups->packed, packed_row_room(row));
    if (!text.text || !to || !find_group(groups, slice_trim(text), &number)) return error_set_memory(error);
    size_t length = packed_row_write((unsigned char *)to, row);
    struct head head = {number, (uint32_t)length}; /* a buffer has at most 1 GiB */
    groups->groups[number].rows++;
    groups->groups[number].bytes += sizeof head + length;
    return spool_write(groups->spool, &head, sizeof head, error) && spool_write(groups->spool, to, length, error);
}

static bool write_at(struct groups *groups, uint64_t place, const char *bytes, size_t length, struct error *error) {
    while (length > 0) {
        ssize_t sent = pwrite(groups->file->file, bytes, length, (off_t)place);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0)
            return error_set_errno(error, "Cannot write a temporary file in '%s'", temporary_scratch_folder());
        bytes += sent;
        place += (uint64_t)sent;
        length -= (size_t)sent;
    }
    return true;
}

static bool flush_group(struct groups *groups, struct group *group, struct error *error) {
    const char *room = groups->rooms + (size_t)(group - groups->groups) * groups->room;
    if (!write_at(groups, group->next, room, group->waiting, error)) return false;
    group->next += group->waiting;
    group->waiting = 0;
    return true;
}

/* Bytes go to the end of their group. */
static bool bring(struct groups *groups, struct group *group, const char *bytes, size_t length, struct error *error) {
    if (length > groups->room - group->waiting && !flush_group(groups, group, error)) return false;
    if (length > groups->room) {
        if (!write_at(groups, group->next, bytes, length, error)) return false;
        group->next += length;
        return true;
    }
    memcpy(groups->rooms + (size_t)(group - groups->groups) * groups->room + group->waiting, bytes, length);
    group->waiting += length;
    return true;
}

/* The next row in a window, behind its head; false with error set. */
static bool next_row(struct window *window, struct head *head, char **bytes, struct error *error) {
    if (!window_fill(window, sizeof *head, error)) return false;
    if (window_length(window) < sizeof *head) return error_set(error, "a temporary file was cut short");
    memcpy(head, window_bytes(window), sizeof *head);
    size_t whole = sizeof *head + head->length;
    if (!window_fill(window, whole, error)) return false;
    if (window_length(window) < whole) return error_set(error, "a temporary file was cut short");
    *bytes = window_bytes(window);
    window->start += whole;
    return true;
}

static bool bring_all(struct groups *groups, struct error *error) {
    struct window window = {.source = spool_reader(groups->spool)};
    uint64_t left = 0;
    bool done = true;
    for (size_t i = 0; i < groups->count; i++) left += groups->groups[i].rows;
    for (; done && left > 0; left--) {
        struct head head;
        char *bytes;
        done = next_row(&window, &head, &bytes, error) &&
               bring(groups, &groups->groups[head.group], bytes, sizeof head + head.length, error);
    }
    window_close(&window);
    for (size_t i = 0; done && i < groups->count; i++) done = flush_group(groups, &groups->groups[i], error);
    return done;
}

static void free_rooms(struct groups *groups) {
    free(groups->rooms);
    groups->rooms = NULL;
    spool_close(groups->spool);
    groups->spool = NULL;
    buffer_free(&groups->packed);
    buffer_free(&groups->text);
}

bool groups_finish(struct groups *groups, struct error *error) {
    struct group_file *file = groups->file;
    for (size_t i = 0; i < groups->count; i++) {
        groups->groups[i].first = groups->groups[i].next = file->used;
        file->used += groups->groups[i].bytes;
    }
    groups->room = groups->count ? WAITING / groups->count : 0;
    if (groups->room > LARGEST_WAIT) groups->room = LARGEST_WAIT;
    groups->rooms = malloc(groups->room * groups->count + 1);
    if (!groups->rooms) return error_set_memory(error);
    if (file->file < 0) file->file = temporary_scratch();
    if (file->file < 0)
        return error_set_errno(error, "Cannot make a temporary file in '%s'", temporary_scratch_folder());
    bool done = bring_all(groups, error);
    free_rooms(groups);
    return done;
}

size_t groups_count(const struct groups *groups) {
    return groups->count;
}

struct slice groups_value(const struct groups *groups, size_t group) {
    return groups->groups[group].value;
}

uint64_t groups_rows(const struct groups *groups, size_t group) {
    return groups->groups[group].rows;
}

static ptrdiff_t read_group(void *context, void *bytes, size_t room, struct error *error) {
    struct group_file *file = context;
    ssize_t got;
    if (room > file->end - file->at) room = (size_t)(file->end - file->at);
    do got = pread(file->file, bytes, room, (off_t)file->at);
    while (got < 0 && errno == EINTR);
    if (got > 0) file->at += (uint64_t)got;
    if (got < 0) error_set_errno(error, "Cannot read a temporary file in '%s'", temporary_scratch_folder());
    return got;
}

void groups_start(struct groups *groups, size_t group) {
    struct group_file *file = groups->file;
    file->at = groups->groups[group].first;
    file->end = file->at + groups->groups[group].bytes;
    file->window.source = (struct byte_reader){read_group, file};
    file->window.start = file->window.end = 0;
    file->window.is_over = false;
}

bool groups_next(struct groups *groups, struct vot_cell *cells, struct error *error) {
    struct head head;
    char *bytes;
    if (!next_row(&groups->file->window, &head, &bytes, error)) return false;
    packed_row_read((packed_row)bytes + sizeof head, cells, groups->table->field_count);
    return true;
}

void groups_close(struct groups *groups) {
    if (!groups) return;
    free_rooms(groups);
    text_map_free(&groups->values);
    free(groups->groups);
    free(groups);
}

void group_file_close(struct group_file *file) {
    if (file->file >= 0) close(file->file);
    window_close(&file->window);
    *file = GROUP_FILE_EMPTY;
}
