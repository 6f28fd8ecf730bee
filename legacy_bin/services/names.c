/* names.c - memory, cache and service behind one door. */
#include "services/names.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "services/sesame_cache.h"

enum { LONGEST_QUERY = 4000 }; /* bytes of names in one request, before they are encoded: servers limit URLs */

struct names {
    const struct sesame_service *service;
    bool is_forced;
    struct http *http;
    void *tree; /* of struct known, by name (tsearch) */
    struct error failure;
};

struct known {
    const char *name; /* that of the object, first for the comparison */
    struct sesame_object object;
    bool is_stale; /* used only when the service is silent */
    bool is_known; /* need not be asked for */
};

static int compare(const void *a, const void *b) {
    return strcmp(((const struct known *)a)->name, ((const struct known *)b)->name);
}

static void free_entry(void *node) {
    struct known *entry = node;
    sesame_object_free(&entry->object);
    free(entry);
}

struct names *names_open(const struct sesame_service *service, bool is_forced, struct error *error) {
    struct names *names = calloc(1, sizeof *names);
    if (!names) return error_null_memory(error);
    names->service = service;
    names->is_forced = is_forced;
    if (getenv("VOC_NO_NETWORK")) error_set(&names->failure, "VOC_NO_NETWORK is set");
    return names;
}

static struct known *find(struct names *names, const char *name) {
    const struct known key = {.name = name};
    struct known **node = tfind(&key, &names->tree, compare);
    return node ? *node : NULL;
}

/* The entry of a name, looked up in the cache when it is new; NULL: no memory. */
static struct known *add(struct names *names, const char *name) {
    struct known *entry = find(names, name);
    if (entry) return entry;
    entry = calloc(1, sizeof *entry);
    if (!entry) return NULL;
    enum sesame_cache_match match = sesame_cache_read(name, &entry->object);
    if (match == SESAME_CACHE_NONE) entry->object.name = strdup(name);
    entry->name = entry->object.name;
    entry->is_known = match == SESAME_CACHE_NEW && !names->is_forced;
    entry->is_stale = match != SESAME_CACHE_NONE && !entry->is_known;
    if (entry->name && tsearch(entry, &names->tree, compare)) return entry;
    free_entry(entry);
    return NULL;
}

/* Ask for entries that are not known; what comes is kept in memory and, when it is a position, in the cache. */
static bool ask(struct names *names, struct known *const *entries, size_t count, struct error *error) {
    const char *asked[SESAME_BATCH];
    struct sesame_object objects[SESAME_BATCH] = {0};
    if (!names->http && !(names->http = http_open(1, 1, error))) return false;
    for (size_t i = 0; i < count; i++) asked[i] = entries[i]->name;
    if (!sesame_ask(names->service, names->http, asked, count, objects, &names->failure)) return true;
    for (size_t i = 0; i < count; i++) {
        free(objects[i].name); /* the tree knows the entry by its own */
        objects[i].name = entries[i]->object.name;
        entries[i]->object.name = NULL;
        sesame_object_free(&entries[i]->object);
        entries[i]->object = objects[i];
        entries[i]->is_known = true;
        entries[i]->is_stale = false;
        if (objects[i].is_found) sesame_cache_write(&objects[i]);
    }
    return true;
}

/* Sesame answers nothing at all for a blank name, not even that it is not found. */
static bool is_blank(const char *name) {
    return slice_trim(slice_of(name)).length == 0;
}

bool names_resolve(struct names *names, const char *const *wanted, size_t count, struct error *error) {
    struct known *batch[SESAME_BATCH];
    size_t in_batch = 0, length = 0;
    for (size_t i = 0; i <= count; i++) {
        struct known *entry = i < count ? add(names, wanted[i]) : NULL;
        if (i < count && !entry) return error_set_memory(error);
        bool is_wanted = entry && !entry->is_known && !names->failure.text && !is_blank(entry->name);
        for (size_t other = 0; other < in_batch; other++) is_wanted = is_wanted && batch[other] != entry;
        size_t more = is_wanted ? strlen(entry->name) : 0;
        bool is_full = in_batch == SESAME_BATCH || (in_batch > 0 && length + more > LONGEST_QUERY);
        if (in_batch > 0 && (is_full || i == count)) {
            if (!ask(names, batch, in_batch, error)) return false;
            in_batch = length = 0;
        }
        if (!is_wanted || names->failure.text) continue;
        batch[in_batch++] = entry;
        length += more;
    }
    return true;
}

const struct sesame_object *names_find(struct names *names, const char *wanted, bool *is_stale) {
    const struct known *entry = find(names, wanted);
    if (is_stale) *is_stale = entry && entry->is_stale;
    return entry && (entry->is_known || entry->is_stale) ? &entry->object : NULL;
}

const char *names_failure(const struct names *names) {
    return names->failure.text;
}

void names_close(struct names *names) {
    if (!names) return;
    tdestroy(names->tree, free_entry);
    http_close(names->http);
    error_clear(&names->failure);
    free(names);
}
