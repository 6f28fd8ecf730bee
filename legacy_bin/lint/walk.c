/* walk.c - the document read by expat: elements in their places, namespaces, text where it may be; rows are read by
 * rows.c as they come. */
#include "lint/state.h"

struct lint_place lint_here(const struct lint *lint) {
    struct lint_place place = {xml_line(&lint->xml), 0};
    if (place.line != lint->unknown_line)
        place.column = (unsigned long)XML_GetCurrentColumnNumber(lint->xml.parser) + 1;
    return place;
}

static void stop_short(struct lint *lint) {
    lint->is_short = true;
    xml_stop(&lint->xml);
}

/* `xmlns`, or `xmlns:` and the prefix. */
static bool declares(struct slice name, struct slice prefix) {
    struct slice xmlns = SLICE("xmlns");
    if (name.length < xmlns.length || memcmp(name.text, xmlns.text, xmlns.length) != 0) return false;
    if (!prefix.length) return name.length == xmlns.length;
    if (name.length < xmlns.length + 1 || name.text[xmlns.length] != ':') return false;
    return slice_equal((struct slice){name.text + xmlns.length + 1, name.length - xmlns.length - 1}, prefix);
}

struct slice lint_space_of(struct lint *lint, struct slice prefix, const char *const *attributes) {
    for (size_t i = 0; attributes[i]; i += 2)
        if (declares(slice_of(attributes[i]), prefix)) return slice_of(attributes[i + 1]);
    if (lint->depth > 0 && slice_equal(lint_top(lint)->prefix, prefix)) return lint_top(lint)->space;
    for (const struct vot_node *node = lint->tree.current; node; node = node->parent)
        for (size_t i = 0; i < node->attribute_count; i++)
            if (declares(node->attributes[i].name, prefix)) return node->attributes[i].value;
    if (slice_equal(prefix, SLICE("xml"))) return SLICE("http://www.w3.org/XML/1998/namespace");
    return prefix.length ? (struct slice){NULL, 0} : SLICE("");
}

static struct slice prefix_of(struct slice name) {
    struct slice local = vot_local_name(name);
    return (struct slice){name.text, local.length < name.length ? name.length - local.length - 1 : 0};
}

/* The name as content models have it. */
static struct slice content_name(const struct lint *lint, struct slice local, struct slice space) {
    if (slice_equal(space, lint->space)) return local;
    return space.length ? SLICE("#other") : SLICE("#none");
}

static void say_misplaced(struct lint *lint, struct lint_frame *parent, struct slice name, struct slice space) {
    struct buffer expected = {0};
    content_append_expected(&parent->element->content, parent->state, &expected);
    bool is_empty = parent->element->content.kind != CONTENT_ELEMENTS;
    const char *accepted = is_empty ? "no element may" : buffer_string(&expected);
    bool is_ours = slice_equal(space, lint->space);
    report_say(&lint->report, RULE_ELEMENT_PLACE, lint_here(lint), parent->element->name,
               "%.*s%s%.*s may not stand here in %.*s (%s)", SHOWN(name),
               is_ours        ? ""
               : space.length ? " of namespace "
                              : " of no namespace",
               SHOWN(is_ours ? SLICE("") : space), SHOWN(parent->element->name),
               accepted && *accepted ? accepted : "the end is expected");
    lint->is_short = lint->is_short || expected.is_incomplete;
    buffer_free(&expected);
}

static void take_place(struct lint *lint, struct lint_frame *parent, struct slice name, struct slice space) {
    const struct content *content = &parent->element->content;
    struct slice symbol = content_name(lint, vot_local_name(name), space);
    content_state next = content_step(content, parent->state, symbol);
    if (!next) {
        if (!parent->is_told) say_misplaced(lint, parent, name, space);
        parent->is_told = true;
        next = content_find(content, symbol); /* go on from where it would have been right */
    }
    if (next) parent->state = next;
}

