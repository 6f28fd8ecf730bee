/* html.c - the document as a page (html: the metadata and first table of each RESOURCE), or its first
 * table alone (shtml). What describes a RESOURCE may follow its TABLE: tables wait in spools. */
#include <stdlib.h>

#include "table/first.h"
#include "votable/sink.h"

/* Something written that waits for what must stand before it. */
struct part {
    struct output *output; /* NULL: nothing was written */
    struct spool *spool;
};

struct html {
    struct sink sink;
    struct output *lines;      /* where the current table goes */
    struct first_output first; /* shtml */
    struct part table[2];      /* html: of the top RESOURCE, and of the one nested in it */
    struct part nested;        /* html: the RESOURCEs nested in the top one, written out */
    bool has_blocks;           /* html: a RESOURCE has been written */
    struct sink_room room;
};

/* `'` would end the attributes of our tables. */
static void write_text(struct output *output, struct slice text) {
    size_t plain = 0;
    for (size_t at = 0; at < text.length; at++) {
        struct slice other;
        switch (text.text[at]) {
        case '&': other = SLICE("&amp;"); break;
        case '<': other = SLICE("&lt;"); break;
        case '>': other = SLICE("&gt;"); break;
        case '"': other = SLICE("&quot;"); break;
        default: continue;
        }
        output_write(output, text.text + plain, at - plain);
        output_write_slice(output, other);
        plain = at + 1;
    }
    if (plain < text.length) output_write(output, text.text + plain, text.length - plain);
}

static void write_attribute_text(struct output *output, struct slice text) {
    const char *quote;
    while (text.length && (quote = memchr(text.text, '\'', text.length))) {
        size_t part = (size_t)(quote - text.text);
        write_text(output, (struct slice){text.text, part});
        output_write_slice(output, SLICE("&#39;"));
        text.text += part + 1;
        text.length -= part + 1;
    }
    write_text(output, text);
}

static struct part open_part(struct error *error) {
    struct part part = {.spool = spool_open(error)};
    if (part.spool) part.output = output_open_spool(part.spool, error);
    return part;
}

static void close_part(struct part *part) {
    if (part->output) output_discard(part->output);
    spool_close(part->spool);
    *part = (struct part){0};
}

static bool copy_part(struct part *part, struct output *output, struct error *error) {
    if (!part->output) return true;
    bool done = output_commit(part->output, error);
    part->output = NULL;
    done = done && spool_copy(part->spool, output, error);
    close_part(part);
    return done;
}

/* 1: a child of VOTABLE, 2: nested in one of these, and so on. */
static unsigned resource_level(const struct vot_node *resource) {
    unsigned level = 0;
    for (; resource->parent && resource->element == VOT_RESOURCE; resource = resource->parent) level++;
    return level;
}

static struct slice description_of(const struct vot_node *node, struct arena *arena) {
    const struct vot_node *description = vot_child(node, VOT_DESCRIPTION);
    return description ? vot_node_text(description, arena) : (struct slice){0};
}

static const char spacer[] = "<tr><td>&nbsp;</td><td colspan='3'/></tr>";

static void write_resource_attribute(struct output *output, const struct vot_node *resource, const char *name) {
    struct slice value = vot_attribute(resource, name);
    if (!value.text) return;
    output_format(output, " %s='", name);
    write_attribute_text(output, value);
    output_write(output, "'", 1);
}

static void write_facts(struct output *output, const struct vot_node *resource, enum vot_element kind,
                        struct arena *arena) {
    for (const struct vot_node *node = vot_child(resource, kind); node; node = vot_sibling(node, kind)) {
        output_format(output, "<tr><td><b>%s</b></td><td>", vot_element_name(kind));
        write_text(output, vot_attribute(node, "name"));
        output_write_slice(output, SLICE("</td><td>"));
        write_text(output, vot_attribute(node, "value"));
        output_write_slice(output, SLICE("</td>"));
        if (vot_child(node, VOT_DESCRIPTION)) {
            output_write_slice(output, SLICE("<td>"));
            write_text(output, description_of(node, arena));
            output_write_slice(output, SLICE("</td></tr>"));
        } else {
            output_write_slice(output, SLICE("<td/></tr>"));
        }
    }
}

static void write_metadata(struct html *html, struct output *output, const struct vot_node *resource) {
    struct arena arena = {0};
    output_write_string(output, "<table border='0' width='90%'><tbody><tr><td><b>FILE NAME</b>:</td><td colspan='3'>");
    write_text(output, slice_of(html->sink.settings.input_name));
    output_write_string(output, "</td></tr><tr><td><b>RESOURCE</b>:</td><td colspan='3'>");
    write_resource_attribute(output, resource, "ID");
    write_resource_attribute(output, resource, "name");
    write_resource_attribute(output, resource, "type");
    output_write_string(output, "</td></tr>\n<tr><td valign='top'><b>DESCRIPTION:</b></td><td colspan='3'>");
    write_text(output, description_of(resource, &arena));
    output_format(output, "</td></tr>%s\n", spacer);
    write_facts(output, resource, VOT_INFO, &arena);
    write_facts(output, resource, VOT_PARAM, &arena);
    output_format(output, "%s\n</tr></tbody></table>\n", spacer);
    arena_free(&arena);
}

static bool is_page(const struct sink *sink) {
    return sink->settings.format == FORMAT_HTML;
}

static bool start(struct sink *sink, const struct vot_node *node, struct error *error) {
    struct html *html = (struct html *)sink;
    (void)error;
    if (is_page(sink) && !node->parent) {
        output_write_string(sink->output, "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\">\n"
                                          "<html><head><title>File: ");
        write_text(sink->output, slice_of(sink->settings.input_name));
        output_write_string(sink->output, "</title></head><body>\n");
    }
    if (!is_page(sink) && node->element == VOT_TABLE) first_output_start(&html->first, node);
    return true;
}

