/* xmlrpc.c - XML-RPC written and read; texts are found by their path, types do not matter. */
#include "services/xmlrpc.h"

#include <expat.h>
#include <string.h>

enum { DEEPEST = 32 };

struct frame {
    size_t path_length; /* before this value added to it */
    unsigned items;     /* values of the list so far */
    bool is_list, has_inner, is_typed;
};

struct parsing {
    XML_Parser parser;
    struct xmlrpc *message;
    struct buffer path, text;
    struct frame frames[DEEPEST]; /* of the values under way */
    size_t depth, member_length[DEEPEST];
    unsigned parameters;
    bool is_in_name, is_in_scalar, is_in_method;
    bool has_failed;
};

static void check(struct parsing *parsing, bool done) {
    if (done) return;
    parsing->has_failed = true;
    XML_StopParser(parsing->parser, XML_FALSE);
}

static void extend_path(struct parsing *parsing, struct slice name) {
    check(parsing, (!parsing->path.length || buffer_append_byte(&parsing->path, '.')) &&
                       buffer_append_slice(&parsing->path, name));
}

static void extend_path_number(struct parsing *parsing, unsigned number) {
    const char *dot = parsing->path.length ? "." : "";
    check(parsing, buffer_append_format(&parsing->path, "%s%u", dot, number));
}

static bool is_container(const char *name) {
    return strcmp(name, "struct") == 0 || strcmp(name, "array") == 0 || strcmp(name, "data") == 0;
}

static void open_value(struct parsing *parsing) {
    check(parsing, parsing->depth < DEEPEST);
    if (parsing->has_failed) return;
    struct frame *outer = parsing->depth ? &parsing->frames[parsing->depth - 1] : NULL;
    parsing->frames[parsing->depth++] = (struct frame){.path_length = parsing->path.length};
    if (!outer && !parsing->message->is_fault)
        extend_path_number(parsing, parsing->parameters++);
    else if (outer && outer->is_list)
        extend_path_number(parsing, outer->items++);
    parsing->text.length = 0;
}

static void on_start(void *context, const char *name, const char **attributes) {
    struct parsing *parsing = context;
    struct frame *frame = parsing->depth ? &parsing->frames[parsing->depth - 1] : NULL;
    (void)attributes;
    if (strcmp(name, "fault") == 0) {
        parsing->message->is_fault = true;
    } else if (strcmp(name, "methodName") == 0) {
        parsing->is_in_method = true;
    } else if (strcmp(name, "value") == 0) {
        open_value(parsing);
    } else if (!frame) {
        return;
    } else if (strcmp(name, "member") == 0) {
        parsing->member_length[parsing->depth - 1] = parsing->path.length;
    } else if (strcmp(name, "name") == 0) {
        parsing->is_in_name = true;
        parsing->text.length = 0;
    } else if (is_container(name)) {
        frame->has_inner = true;
        frame->is_list = strcmp(name, "struct") != 0;
    } else {
        frame->is_typed = parsing->is_in_scalar = true;
        parsing->text.length = 0;
    }
}

static void close_value(struct parsing *parsing) {
    const struct frame *frame = &parsing->frames[--parsing->depth];
    if (!frame->has_inner) {
        struct buffer *texts = &parsing->message->texts;
        check(parsing, buffer_append_slice(texts, buffer_slice(&parsing->path)) && buffer_append_byte(texts, '\0') &&
                           buffer_append_slice(texts, buffer_slice(&parsing->text)) && buffer_append_byte(texts, '\0'));
    }
    parsing->path.length = frame->path_length;
    parsing->text.length = 0;
}

static void on_end(void *context, const char *name) {
    struct parsing *parsing = context;
    parsing->is_in_method = false;
    if (strcmp(name, "value") == 0 && parsing->depth) {
        close_value(parsing);
    } else if (strcmp(name, "name") == 0 && parsing->is_in_name) {
        parsing->is_in_name = false;
        extend_path(parsing, buffer_slice(&parsing->text));
    } else if (strcmp(name, "member") == 0 && parsing->depth) {
        parsing->path.length = parsing->member_length[parsing->depth - 1];
    } else if (!is_container(name)) {
        parsing->is_in_scalar = false;
    }
}

