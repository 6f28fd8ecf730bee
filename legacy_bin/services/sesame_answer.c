/* sesame_answer.c - the XML that Sesame answers with, read as it arrives by expat, element by element.
 * Taken is the first Resolver of each Target that gives a position; everything else passes by. */
#include <expat.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/number.h"
#include "base/utf8.h"
#include "services/sesame.h"
#include "sky/angle.h"

enum { DEEPEST = 64, LONGEST_TEXT = 1024 };

struct sesame_answer {
    XML_Parser parser;
    struct sesame_object *objects;
    size_t count, targets; /* Targets wanted, and seen */
    size_t depth;
    bool is_in_target, is_in_resolver;
    struct sesame_object found; /* what this Resolver has said so far */
    bool has_ra, has_dec;
    struct buffer text; /* of the element under way */
    struct error error; /* why the parser was stopped */
};

static void stop(struct sesame_answer *answer, const char *what) {
    error_set_input(&answer->error, "the answer is not from Sesame: %s", what);
    XML_StopParser(answer->parser, XML_FALSE);
}

static void stop_memory(struct sesame_answer *answer) {
    error_set_memory(&answer->error);
    XML_StopParser(answer->parser, XML_FALSE);
}

static struct slice local_name(const char *name) {
    const char *colon = strrchr(name, ':');
    return slice_of(colon ? colon + 1 : name);
}

static bool is_named(struct slice name, const char *wanted) {
    return slice_equal(name, slice_of(wanted));
}

/* A copy on one line, without what could steer a terminal. NULL: no memory. */
static char *clean_copy(struct slice text) {
    struct buffer clean = {0};
    bool done = true;
    text = slice_trim(text);
    while (text.length && done) {
        uint32_t code;
        size_t length = utf8_read(text, &code); /* expat has checked that it is UTF-8, but the end may be cut */
        if (length == 0) break;
        bool is_control = utf8_is_control(code);
        if (is_control && byte_is_blank((char)code))
            done = buffer_append_byte(&clean, ' ');
        else if (is_control)
            done = buffer_append_format(&clean, "\\x%02x", code);
        else
            done = buffer_append(&clean, text.text, length);
        text.text += length;
        text.length -= length;
    }
    char *copy = done ? buffer_string(&clean) : NULL;
    if (!copy) buffer_free(&clean);
    return copy;
}

static void XMLCALL start_element(void *context, const char *qualified, const char **attributes) {
    (void)attributes;
    struct sesame_answer *answer = context;
    struct slice name = local_name(qualified);
    answer->text.length = 0;
    if (++answer->depth > DEEPEST) {
        stop(answer, "its elements are nested too deeply");
    } else if (answer->depth == 1 && !is_named(name, "Sesame")) {
        stop(answer, "its root element is not Sesame");
    } else if (answer->depth == 2 && is_named(name, "Target")) {
        answer->is_in_target = true;
        if (++answer->targets > answer->count) stop(answer, "it has more targets than were asked for");
    } else if (answer->is_in_target && is_named(name, "Resolver")) {
        answer->is_in_resolver = true;
        sesame_object_free(&answer->found);
        answer->has_ra = answer->has_dec = false;
    }
}

static void XMLCALL take_text(void *context, const char *text, int length) {
    struct sesame_answer *answer = context;
    size_t room = LONGEST_TEXT - answer->text.length; /* nothing that is of interest is longer */
    if (!buffer_append(&answer->text, text, (size_t)length < room ? (size_t)length : room)) stop_memory(answer);
}

/* `00:42:44.33 +41:16:07.5` */
static bool take_position_text(struct sesame_answer *answer, struct slice text) {
    text = slice_trim(text);
    const char *blank = text.length ? memchr(text.text, ' ', text.length) : NULL;
    if (!blank) return true;
    struct slice ra = {text.text, (size_t)(blank - text.text)};
    struct slice dec = slice_trim((struct slice){blank, text.length - ra.length});
    double ignored;
    if (!angle_read_ra(ra, &ignored) || !angle_read_dec(dec, &ignored)) return true;
    free(answer->found.ra_text);
    free(answer->found.dec_text);
    answer->found.ra_text = clean_copy(ra);
    answer->found.dec_text = clean_copy(dec);
    return answer->found.ra_text && answer->found.dec_text;
}

static bool read_number(struct slice text, double *value) {
    return number_read_double(text, value) == NUMBER_WHOLE && isfinite(*value);
}

static bool replace_text(char **place, struct slice text) {
    free(*place);
    return (*place = clean_copy(text)) != NULL;
}