static bool shows(const struct sink *sink, const struct vot_table *table) {
    if (!is_page(sink)) return first_table_is(table->node);
    const struct vot_node *resource = table->node->parent;
    unsigned level = resource_level(resource); /* 0: it is none */
    return level >= 1 && level <= 2 && vot_child(resource, VOT_TABLE) == table->node;
}

static bool rows(struct sink *sink, const struct vot_table *table, struct error *error) {
    struct html *html = (struct html *)sink;
    if (is_page(sink)) {
        struct part *part = &html->table[resource_level(table->node->parent) - 1];
        close_part(part);
        *part = open_part(error);
        html->lines = part->output;
    } else {
        html->lines = first_output_rows(&html->first, table, sink->output, error);
    }
    if (!html->lines) return false;
    output_write_string(html->lines, "<table border='1'>\n");
    if (!is_page(sink)) {
        output_write_string(html->lines, "<tcaption>File: ");
        write_text(html->lines, slice_of(sink->settings.input_name));
        output_write_string(html->lines, "</tcaption>\n");
    }
    output_write_string(html->lines, "<thead><tr style=\"background:#eec\">\n");
    for (size_t i = 0; i < table->field_count; i++) {
        char room[32];
        output_write_slice(html->lines, SLICE("<th>"));
        write_text(html->lines, vot_field_label(&table->fields[i], i, room));
        output_write_slice(html->lines, SLICE("</th>"));
    }
    output_write_string(html->lines, "</tr></thead>\n<tbody>\n");
    return true;
}

static bool starts_with(struct slice text, struct slice start) {
    return text.length >= start.length && slice_equal_nocase((struct slice){text.text, start.length}, start);
}

static bool is_link(struct slice text) {
    return starts_with(text, SLICE("http://")) || starts_with(text, SLICE("https://")) ||
           starts_with(text, SLICE("ftp://"));
}

static bool make(const struct sink *sink, struct sink_room *room, const struct vot_table *table,
                 const struct vot_row *row, uint64_t number, struct output *output, struct error *error) {
    (void)sink;
    output_write_string(output,
                        number % 2 == 0 ? " <tr style=\"background:#ccc\">\n" : " <tr style=\"background:#eee\">\n");
    for (size_t i = 0; i < row->count; i++) {
        struct slice text = vot_cell_text(&table->fields[i], &row->cells[i], &room->text);
        if (!text.text) return error_set_memory(error);
        output_write_slice(output, SLICE("  <td>"));
        if (is_link(text)) {
            output_write_slice(output, SLICE("<a href=\""));
            write_attribute_text(output, text);
            output_write_slice(output, SLICE("\">"));
        }
        write_text(output, text);
        if (is_link(text)) output_write_slice(output, SLICE("</a>"));
        output_write_slice(output, SLICE("</td>\n"));
    }
    output_write_slice(output, SLICE(" </tr>\n"));
    return true;
}

static bool row(struct sink *sink, const struct vot_table *table, const struct vot_row *row, struct error *error) {
    struct html *html = (struct html *)sink;
    return make(sink, &html->room, table, row, sink->rows - 1, html->lines, error);
}

static bool put(struct sink *sink, struct slice bytes, uint64_t rows, struct error *error) {
    (void)rows, (void)error;
    output_write_slice(((struct html *)sink)->lines, bytes);
    return true;
}

static const struct sink_maker *maker(const struct sink *sink) {
    static const struct sink_maker lines = {.is_for_text = true, .is_for_binary = true, .make = make, .put = put};
    (void)sink;
    return &lines;
}

static bool rows_end(struct sink *sink, const struct vot_table *table, struct error *error) {
    struct html *html = (struct html *)sink;
    (void)table, (void)error;
    output_write_string(html->lines, "</tbody>\n</table>\n");
    return true;
}

/* A RESOURCE is over: its metadata, its table, then the RESOURCEs in it. */
static bool finish(struct sink *sink, const struct vot_node *node, struct error *error) {
    struct html *html = (struct html *)sink;
    if (!is_page(sink) || node->element != VOT_RESOURCE) return true;
    unsigned level = resource_level(node);
    if (level > 2) return true;
    struct output *output = sink->output;
    if (level == 2) {
        if (!html->nested.output) html->nested = open_part(error);
        if (!(output = html->nested.output)) return false;
    }
    if (level == 2 || html->has_blocks) output_write_string(output, "<hr noshade='3'>\n");
    write_metadata(html, output, node);
    if (!copy_part(&html->table[level - 1], output, error)) return false;
    if (level == 2) return true;
    html->has_blocks = true;
    return copy_part(&html->nested, output, error);
}

static bool end(struct sink *sink, struct error *error) {
    if (!is_page(sink)) return first_output_end(&((struct html *)sink)->first, sink->output, error);
    output_write_string(sink->output, "</body>\n</html>\n");
    return true;
}

static void close_html(struct sink *sink) {
    struct html *html = (struct html *)sink;
    first_output_close(&html->first);
    close_part(&html->table[0]);
    close_part(&html->table[1]);
    close_part(&html->nested);
    buffer_free(&html->room.text);
    free(html);
}

static const struct sink_class class = {
    .start = start,
    .finish = finish,
    .rows = rows,
    .row = row,
    .rows_end = rows_end,
    .end = end,
    .shows = shows,
    .close = close_html,
    .maker = maker,
};

struct sink *html_sink_open(struct sink_settings settings, struct output *output, struct error *error) {
    return sink_new(sizeof(struct html), &class, settings, output, error);
}
