/* network.c - what comes from others: a message of XML-RPC, an answer of Sesame, the state of a download that an
 * earlier run left; the first byte says which. */
#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#include "download/part.h"
#include "fuzz.h"
#include "services/sesame.h"
#include "services/xmlrpc.h"

/* Texts put into a call come out of it again. */
static void check_message(struct slice document) {
    struct xmlrpc message = {0}, again = {0};
    struct error error = {0};
    struct buffer call = {0};
    if (xmlrpc_parse(&message, document, &error)) {
        const char *at = message.texts.bytes, *end = at ? at + message.texts.length : at;
        xmlrpc_begin(&call, "fuzz.test");
        while (at < end) {
            const char *text = at + strlen(at) + 1;
            hold(text < end, "a text for each path");
            hold(xmlrpc_text(&message, at) != NULL, "found by its path");
            xmlrpc_string(&call, text);
            at = text + strlen(text) + 1;
        }
        hold(at == end && xmlrpc_end(&call), "whole texts");
        hold(xmlrpc_parse(&again, buffer_slice(&call), &error), "a call can be read");
        unsigned number = 0;
        for (at = message.texts.bytes; at < end; number++) {
            char path[16];
            snprintf(path, sizeof path, "%u", number);
            const char *text = at + strlen(at) + 1, *got = xmlrpc_text(&again, path);
            bool is_same = got && strlen(got) == strlen(text);
            for (size_t i = 0; is_same && text[i]; i++)
                is_same = got[i] == text[i] || got[i] == '?' || (text[i] == '\r' && got[i] == '\n');
            hold(is_same, "the same text");
            at = text + strlen(text) + 1;
        }
    } else {
        hold(error.text != NULL, "an error has a text");
    }
    xmlrpc_free(&message);
    xmlrpc_free(&again);
    buffer_free(&call);
    error_clear(&error);
}

enum { NAMES = 3 };

static bool read_answer(struct slice text, size_t piece, struct sesame_object objects[NAMES], struct error *error) {
    struct sesame_answer *answer = sesame_answer_open(objects, NAMES);
    bool done = answer != NULL;
    while (done && text.length > 0) {
        size_t part = piece < text.length ? piece : text.length;
        done = sesame_answer_take(answer, text.text, part, error);
        text.text += part;
        text.length -= part;
    }
    done = done && sesame_answer_end(answer, error);
    sesame_answer_close(answer);
    hold(done || error->text, "an error has a text");
    return done;
}

static void check_answer(struct slice text) {
    struct sesame_object whole[NAMES] = {0}, pieces[NAMES] = {0};
    struct error error = {0}, error_pieces = {0};
    bool done = read_answer(text, SIZE_MAX, whole, &error);
    hold(read_answer(text, 5, pieces, &error_pieces) == done, "pieces are as good as the whole");
    for (size_t i = 0; i < NAMES; i++) {
        if (done && whole[i].is_found) {
            hold(whole[i].ra_deg >= 0 && whole[i].ra_deg <= 360 && fabs(whole[i].dec_deg) <= 90, "a position");
            hold(whole[i].ra_text && whole[i].dec_text && whole[i].type, "its texts");
            hold_equal(slice_of(whole[i].ra_text), slice_of(pieces[i].ra_text), "the same text");
            hold(whole[i].ra_deg == pieces[i].ra_deg, "the same position");
        }
        sesame_object_free(&whole[i]);
        sesame_object_free(&pieces[i]);
    }
    error_clear(&error);
    error_clear(&error_pieces);
}

static char folder[] = "/tmp/fuzz-XXXXXX";

static const char *path_of(const char *name) {
    static char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void remove_folder(void) {
    rmdir(folder);
}

static void put_file(const char *name, const void *bytes, size_t length) {
    int file = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    hold(file >= 0 && write(file, bytes, length) == (ssize_t)length, "a file is written");
    close(file);
}

/* The state, and behind a NUL the bytes it speaks of. */
static void check_state(struct slice text) {
    static bool has_folder;
    if (!has_folder) has_folder = mkdtemp(folder) && atexit(remove_folder) == 0;
    const char *nul = text.length ? memchr(text.text, '\0', text.length) : NULL;
    size_t state = nul ? (size_t)(nul - text.text) : text.length, bytes = nul ? text.length - state - 1 : 0;
    put_file("part.part.state", text.text, state);
    put_file("part.part", text.text + text.length - bytes, bytes);
    struct part part = {0};
    struct error error = {0};
    enum part_status status = part_open(&part, folder, "part", "http://h.example/x", &error);
    hold((status == PART_READY) == !error.text, "ready or an error");
    if (status == PART_READY) {
        hold(part.length <= bytes, "no more than there is");
        hold(part.length == 0 || part.validator, "nothing is continued without a validator");
        part_discard(&part);
    }
    hold(access(path_of("part.part"), F_OK) != 0 && access(path_of("part.part.state"), F_OK) != 0, "nothing is left");
    free(part.path);
    error_clear(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length == 0) return 0;
    struct slice text = {(const char *)bytes + 1, length - 1};
    switch (bytes[0] % 3) {
    case 0: check_message(text); break;
    case 1: check_answer(text); break;
    default: check_state(text); break;
    }
    return 0;
}
