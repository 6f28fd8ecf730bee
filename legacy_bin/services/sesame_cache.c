/* sesame_cache.c - the cache of VOClient 1.0 for resolved names, made safe. */
#include "services/sesame_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "io/output.h"

enum { FRESH_SECONDS = 30 * 86400, LARGEST_FILE = 1 << 20 };

static const char *const folders[] = {".voclient", "cache", "sesame"};

static bool is_blank(char c) {
    return byte_is_blank(c) || c == '\v' || c == '\f';
}

static bool is_control(char c) {
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* $HOME/.voclient/cache/sesame/, its NUL not counted; false: no HOME. */
static bool append_folder(struct buffer *path, bool is_made) {
    const char *home = getenv("HOME");
    bool done = home && *home && buffer_append_string(path, home);
    for (size_t i = 0; i < sizeof folders / sizeof *folders && done; i++) {
        done = buffer_append_byte(path, '/') && buffer_append_string(path, folders[i]) && buffer_string(path);
        if (done && is_made && mkdir(path->bytes, 0777) != 0 && errno != EEXIST) return false;
    }
    return done && buffer_append_byte(path, '/');
}

/* White space is `_`; what is not plainly safe is percent-encoded, `_` and `+` too, so that each name has a file
 * of its own. */
static bool append_key(struct buffer *path, const char *name) {
    for (const char *c = name; *c; c++) {
        bool done;
        if (is_blank(*c))
            done = buffer_append_byte(path, '_');
        else if (*c == '_' || (*c == '.' && c == name))
            done = buffer_append_format(path, "%%%02X", (unsigned char)*c);
        else
            done = http_encode(path, (struct slice){c, 1});
        if (!done) return false;
    }
    return true;
}

/* As VOClient 1.0 spelled them, white space as `space`. */
static bool append_old_key(struct buffer *path, const char *name, char space) {
    if (strchr(name, '/') || name[0] == '.') return false;
    for (const char *c = name; *c; c++)
        if (!buffer_append_byte(path, is_blank(*c) ? space : *c)) return false;
    return true;
}

/* Is `line` the record of `name`? Old records may have `_` or `+` for blanks. Returns what follows the `: `. */
static const char *match_name(const char *line, const char *name) {
    for (; *name; name++, line++) {
        bool is_same = *line == *name || (is_blank(*name) && (*line == '_' || *line == '+' || *line == ' '));
        if (!is_same) return NULL;
    }
    return line[0] == ':' && line[1] == ' ' ? line + 2 : NULL;
}

/* The next blank-separated word of a line. */
static struct slice take_word(const char **line) {
    *line += strspn(*line, " ");
    struct slice word = {*line, strcspn(*line, " ")};
    *line += word.length;
    return word;
}

static bool parse_record(const char *line, const char *name, struct sesame_object *object) {
    const char *rest = match_name(line, name);
    if (!rest) return false;
    struct slice ra_text = take_word(&rest), dec_text = take_word(&rest);
    double *const numbers[] = {&object->ra_deg, &object->dec_deg, &object->ra_error_mas, &object->dec_error_mas};
    bool has_value = false;
    for (size_t i = 0; i < 4; i++) {
        struct slice word = take_word(&rest);
        if (number_read_double(word, numbers[i]) != NUMBER_WHOLE) return false;
        if (*numbers[i] != 0) has_value = true;
    }
    if (!has_value) return false; /* 1.0 wrote such entries for names that it had not found */
    struct slice type = slice_trim(slice_of(rest));
    object->name = strdup(name);
    object->ra_text = strndup(ra_text.text, ra_text.length);
    object->dec_text = strndup(dec_text.text, dec_text.length);
    object->type = type.length ? strndup(type.text, type.length) : strdup("Unknown");
    object->is_found = true;
    return object->name && object->ra_text && object->dec_text && object->type;
}

/* The last line of a file that is not empty, in `text`; 1.0 appended. */
static const char *read_last_line(const char *path, struct buffer *text, time_t *modified) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    if (file < 0) return NULL;
    bool done = fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size < LARGEST_FILE;
    char *room = done ? buffer_reserve(text, (size_t)status.st_size + 1) : NULL;
    ssize_t length = room ? read(file, room, (size_t)status.st_size) : -1;
    close(file);
    if (length <= 0) return NULL;
    while (length > 0 && byte_is_blank(room[length - 1])) length--;
    room[length] = '\0';
    *modified = status.st_mtime;
    const char *start = strrchr(room, '\n');
    return start ? start + 1 : room;
}

