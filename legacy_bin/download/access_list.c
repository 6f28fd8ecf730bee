/* access_list.c - a growing list of URLs, lines of a file among them, and the names of the files they will be. */
#include "download/access_list.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/utf8.h"

enum { LARGEST_LIST = 2000000000 }; /* bytes of text: some ten million URLs */

void access_list_free(struct access_list *list) {
    arena_free(&list->arena);
    free(list->items);
    *list = (struct access_list){0};
}

static const char *keep(struct access_list *list, struct slice text) {
    return text.length ? arena_copy(&list->arena, text).text : NULL;
}

/* A URL has no control characters, and lists of URLs have one a line: they are percent-encoded. */
static const char *keep_url(struct access_list *list, struct slice url) {
    struct buffer encoded = {0};
    bool is_plain = true, done = true;
    for (size_t i = 0; i < url.length; i++) {
        unsigned char byte = (unsigned char)url.text[i];
        bool is_control = byte < 0x20 || byte == 0x7f;
        if (is_control) is_plain = false;
        if (is_plain) continue;
        if (!encoded.length) done = buffer_append(&encoded, url.text, i);
        done = done && (is_control ? buffer_append_format(&encoded, "%%%02X", byte)
                                   : buffer_append_byte(&encoded, url.text[i]));
    }
    const char *kept = done ? keep(list, is_plain ? url : buffer_slice(&encoded)) : NULL;
    buffer_free(&encoded);
    return kept;
}

bool access_list_add(struct access_list *list, struct slice url, struct slice name, struct slice format,
                     struct error *error) {
    list->arena.maximum = LARGEST_LIST;
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 64;
        struct access *items = reallocarray(list->items, room, sizeof *items);
        if (!items) return error_set_memory(error);
        list->items = items;
        list->room = room;
    }
    struct access item = {keep_url(list, url), keep(list, name), keep(list, format), false};
    if (!item.url || (name.length && !item.name) || (format.length && !item.format)) return error_set_memory(error);
    list->items[list->count++] = item;
    return true;
}

static bool add_line(struct access_list *list, struct slice line, const char *file, struct error *error) {
    line = slice_trim(line);
    if (line.length == 0 || line.text[0] == '#') return true;
    const char *tab = memchr(line.text, '\t', line.length);
    struct slice url = {line.text, tab ? (size_t)(tab - line.text) : line.length}, name = {0};
    if (tab) name = slice_trim((struct slice){tab, line.length - url.length});
    if (tab && !access_name_is_safe(name))
        return error_set(error, "Error: '%s' gives the local name '%.*s', which is not a plain file name", file,
                         (int)name.length, name.text);
    return access_list_add(list, slice_trim(url), name, (struct slice){0}, error);
}

bool access_list_read_lines(struct access_list *list, int descriptor, const char *name, struct error *error) {
    int copy = dup(descriptor);
    FILE *file = copy < 0 || lseek(copy, 0, SEEK_SET) != 0 ? NULL : fdopen(copy, "r");
    if (!file) {
        error_set_errno(error, "Error opening text file '%s'", name);
        if (copy >= 0) close(copy);
        return false;
    }
    char *line = NULL;
    size_t room = 0;
    bool done = true;
    for (ssize_t length; done && (length = getline(&line, &room, file)) >= 0;)
        done = add_line(list, (struct slice){line, strnlen(line, (size_t)length)}, name, error);
    if (done && !feof(file)) done = error_set_errno(error, "Error: cannot read '%s'", name);
    free(line);
    fclose(file);
    return done;
}

/* The checksum that the original names files by. */
static unsigned long checksum(const char *url) {
    uint32_t sum = 0;
    size_t length = strlen(url);
    const unsigned char *bytes = (const unsigned char *)url;
    for (size_t at = 0; at + 4 <= length; at += 4)
        sum += bytes[at] | (uint32_t)bytes[at + 1] << 8 | (uint32_t)bytes[at + 2] << 16 | (uint32_t)bytes[at + 3] << 24;
    return sum > INT32_MAX ? (unsigned long)UINT32_MAX + 1 - sum : sum;
}

bool access_name_is_safe(struct slice name) {
    if (name.length == 0 || name.length > 200 || name.text[0] == '.') return false;
    uint32_t code;
    for (size_t length; name.length > 0; name.text += length, name.length -= length) {
        length = utf8_read(name, &code);
        if (!length) length = 1, code = 'x'; /* some other encoding: a file name may be that */
        if (code == '/' || utf8_is_control(code)) return false;
    }
    return true;
}

bool access_format_is_links(const char *format) {
    const char *parameter = format ? strcasestr(format, "content=") : NULL;
    if (!parameter || strncasecmp(format, "application/x-votable+xml", 25) != 0) return false;
    parameter += strlen("content=");
    return strncasecmp(parameter + (*parameter == '"'), "datalink", 8) == 0;
}

static const struct access_list *being_sorted; /* qsort passes nothing on; the tools have one thread */

static int compare_names(const void *left, const void *right) {
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    int order = strcmp(being_sorted->items[a].name, being_sorted->items[b].name);
    return order ? order : a < b ? -1 : 1;
}

/* The items order[0] … order[count - 1] have one name. */
static bool tell_apart(struct access_list *list, const size_t *order, size_t count, struct error *error) {
    for (size_t i = 1; i < count; i++) {
        struct access *item = &list->items[order[i]];
        unsigned long others = 0;
        for (size_t j = 0; j < i && !item->is_repeated; j++) {
            const struct access *earlier = &list->items[order[j]];
            if (earlier->is_repeated) continue;
            others++;
            item->is_repeated = strcmp(earlier->url, item->url) == 0;
            if (item->is_repeated) item->name = earlier->name;
        }
        char *name = NULL;
        if (item->is_repeated) continue;
        if (asprintf(&name, "%s-%lu", list->items[order[0]].name, others) < 0) return error_set_memory(error);
        item->name = keep(list, slice_of(name));
        free(name);
        if (!item->name) return error_set_memory(error);
    }
    return true;
}

static bool make_unique(struct access_list *list, struct error *error) {
    size_t *order = calloc(list->count + 1, sizeof *order);
    if (!order) return error_set_memory(error);
    for (size_t i = 0; i < list->count; i++) order[i] = i;
    being_sorted = list;
    qsort(order, list->count, sizeof *order, compare_names);
    bool done = true;
    for (size_t start = 0, end; done && start < list->count; start = end) {
        const char *name = list->items[order[start]].name;
        for (end = start + 1; end < list->count && strcmp(list->items[order[end]].name, name) == 0;) end++;
        done = tell_apart(list, order + start, end - start, error);
    }
    free(order);
    return done;
}

bool access_list_name(struct access_list *list, const char *base, bool by_checksum, size_t first, struct error *error) {
    bool may_clash = by_checksum;
    for (size_t i = 0; i < list->count; i++) {
        char *name = NULL;
        struct access *item = &list->items[i];
        if (item->name) may_clash = true;
        if (item->name) continue;
        int length = by_checksum ? asprintf(&name, "%s%lu", base, checksum(item->url))
                                 : asprintf(&name, "%s%04zu", base, first + i);
        if (length >= 0) item->name = keep(list, slice_of(name));
        if (length >= 0) free(name);
        if (!item->name) return error_set_memory(error);
    }
    return !may_clash || make_unique(list, error);
}