/* An element inside a Resolver has ended. */
static bool take_value(struct sesame_answer *answer, struct slice name, struct slice text) {
    struct sesame_object *found = &answer->found;
    double value;
    bool is_number = read_number(text, &value);
    if (is_named(name, "jradeg") && is_number && value >= 0 && value <= 360) {
        found->ra_deg = value;
        answer->has_ra = true;
    } else if (is_named(name, "jdedeg") && is_number && fabs(value) <= 90) {
        found->dec_deg = value;
        answer->has_dec = true;
    } else if (is_named(name, "errRAmas") && is_number) {
        found->ra_error_mas = value;
    } else if (is_named(name, "errDEmas") && is_number) {
        found->dec_error_mas = value;
    } else if (is_named(name, "otype") && slice_trim(text).length) {
        return replace_text(&found->type, text);
    } else if (is_named(name, "jpos")) {
        return take_position_text(answer, text);
    }
    return true;
}

/* A Resolver has ended: the first with a position is the answer. What it leaves out is filled in. */
static bool take_resolver(struct sesame_answer *answer) {
    struct sesame_object *object = &answer->objects[answer->targets - 1], *found = &answer->found;
    answer->is_in_resolver = false;
    if (object->is_found || !answer->has_ra || !answer->has_dec) return true;
    char room[ANGLE_ROOM];
    if (!found->ra_text || !found->dec_text) {
        free(found->ra_text);
        free(found->dec_text);
        found->ra_text = strdup(angle_write_ra(room, found->ra_deg, 2));
        found->dec_text = strdup(angle_write_dec(room, found->dec_deg, 1, true));
    }
    if (!found->type) found->type = strdup("Unknown");
    found->is_found = true;
    found->note = object->note;
    *object = *found;
    *found = (struct sesame_object){0};
    return object->ra_text && object->dec_text && object->type;
}

static void XMLCALL end_element(void *context, const char *qualified) {
    struct sesame_answer *answer = context;
    struct slice name = local_name(qualified), text = buffer_slice(&answer->text);
    bool done = true;
    if (answer->is_in_resolver && is_named(name, "Resolver"))
        done = take_resolver(answer);
    else if (answer->is_in_target && (is_named(name, "INFO") || is_named(name, "ERROR")))
        done = replace_text(&answer->objects[answer->targets - 1].note, text);
    else if (answer->is_in_resolver && text.length)
        done = take_value(answer, name, text);
    else if (answer->depth == 2)
        answer->is_in_target = false;
    answer->depth--;
    answer->text.length = 0;
    if (!done) stop_memory(answer);
}

/* A DOCTYPE is ignored, but nothing here needs entities of its own. */
static void XMLCALL refuse_entity(void *context, const char *name, int is_parameter, const char *value, int length,
                                  const char *base, const char *system, const char *public, const char *notation) {
    (void)name, (void)is_parameter, (void)value, (void)length, (void)base, (void)system, (void)public, (void)notation;
    stop(context, "it declares entities");
}

struct sesame_answer *sesame_answer_open(struct sesame_object *objects, size_t count) {
    struct sesame_answer *answer = calloc(1, sizeof *answer);
    if (!answer) return NULL;
    answer->objects = objects;
    answer->count = count;
    answer->parser = XML_ParserCreate(NULL);
    if (!answer->parser) {
        free(answer);
        return NULL;
    }
    XML_SetUserData(answer->parser, answer);
    XML_SetElementHandler(answer->parser, start_element, end_element);
    XML_SetCharacterDataHandler(answer->parser, take_text);
    XML_SetEntityDeclHandler(answer->parser, refuse_entity);
    return answer;
}

static bool parse(struct sesame_answer *answer, const char *bytes, size_t length, bool is_last, struct error *error) {
    if (XML_Parse(answer->parser, bytes, (int)length, is_last) == XML_STATUS_OK) return true;
    if (!answer->error.text)
        return error_set_input(error, "the answer is not from Sesame: %s at line %lu",
                               XML_ErrorString(XML_GetErrorCode(answer->parser)),
                               (unsigned long)XML_GetCurrentLineNumber(answer->parser));
    return answer->error.is_input ? error_set_input(error, "%s", answer->error.text) : error_set_memory(error);
}

bool sesame_answer_take(struct sesame_answer *answer, const void *bytes, size_t length, struct error *error) {
    return parse(answer, bytes, length, false, error);
}

bool sesame_answer_end(struct sesame_answer *answer, struct error *error) {
    if (!parse(answer, "", 0, true, error)) return false;
    if (answer->targets == answer->count) return true;
    return error_set_input(error, "the answer has %zu targets, %zu were asked for", answer->targets, answer->count);
}

void sesame_answer_close(struct sesame_answer *answer) {
    if (!answer) return;
    XML_ParserFree(answer->parser);
    sesame_object_free(&answer->found);
    buffer_free(&answer->text);
    error_clear(&answer->error);
    free(answer);
}