static void say_unknown(struct lint *lint, struct slice local) {
    const char *standard = vot_element_name(vot_element_of(local));
    enum lint_version since = lint_schema_since(local);
    const char *version = lint_version_name(lint->schema.version);
    if (since != LINT_NEVER)
        report_say(&lint->report, RULE_ELEMENT, lint_here(lint), local,
                   "%.*s is no element of VOTable %s, only from %s on", SHOWN(local), version,
                   lint_version_name(since));
    else
        report_say(&lint->report, RULE_ELEMENT, lint_here(lint), local, "%.*s is no element of VOTable %s%s%s%s",
                   SHOWN(local), version, standard ? " (is " : "", standard ? standard : "",
                   standard ? " meant?)" : "");
}

static struct slice keep(struct lint *lint, struct slice text) {
    struct slice copy = arena_copy(&lint->tree.arena, text);
    if (!copy.text) stop_short(lint);
    return copy;
}

static bool is_row_element(struct slice name) {
    return slice_equal(name, SLICE("TR")) || slice_equal(name, SLICE("TD"));
}

/* What serialises rows, in its place. */
static bool holds_rows(const struct vot_node *node) {
    return node && node->element >= VOT_TABLEDATA && node->element <= VOT_FITS;
}

static void open_element(struct lint *lint, const struct lint_element *element, const char *name, struct slice space,
                         const char *const *attributes) {
    struct lint_place place = lint_here(lint);
    bool in_rows = lint->rows.data != NULL;
    if (in_rows && !lint_rows_start(lint, element->name, attributes, place)) {
        lint->skipped = 1;
        return;
    }
    struct vot_node *node = NULL;
    if (!is_row_element(element->name) && !(node = tree_open(&lint->tree, name, attributes, place.line))) {
        stop_short(lint);
        return;
    }
    struct slice prefix = prefix_of(node ? node->name : slice_of(name));
    const struct lint_frame *parent = lint->depth ? lint_top(lint) : NULL;
    bool is_shared = parent && slice_equal(parent->prefix, prefix) && slice_equal(parent->space, space);
    if (!is_shared) space = keep(lint, space);
    if (!is_shared && !node) prefix = keep(lint, prefix);
    lint->frames[lint->depth++] = (struct lint_frame){.element = element,
                                                      .prefix = is_shared ? parent->prefix : prefix,
                                                      .space = is_shared ? parent->space : space,
                                                      .place = place,
                                                      .state = CONTENT_START,
                                                      .node = node};
    lint_attributes(lint, element, attributes, node, place);
    if (node) lint_element_start(lint, lint_top(lint));
    if (holds_rows(node)) lint_rows_open(lint, node);
}

static void open_root(struct lint *lint, const char *name, const char *const *attributes) {
    struct slice prefix = prefix_of(slice_of(name)), local = vot_local_name(slice_of(name));
    struct slice space = lint_space_of(lint, prefix, attributes);
    if (!slice_equal(local, SLICE("VOTABLE"))) {
        report_say(&lint->report, RULE_ROOT, lint_here(lint), local,
                   "the document's element is %.*s, not VOTABLE: this is not a VOTable", SHOWN(local));
        lint->is_stopped = true;
        xml_stop(&lint->xml);
        return;
    }
    if (!space.text)
        report_say(&lint->report, RULE_NAMESPACE_PREFIX, lint_here(lint), prefix,
                   "no namespace is declared for the prefix %.*s", SHOWN(prefix));
    lint->space = keep(lint, space.text ? space : SLICE(""));
    lint_version(lint, attributes, lint_here(lint));
    open_element(lint, lint_schema_element(&lint->schema, local), name, lint->space, attributes);
}

