/* access_table.c - the URLs in tables: which column holds them, which rows count; and in DataLink documents. */
#include <stdlib.h>
#include <string.h>

#include "download/access_list.h"
#include "io/reference.h"
#include "votable/reader.h"

static const char default_ucd[] = "VOX:Image_AccessReference";

/* What marks a column, most telling first. */
struct mark {
    const char *attribute, *value;
};
static const struct mark url_marks[] = {
    {"ucd", default_ucd},
    {"ucd", "meta.ref.url"},
    {"utype", "ssa:Access.Reference"},
    {"utype", "obscore:access.reference"},
    {"utype", "Access.Reference"},
    {"ucd", "DATA_LINK"},
    {0},
};
static const struct mark format_marks[] = {
    {"utype", "ssa:Access.Format"},
    {"utype", "obscore:access.format"},
    {"utype", "Access.Format"},
    {0},
};

static long find_marked(const struct vot_table *table, const struct mark *mark) {
    for (size_t i = 0; i < table->field_count; i++)
        if (slice_equal_nocase(slice_trim(vot_attribute(table->fields[i].node, mark->attribute)),
                               slice_of(mark->value)))
            return (long)i;
    return -1;
}

static long find_first_marked(const struct vot_table *table, const struct mark *marks) {
    for (; marks->value; marks++) {
        long found = find_marked(table, marks);
        if (found >= 0) return found;
    }
    return -1;
}

static bool contains_nocase(struct slice text, const char *part) {
    size_t length = strlen(part);
    for (size_t at = 0; at + length <= text.length; at++)
        if (strncasecmp(text.text + at, part, length) == 0) return true;
    return false;
}

static long find_url_column(const struct vot_table *table, const struct access_choice *choice) {
    if (choice->url_column >= 0) return choice->url_column < (long)table->field_count ? choice->url_column : -1;
    if (choice->ucd) return find_marked(table, &(struct mark){"ucd", choice->ucd});
    return find_first_marked(table, url_marks);
}

static long find_format_column(const struct vot_table *table, const struct access_choice *choice) {
    if (choice->format_column >= 0)
        return choice->format_column < (long)table->field_count ? choice->format_column : -1;
    for (size_t i = 0; i < table->field_count; i++)
        if (contains_nocase(vot_attribute(table->fields[i].node, "ucd"), "VOX:Image_Format")) return (long)i;
    return find_first_marked(table, format_marks);
}

/* A cell's text; {NULL, 0} for column -1. *failed: no memory. */
static struct slice text_of(const struct vot_table *table, const struct vot_row *row, long column, struct buffer *room,
                            bool *failed) {
    if (column < 0) return (struct slice){0};
    struct slice text = vot_cell_text(&table->fields[column], &row->cells[column], room);
    if (!text.text) *failed = true;
    return slice_trim(text);
}

struct reading {
    struct access_list *list;
    const struct access_choice *choice;
    long url, format; /* columns of the current table */
    bool has_table, has_column;
    struct buffer url_room, format_room;
};

static bool take_row(struct reading *reading, const struct vot_table *table, const struct vot_row *row,
                     struct error *error) {
    bool failed = false;
    struct slice url = text_of(table, row, reading->url, &reading->url_room, &failed);
    struct slice format = text_of(table, row, reading->format, &reading->format_room, &failed);
    if (failed) return error_set_memory(error);
    const char *wanted = reading->choice->format;
    if (url.length == 0 || (wanted && format.length && !contains_nocase(format, wanted))) return true;
    return access_list_add(reading->list, url, (struct slice){0}, format, error);
}

/* The first TABLE of a RESOURCE counts, as everywhere. Its columns are chosen anew. */
static bool begin_table(struct reading *reading, const struct vot_table *table) {
    if (vot_child(table->node->parent, VOT_TABLE) != table->node) return false;
    reading->has_table = true;
    reading->url = find_url_column(table, reading->choice);
    if (reading->url < 0) return false;
    reading->format = find_format_column(table, reading->choice);
    reading->has_column = true;
    reading->list->columns.url = reading->url;
    reading->list->columns.format = reading->format;
    return true;
}

static bool say_no_column(const struct access_choice *choice, struct error *error) {
    if (choice->url_column >= 0) return error_set(error, "Error: no acref column found (%ld)", choice->url_column);
    return error_set(error, "Error: no acref column found (%s)", choice->ucd ? choice->ucd : default_ucd);
}

