/* element.c - what the schema does not say: values that fit their type, names that differ, words of vocabularies. */
#include "lint/state.h"

struct slice lint_field_name(const struct vot_node *node) {
    struct slice name = vot_attribute(node, "name");
    if (!name.length) name = vot_attribute(node, "ID");
    return name.length ? name : SLICE("without name");
}

/* Terms of the IVOA's vocabularies, with those that are deprecated and still used. */
static const char timescales[] = "TAI TT UT UTC GPS TCG TCB TDB UNKNOWN ET IAT LOCAL TDT UT1";
static const char positions[] = "TOPOCENTER GEOCENTER BARYCENTER HELIOCENTER EMBARYCENTER UNKNOWN LOCAL_GROUP_CENTER "
                                "GALACTIC_CENTER LSR LSRK LSRD MOON";
static const char frames[] =
    "AZ_EL BODY ECLIPTIC EQUATORIAL FK4 FK5 GALACTIC GALACTIC_I GENERIC_GALACTIC ICRS "
    "SUPER_GALACTIC UNKNOWN eq_FK4 eq_FK5 ecl_FK4 ecl_FK5 galactic supergalactic xy barycentric "
    "geo_app";

static void check_term(struct lint *lint, const struct lint_frame *frame, const char *name, const char *terms) {
    struct slice value = vot_attribute(frame->node, name);
    if (!value.text || lint_has_word(terms, slice_trim(value))) return;
    report_say(&lint->report, RULE_VOCABULARY, frame->place, slice_of(name),
               "%s '%.*s' of %.*s is not in the IVOA's vocabulary (%s)", name, SHOWN(value),
               SHOWN(frame->element->name), terms);
}

/* Names of one parent's children that programs find things by. */
static void check_name(struct lint *lint, const struct lint_frame *frame) {
    struct slice name = vot_attribute(frame->node, "name");
    if (!name.text || !lint_has_word("FIELD PARAM GROUP RESOURCE TABLE OPTION", frame->element->name)) return;
    struct buffer key = {0};
    bool is_new = true;
    struct text_entry *entry = NULL;
    if (buffer_append(&key, &frame->node->parent, sizeof frame->node->parent) && buffer_append_slice(&key, name))
        entry = text_map_add(&lint->names, buffer_slice(&key), &is_new);
    buffer_free(&key);
    if (!entry) lint->is_short = true;
    if (is_new || !entry) {
        if (entry) entry->number = frame->place.line;
        return;
    }
    report_say(&lint->report, RULE_NAME_TWICE, frame->place, frame->element->name,
               "name '%.*s' of %.*s is that of another element at line %llu, in the same %.*s", SHOWN(name),
               SHOWN(frame->element->name), (unsigned long long)entry->number, SHOWN(frame->node->parent->name));
}

static void check_meta(struct lint *lint, const struct lint_frame *frame) {
    for (const struct vot_node *node = frame->node->parent; node; node = node->parent) {
        if (node->element != VOT_RESOURCE || !slice_equal(vot_attribute(node, "type"), SLICE("meta"))) continue;
        report_say(&lint->report, RULE_META, frame->place, SLICE(""),
                   "DATA stands in the RESOURCE of type meta at line %lu, which may not have any", node->line);
        return;
    }
}

static void check_query_status(struct lint *lint, const struct lint_frame *frame) {
    struct slice value = vot_attribute(frame->node, "value");
    if (!slice_equal(vot_attribute(frame->node, "name"), SLICE("QUERY_STATUS"))) return;
    if (lint_has_word("OK ERROR OVERFLOW", value)) return;
    report_say(&lint->report, RULE_QUERY_STATUS, frame->place, SLICE(""),
               "QUERY_STATUS is '%.*s' (OK ERROR OVERFLOW; more about it is the text of the INFO)", SHOWN(value));
}

static void check_stream(struct lint *lint, const struct lint_frame *frame) {
    struct slice encoding = vot_attribute(frame->node, "encoding"), href = vot_attribute(frame->node, "href");
    if (href.length == 0 && !slice_equal(encoding, SLICE("base64")))
        report_say(&lint->report, RULE_STREAM_ENCODING, frame->place, SLICE(""),
                   "STREAM without href has encoding '%.*s' (base64 is the only way to write bytes in XML)",
                   SHOWN(encoding));
}