static void on_start(void *user_data, const XML_Char *name, const XML_Char **expat_attributes) {
    struct lint *lint = user_data;
    const char *const *attributes = (const char *const *)expat_attributes;
    if (lint->skipped > 0) {
        lint->skipped++;
        return;
    }
    if (lint->depth == 0) {
        open_root(lint, name, attributes);
        return;
    }
    if (lint->depth == LINT_DEPTH) {
        xml_refuse(&lint->xml, "elements nested deeper than %d", (int)LINT_DEPTH);
        return;
    }
    struct slice prefix = prefix_of(slice_of(name)), local = vot_local_name(slice_of(name));
    struct slice space = lint_space_of(lint, prefix, attributes);
    struct lint_frame *parent = lint_top(lint);
    bool is_looked_at = parent->element->content.kind != CONTENT_ANY;
    bool is_ours = space.text && slice_equal(space, lint->space);
    const struct lint_element *element = is_ours ? lint_schema_element(&lint->schema, local) : NULL;
    if (is_looked_at && !space.text)
        report_say(&lint->report, RULE_NAMESPACE_PREFIX, lint_here(lint), prefix,
                   "no namespace is declared for the prefix %.*s", SHOWN(prefix));
    else if (is_looked_at && is_ours && !element)
        say_unknown(lint, local);
    else if (is_looked_at)
        take_place(lint, parent, slice_of(name), space);
    if (is_looked_at && element)
        open_element(lint, element, name, space, attributes);
    else
        lint->skipped = 1;
}

static void say_incomplete(struct lint *lint, const struct lint_frame *frame) {
    struct buffer expected = {0};
    content_append_expected(&frame->element->content, frame->state, &expected);
    const char *accepted = buffer_string(&expected);
    report_say(&lint->report, RULE_ELEMENT_MISSING, lint_here(lint), frame->element->name,
               "%.*s ends too early (%s is expected)", SHOWN(frame->element->name), accepted ? accepted : "more");
    lint->is_short = lint->is_short || expected.is_incomplete;
    buffer_free(&expected);
}

static void on_end(void *user_data, const XML_Char *name) {
    struct lint *lint = user_data;
    (void)name;
    if (lint->skipped > 0) {
        lint->skipped--;
        return;
    }
    if (lint->depth == 0) return; /* it was stopped at its start */
    struct lint_frame *frame = lint_top(lint);
    if (!frame->is_told && !content_is_complete(&frame->element->content, frame->state)) say_incomplete(lint, frame);
    if (frame->node && frame->node == lint->rows.data)
        lint_rows_close(lint);
    else if (lint->rows.data)
        lint_rows_end(lint, frame->element->name);
    if (frame->node) {
        lint_element_end(lint, frame);
        tree_close(&lint->tree);
    }
    lint->depth--;
}

static void on_text(void *user_data, const XML_Char *bytes, int length) {
    struct lint *lint = user_data;
    struct slice text = {bytes, (size_t)length};
    if (lint->skipped > 0 || lint->depth == 0) return;
    struct lint_frame *frame = lint_top(lint);
    if (lint->rows.data && frame->element->content.kind == CONTENT_TEXT) lint_rows_text(lint, text);
    enum content_kind kind = frame->element->content.kind;
    bool is_blank = slice_trim(text).length == 0;
    bool has_no_place = kind == CONTENT_EMPTY || (kind == CONTENT_ELEMENTS && !is_blank);
    if (!has_no_place || frame->has_text) return;
    frame->has_text = true;
    report_say(&lint->report, RULE_TEXT_PLACE, lint_here(lint), frame->element->name, "%s may not stand in %.*s",
               is_blank ? "blanks" : "text", SHOWN(frame->element->name));
}

static void on_cdata_start(void *user_data) {
    lint_rows_cdata(user_data, true);
}

static void on_cdata_end(void *user_data) {
    lint_rows_cdata(user_data, false);
}

static void on_instruction(void *user_data, const XML_Char *target, const XML_Char *data) {
    struct lint *lint = user_data;
    (void)data;
    if (lint->skipped > 0) return;
    report_say(&lint->report, RULE_INSTRUCTION, lint_here(lint), slice_of(target),
               "the processing instruction %.*s means nothing in a VOTable", SHOWN(slice_of(target)));
}

/* Declared, if at all, in a DTD that is not fetched. */
static void on_skipped_entity(void *user_data, const XML_Char *name, int is_parameter_entity) {
    struct lint *lint = user_data;
    if (!is_parameter_entity) xml_refuse(&lint->xml, "undefined entity (&%s;)", name);
}

void lint_walk(struct lint *lint) {
    XML_Parser parser = lint->xml.parser;
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetCdataSectionHandler(parser, on_cdata_start, on_cdata_end);
    XML_SetProcessingInstructionHandler(parser, on_instruction);
    XML_SetSkippedEntityHandler(parser, on_skipped_entity);
}