bool access_list_read_table(struct access_list *list, const char *argument, const struct access_choice *choice,
                            struct error *error) {
    struct vot_reader *reader = vot_open(argument, error);
    if (!reader) {
        error->is_input = true;
        return false;
    }
    struct reading reading = {.list = list, .choice = choice};
    list->columns.url = list->columns.format = -1;
    enum vot_event event;
    bool done = true;
    while (done && (event = vot_next(reader, error)) != VOT_END) {
        const struct vot_table *table = vot_current_table(reader);
        if (event == VOT_ERROR)
            done = false;
        else if (event == VOT_ROWS && !begin_table(&reading, table))
            done = vot_skip_rows(reader, error) == VOT_ROWS_END;
        else if (event == VOT_ROW)
            done = take_row(&reading, table, vot_current_row(reader), error);
        else if (event == VOT_START && vot_node(reader)->element == VOT_TABLE)
            reading.has_table = true;
        else if (event == VOT_FINISH && vot_node(reader)->element == VOT_TABLE && !vot_has_rows(vot_node(reader)))
            reading.has_column = true; /* a table without DATA has nothing to fetch */
    }
    if (done && !reading.has_table) done = error_set(error, "Error: No <TABLE> in <RESOURCE>");
    if (done && !reading.has_column) done = say_no_column(choice, error);
    buffer_free(&reading.url_room);
    buffer_free(&reading.format_room);
    vot_close(reader);
    return done;
}

/* Columns of a links table by name (DataLink 1.1 section 3.2). */
struct links_columns {
    long url, semantics, message, type;
};

static struct links_columns find_links_columns(const struct vot_table *table) {
    return (struct links_columns){
        .url = find_marked(table, &(struct mark){"name", "access_url"}),
        .semantics = find_marked(table, &(struct mark){"name", "semantics"}),
        .message = find_marked(table, &(struct mark){"name", "error_message"}),
        .type = find_marked(table, &(struct mark){"name", "content_type"}),
    };
}

/* `#this`, or the term's full address in the vocabulary. */
static bool is_this(struct slice semantics) {
    return semantics.length >= 5 && strncasecmp(semantics.text + semantics.length - 5, "#this", 5) == 0;
}

static bool take_link(struct access_list *list, const struct vot_table *table, const struct vot_row *row,
                      const struct links_columns *columns, const char *base, struct error *error,
                      struct error *complaint) {
    struct buffer rooms[4] = {0};
    bool failed = false, done = true;
    struct slice url = text_of(table, row, columns->url, &rooms[0], &failed);
    struct slice semantics = text_of(table, row, columns->semantics, &rooms[1], &failed);
    struct slice message = text_of(table, row, columns->message, &rooms[2], &failed);
    struct slice type = text_of(table, row, columns->type, &rooms[3], &failed);
    if (failed) {
        done = error_set_memory(error);
    } else if (message.length) {
        error_set(complaint, "%.*s", (int)message.length, message.text);
    } else if (is_this(semantics) && url.length) {
        char *relative = strndup(url.text, url.length);
        char *absolute = relative ? reference_resolve(relative, base, error) : NULL;
        done = absolute && access_list_add(list, slice_of(absolute), (struct slice){0}, type, error);
        free(relative);
        free(absolute);
    }
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) buffer_free(&rooms[i]);
    return done;
}

bool access_list_read_links(struct access_list *list, const char *argument, const char *base, struct error *error,
                            struct error *complaint) {
    struct vot_reader *reader = vot_open(argument, error);
    struct links_columns columns = {-1, -1, -1, -1};
    bool done = reader != NULL, has_links = false;
    enum vot_event event;
    while (done && (event = vot_next(reader, error)) != VOT_END) {
        const struct vot_table *table = vot_current_table(reader);
        if (event == VOT_ERROR) {
            done = false;
        } else if (event == VOT_ROWS) {
            columns = find_links_columns(table);
            bool is_links = !has_links && columns.url >= 0 && columns.semantics >= 0;
            has_links = has_links || is_links;
            if (!is_links) done = vot_skip_rows(reader, error) == VOT_ROWS_END;
        } else if (event == VOT_ROW) {
            done = take_link(list, table, vot_current_row(reader), &columns, base, error, complaint);
        }
    }
    vot_close(reader);
    if (done && !has_links) done = error_set(error, "the links document has no table of links");
    return done;
}