static void on_text(void *context, const char *text, int length) {
    struct parsing *parsing = context;
    const struct frame *frame = parsing->depth ? &parsing->frames[parsing->depth - 1] : NULL;
    if (parsing->is_in_method) check(parsing, buffer_append(&parsing->message->method, text, (size_t)length));
    /* White space around a typed value is none of its text. */
    if (frame && (parsing->is_in_name || parsing->is_in_scalar || !frame->is_typed))
        check(parsing, buffer_append(&parsing->text, text, (size_t)length));
}

static void on_doctype(void *context, const char *name, const char *system, const char *public, int has_internal) {
    (void)name, (void)system, (void)public, (void)has_internal;
    check(context, false); /* no entities, no bombs */
}

bool xmlrpc_parse(struct xmlrpc *message, struct slice document, struct error *error) {
    struct parsing parsing = {.message = message, .parser = XML_ParserCreate(NULL)};
    if (!parsing.parser) return error_set_memory(error);
    XML_SetUserData(parsing.parser, &parsing);
    XML_SetElementHandler(parsing.parser, on_start, on_end);
    XML_SetCharacterDataHandler(parsing.parser, on_text);
    XML_SetStartDoctypeDeclHandler(parsing.parser, on_doctype);
    bool done = XML_Parse(parsing.parser, document.text, (int)document.length, 1) == XML_STATUS_OK &&
                buffer_string(&message->method);
    XML_ParserFree(parsing.parser);
    buffer_free(&parsing.path);
    buffer_free(&parsing.text);
    return done || error_set_input(error, "not a message of XML-RPC");
}

const char *xmlrpc_text(const struct xmlrpc *message, const char *path) {
    const char *at = message->texts.bytes, *end = at + message->texts.length;
    while (at && at < end) {
        const char *text = at + strlen(at) + 1;
        if (strcmp(at, path) == 0) return text;
        at = text + strlen(text) + 1;
    }
    return NULL;
}

void xmlrpc_free(struct xmlrpc *message) {
    buffer_free(&message->method);
    buffer_free(&message->texts);
    *message = (struct xmlrpc){0};
}

/* Content beyond ASCII is as UTF-8; SAMP has no other control characters than blanks. */
static void append_escaped(struct buffer *call, const char *text) {
    for (; *text; text++) {
        const char *escaped = *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : NULL;
        if (escaped)
            buffer_append_string(call, escaped);
        else
            buffer_append_byte(call, (unsigned char)*text < ' ' && !byte_is_blank(*text) ? '?' : *text);
    }
}

void xmlrpc_begin(struct buffer *call, const char *method) {
    buffer_append_format(call, "<?xml version=\"1.0\"?>\n<methodCall><methodName>%s</methodName><params>", method);
}

static void append_value(struct buffer *call, const char *text) {
    buffer_append_string(call, "<value><string>");
    append_escaped(call, text);
    buffer_append_string(call, "</string></value>");
}

void xmlrpc_string(struct buffer *call, const char *text) {
    buffer_append_string(call, "<param>");
    append_value(call, text);
    buffer_append_string(call, "</param>");
}

void xmlrpc_map_begin(struct buffer *call) {
    buffer_append_string(call, "<param><value><struct>");
}

void xmlrpc_member(struct buffer *call, const char *name, const char *text) {
    buffer_append_string(call, "<member><name>");
    append_escaped(call, name);
    buffer_append_string(call, "</name>");
    append_value(call, text);
    buffer_append_string(call, "</member>");
}

void xmlrpc_empty_map(struct buffer *call, const char *name) {
    buffer_append_string(call, "<member><name>");
    append_escaped(call, name);
    buffer_append_string(call, "</name><value><struct></struct></value></member>");
}

void xmlrpc_map_end(struct buffer *call) {
    buffer_append_string(call, "</struct></value></param>");
}

bool xmlrpc_end(struct buffer *call) {
    return buffer_append_string(call, "</params></methodCall>\n") && !call->is_incomplete;
}