enum sesame_cache_match sesame_cache_read(const char *name, struct sesame_object *object) {
    if (getenv("VOC_NO_CACHE")) return SESAME_CACHE_NONE;
    enum sesame_cache_match match = SESAME_CACHE_NONE;
    struct buffer path = {0}, text = {0};
    if (!append_folder(&path, false)) {
        buffer_free(&path);
        return SESAME_CACHE_NONE;
    }
    size_t folder_length = path.length;
    for (int spelling = 0; spelling < 3 && match == SESAME_CACHE_NONE; spelling++) {
        time_t modified;
        path.length = folder_length;
        text.length = 0;
        bool done = spelling == 0 ? append_key(&path, name) : append_old_key(&path, name, spelling == 1 ? '_' : '+');
        const char *line = done && buffer_string(&path) ? read_last_line(path.bytes, &text, &modified) : NULL;
        if (line && parse_record(line, name, object))
            match = time(NULL) - modified > FRESH_SECONDS ? SESAME_CACHE_OLD : SESAME_CACHE_NEW;
        else
            sesame_object_free(object);
    }
    buffer_free(&path);
    buffer_free(&text);
    return match;
}

/* The usual decimals, or as many as it takes to read the same number again. */
static void write_number(struct output *output, double value, int decimals) {
    char room[64], shortest[NUMBER_ROOM];
    double again;
    snprintf(room, sizeof room, " %.*f", decimals, value);
    if (number_read_double(slice_of(room), &again) == NUMBER_WHOLE && again == value)
        output_write_string(output, room);
    else
        output_format(output, " %.*s", (int)number_write_double(shortest, value), shortest);
}

/* A file of ours, or none yet; whatever else somebody put there is neither followed nor waited for. */
static bool may_write(const char *path) {
    struct stat status;
    return lstat(path, &status) == 0 ? S_ISREG(status.st_mode) : errno == ENOENT;
}

void sesame_cache_write(const struct sesame_object *object) {
    for (const char *c = object->name; *c; c++)
        if (is_control(*c)) return; /* would not read back */
    if (getenv("VOC_NO_CACHE")) return;
    struct buffer path = {0};
    struct error error = {0};
    struct output *output = NULL;
    if (append_folder(&path, true) && append_key(&path, object->name) && buffer_string(&path) && may_write(path.bytes))
        output = output_open(path.bytes, &error);
    if (output) {
        output_format(output, "%s: %s %s", object->name, object->ra_text, object->dec_text);
        write_number(output, object->ra_deg, 6);
        write_number(output, object->dec_deg, 6);
        write_number(output, object->ra_error_mas, 2);
        write_number(output, object->dec_error_mas, 2);
        output_format(output, " %s\n", object->type);
        output_commit(output, &error);
    }
    error_clear(&error);
    buffer_free(&path);
}

bool sesame_cache_empty(struct error *error) {
    struct buffer path = {0};
    if (!append_folder(&path, false) || !buffer_string(&path)) {
        buffer_free(&path);
        return error_set(error, "cannot empty the cache: HOME is not set");
    }
    path.bytes[path.length - 1] = '\0'; /* a link is not followed when its name does not end in a slash */
    int folder = open(path.bytes, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *entries = folder < 0 ? NULL : fdopendir(folder);
    bool done = entries != NULL || errno == ENOENT;
    if (!done) error_set_errno(error, "cannot empty the cache '%s'", path.bytes);
    if (!entries && folder >= 0) close(folder);
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        /* Links go, what they point to stays; so do folders, none of which is ours. */
        if (unlinkat(folder, entry->d_name, 0) != 0 && errno != EISDIR && errno != ENOENT && done)
            done = error_set_errno(error, "cannot remove '%s/%s'", path.bytes, entry->d_name);
    }
    if (entries) closedir(entries);
    buffer_free(&path);
    return done;
}