void lint_element_start(struct lint *lint, const struct lint_frame *frame) {
    enum lint_version version = lint->schema.version;
    if (frame->node->parent) check_name(lint, frame);
    switch (frame->node->element) {
    case VOT_DATA: check_meta(lint, frame); break;
    case VOT_INFO: check_query_status(lint, frame); break;
    case VOT_STREAM: check_stream(lint, frame); break;
    case VOT_COOSYS:
        if (version == LINT_1_2)
            report_say(&lint->report, RULE_DEPRECATED, frame->place, SLICE("COOSYS"),
                       "COOSYS is deprecated in VOTable 1.2 (and not any more from 1.3 on)");
        if (version >= LINT_1_5) check_term(lint, frame, "system", frames);
        check_term(lint, frame, "refposition", positions);
        break;
    case VOT_TIMESYS:
        check_term(lint, frame, "timescale", timescales);
        check_term(lint, frame, "refposition", positions);
        break;
    case VOT_DEFINITIONS:
        if (version >= LINT_1_1)
            report_say(&lint->report, RULE_DEPRECATED, frame->place, SLICE("DEFINITIONS"),
                       "DEFINITIONS is deprecated since VOTable 1.1 (what is in it stands in VOTABLE itself)");
        break;
    default: break;
    }
}

/* Whether datatype and arraysize are as the standard writes them; where not, it was said. */
static bool is_well_written(const struct vot_node *node) {
    struct slice datatype = vot_attribute(node, "datatype"), arraysize = vot_attribute(node, "arraysize");
    return lint_value_fits(VALUE_DATATYPE, NULL, datatype) && lint_value_fits(VALUE_ARRAYSIZE, NULL, arraysize);
}

/* A field of the same type whose cells are single items. */
static struct vot_field item_of(const struct vot_field *field) {
    struct vot_field item = *field;
    bool is_text = vot_type_is_string(field->type);
    item.is_variable = item.has_arraysize = is_text; /* a string is one value */
    item.items = 1;
    item.maximum = 0;
    return item;
}

/* An attribute's value looked at as a cell, which has bytes behind it. */
static enum lint_rule check_as_cell(struct lint *lint, const struct lint_column *column, struct slice value) {
    struct buffer room = {0};
    enum lint_rule rule = RULE_NONE;
    if (buffer_append_slice(&room, value) && buffer_reserve(&room, VOT_CELL_SLACK)) {
        memset(room.bytes + room.length, 0, VOT_CELL_SLACK);
        rule = lint_cell_text(column, buffer_slice(&room));
    } else {
        lint->is_short = true;
    }
    buffer_free(&room);
    return rule;
}

static void check_literal(struct lint *lint, const struct lint_column *column, enum lint_rule rule, const char *what,
                          struct slice value, struct lint_place place) {
    enum lint_rule fault = value.length ? check_as_cell(lint, column, value) : RULE_NONE;
    if (fault == RULE_NONE || fault == RULE_CELL_OVERFLOW || fault == RULE_CELL_TEXT) return;
    struct buffer text = {0};
    struct slice name = lint_field_name(column->field->node);
    if (lint_column_describe(column, &text) && buffer_string(&text))
        report_say(&lint->report, rule, place, name, "%s '%.*s' of %.*s is no value of it (%s)", what, SHOWN(value),
                   SHOWN(name), text.bytes);
    else
        lint->is_short = true;
    buffer_free(&text);
}

/* null, MIN, MAX and OPTION are single values of the field's type, unless it has an xtype. */
static void check_values(struct lint *lint, const struct vot_field *field) {
    const struct vot_node *values = vot_child(field->node, VOT_VALUES);
    struct vot_field item = item_of(field);
    struct lint_column column;
    lint_column_open(&column, &item, lint->schema.version);
    column.xtype = XTYPE_NONE;
    bool has_xtype = vot_attribute(field->node, "xtype").length > 0;
    for (; values; values = vot_sibling(values, VOT_VALUES)) {
        struct lint_place place = {values->line, 0};
        if (vot_attribute(values, "ref").text && (values->attribute_count > 1 || values->first_child))
            report_say(&lint->report, RULE_VALUES, place, SLICE("ref"),
                       "VALUES with a ref has more than that (it is defined by what it refers to alone)");
        check_literal(lint, &column, RULE_NULL, "null", vot_attribute(values, "null"), place);
        for (const struct vot_node *node = vot_next_node(values, values); node && !has_xtype;
             node = vot_next_node(node, values)) {
            if (node->element != VOT_MIN && node->element != VOT_MAX && node->element != VOT_OPTION) continue;
            place.line = node->line;
            check_literal(lint, &column, RULE_VALUES, vot_element_name(node->element), vot_attribute(node, "value"),
                          place);
        }
    }
}

static void check_value_of_param(struct lint *lint, const struct lint_frame *frame, const struct vot_field *field) {
    struct slice value = vot_attribute(frame->node, "value");
    if (frame->node->element != VOT_PARAM || !value.length) return; /* empty: none, in any version */
    struct lint_column column;
    lint_column_open(&column, field, lint->schema.version);
    enum lint_rule rule = check_as_cell(lint, &column, value);
    if (rule == RULE_NONE) return;
    struct buffer text = {0};
    struct slice name = lint_field_name(frame->node);
    if (lint_cell_explain(&column, rule, value, &text) && buffer_string(&text))
        report_say(&lint->report, rule, frame->place, name, "value of PARAM %.*s: %s", SHOWN(name), text.bytes);
    else
        lint->is_short = true;
    buffer_free(&text);
}

static void check_field(struct lint *lint, const struct lint_frame *frame) {
    struct slice name = lint_field_name(frame->node);
    struct slice arraysize = slice_trim(vot_attribute(frame->node, "arraysize"));
    struct vot_field field;
    struct error error = {0};
    if (!is_well_written(frame->node)) return;
    if (!vot_field_parse(frame->node, &field, &error)) {
        if (error.text)
            report_say(&lint->report, RULE_ARRAYSIZE, frame->place, name, "%s", error.text);
        else
            lint->is_short = true;
        error_clear(&error);
        return;
    }
    bool is_text = vot_type_is_string(field.type);
    if (lint->schema.version >= LINT_1_3 && slice_equal(arraysize, SLICE("1")))
        report_say(&lint->report, RULE_ARRAYSIZE_ONE, frame->place, frame->element->name,
                   "arraysize 1 of %.*s is read in different ways (leave it out for a single value)", SHOWN(name));
    if (is_text && !arraysize.length)
        report_say(&lint->report, RULE_ARRAYSIZE_NONE, frame->place, frame->element->name,
                   "%.*s is one character, having no arraysize (* is for text of any length)", SHOWN(name));
    struct slice xtype_name = vot_attribute(frame->node, "xtype");
    enum lint_xtype xtype = lint_xtype_of(xtype_name);
    if (!lint_xtype_is_known(xtype_name))
        report_say(&lint->report, RULE_XTYPE_UNKNOWN, frame->place, frame->element->name,
                   "xtype '%.*s' of %.*s is none of DALI (others are written with a prefix, as adql:POINT)",
                   SHOWN(xtype_name), SHOWN(name));
    const char *wanted = lint_xtype_wanted(xtype, &field);
    if (wanted)
        report_say(&lint->report, RULE_XTYPE, frame->place, frame->element->name, "xtype %s of %.*s goes with %s",
                   lint_xtype_name(xtype), SHOWN(name), wanted);
    check_values(lint, &field);
    check_value_of_param(lint, frame, &field);
}

static void check_nrows(struct lint *lint, const struct lint_frame *frame) {
    struct slice text = slice_trim(vot_attribute(frame->node, "nrows"));
    int64_t stated;
    bool is_number = text.length && number_read_integer(text, &stated) == NUMBER_WHOLE && stated >= 0;
    if (!is_number || !frame->has_rows || (uint64_t)stated == frame->rows) return;
    report_say(&lint->report, RULE_NROWS, frame->place, SLICE(""), "nrows '%.*s' of TABLE is wrong: it has %llu rows",
               SHOWN(text), (unsigned long long)frame->rows);
}

void lint_element_end(struct lint *lint, const struct lint_frame *frame) {
    switch (frame->node->element) {
    case VOT_FIELD:
    case VOT_PARAM: check_field(lint, frame); break;
    case VOT_TABLE: check_nrows(lint, frame); break;
    default: break;
    }
}
