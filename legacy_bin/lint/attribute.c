/* attribute.c - the attributes of an element against the schema, and what their values mean. */
#include "lint/state.h"
#include "lint/ucd.h"
#include "lint/unit.h"

enum { FOREIGN_MAXIMUM = 100 }; /* each looks through all of them for its namespace */

#define SCHEMA_INSTANCE "http://www.w3.org/2001/XMLSchema-instance"

struct slice lint_attribute_value(const char *const *attributes, const char *name) {
    for (size_t i = 0; attributes[i]; i += 2)
        if (strcmp(attributes[i], name) == 0) return slice_of(attributes[i + 1]);
    return (struct slice){NULL, 0};
}

/* The attribute that was meant, but for its case; NULL: none. */
static const struct lint_attribute *find_nocase(const struct lint_element *element, struct slice name) {
    for (unsigned i = 0; i < element->attribute_count; i++)
        if (slice_equal_nocase(slice_of(element->attributes[i]->name), name)) return element->attributes[i];
    return NULL;
}

static void say_unknown(struct lint *lint, const struct lint_element *element, struct slice name,
                        struct lint_place place) {
    const struct lint_attribute *meant = find_nocase(element, name);
    struct buffer accepted = {0};
    for (unsigned i = 0; i < element->attribute_count; i++)
        buffer_append_format(&accepted, "%s%s", i ? " " : "", element->attributes[i]->name);
    if (accepted.is_incomplete) lint->is_short = true;
    const char *words = meant ? meant->name : buffer_string(&accepted);
    bool has_some = words && *words;
    report_say(&lint->report, RULE_ATTRIBUTE, place, name, "%.*s has no attribute %.*s in VOTable %s (%s%s)",
               SHOWN(element->name), SHOWN(name), lint_version_name(lint->schema.version),
               meant      ? "is meant: "
               : has_some ? "it has "
                          : "it has none",
               has_some ? words : "");
    buffer_free(&accepted);
}

/* Pairs of a namespace and where its schema is. */
static void check_schema_location(struct lint *lint, struct slice value, struct lint_place place) {
    size_t words = 0;
    bool has_ours = false, has_other = false;
    while (value.length) {
        while (value.length && byte_is_blank(value.text[0])) value.text++, value.length--;
        struct slice word = {value.text, 0};
        while (word.length < value.length && !byte_is_blank(value.text[word.length])) word.length++;
        value.text += word.length;
        value.length -= word.length;
        if (word.length == 0) continue;
        if (words++ % 2 == 1) continue;
        has_ours = has_ours || slice_equal(word, lint->space);
        has_other = has_other || lint_version_of_space(word) != LINT_NEVER;
    }
    if (words % 2 == 1)
        report_say(&lint->report, RULE_SCHEMA_LOCATION, place, SLICE("pairs"),
                   "schemaLocation has %zu words (pairs are accepted: a namespace and where its schema is)", words);
    else if (has_other && !has_ours)
        report_say(&lint->report, RULE_SCHEMA_LOCATION, place, SLICE("space"),
                   "schemaLocation speaks of another version's namespace than the document's, '%.*s'",
                   SHOWN(lint->space));
}

/* One with a prefix. */
static void check_foreign(struct lint *lint, const struct lint_element *element, const char *const *attributes,
                          struct slice name, struct slice value, struct lint_place place) {
    struct slice local = vot_local_name(name);
    struct slice prefix = {name.text, name.length - local.length - 1};
    struct slice space = lint_space_of(lint, prefix, attributes);
    if (!space.text) {
        report_say(&lint->report, RULE_NAMESPACE_PREFIX, place, prefix, "no namespace is declared for the prefix %.*s",
                   SHOWN(prefix));
    } else if (slice_equal(space, SLICE(SCHEMA_INSTANCE))) {
        if (slice_equal(local, SLICE("schemaLocation"))) check_schema_location(lint, value, place);
    } else if (!slice_equal(prefix, SLICE("xml")) &&
               (lint->schema.version == LINT_1_0 || !slice_equal(element->name, SLICE("RESOURCE")))) {
        report_say(&lint->report, RULE_ATTRIBUTE_FOREIGN, place, name,
                   "%.*s may not have the attribute %.*s of another namespace (RESOURCE may, from VOTable 1.1 on)",
                   SHOWN(element->name), SHOWN(name));
    }
}

static void check_ucd(struct lint *lint, struct slice value, struct lint_place place) {
    struct slice word;
    enum ucd_fault fault = ucd_check(value, &word);
    if (fault != UCD_FINE)
        report_say(&lint->report, RULE_UCD, place, value, "ucd '%.*s': '%.*s' %s", SHOWN(value), SHOWN(word),
                   ucd_fault_text(fault));
}

static void check_unit(struct lint *lint, struct slice value, struct lint_place place) {
    struct slice at;
    if (lint->schema.version < LINT_1_4 || unit_check(value, &at)) return;
    report_say(&lint->report, RULE_UNIT, place, value, "unit '%.*s' is not one of VOUnits, from '%.*s' on (like km/s)",
               SHOWN(value), SHOWN(at));
}

static void check_utype(struct lint *lint, struct slice value, struct lint_place place) {
    for (size_t i = 0; i < value.length; i++) {
        if (!byte_is_blank(value.text[i])) continue;
        report_say(&lint->report, RULE_UTYPE, place, value, "utype '%.*s' has blanks in it", SHOWN(value));
        return;
    }
}

static void check_meaning(struct lint *lint, const struct lint_attribute *attribute, struct slice value,
                          struct lint_place place) {
    if (strcmp(attribute->name, "ucd") == 0) check_ucd(lint, value, place);
    if (strcmp(attribute->name, "unit") == 0) check_unit(lint, value, place);
    if (strcmp(attribute->name, "utype") == 0) check_utype(lint, value, place);
    if (strcmp(attribute->name, "gref") == 0 && lint->schema.version >= LINT_1_1)
        report_say(&lint->report, RULE_DEPRECATED, place, SLICE("gref"),
                   "gref of LINK is deprecated since VOTable 1.1 (href is meant)");
}

static void check_value(struct lint *lint, const struct lint_element *element, const struct lint_attribute *attribute,
                        struct slice value, const struct vot_node *node, struct lint_place place) {
    if (!lint_value_fits(attribute->value, attribute->choices, value)) {
        bool is_arraysize = attribute->value == VALUE_ARRAYSIZE;
        report_say(&lint->report, is_arraysize ? RULE_ARRAYSIZE : RULE_ATTRIBUTE_VALUE, place,
                   slice_of(attribute->name), "%s '%.*s' of %.*s is not accepted (%s)", attribute->name, SHOWN(value),
                   SHOWN(element->name), lint_value_accepted(attribute->value, attribute->choices));
        return;
    }
    bool is_kept = true;
    if (attribute->value == VALUE_ID)
        is_kept = references_define(&lint->references, value, element->name, node, place, &lint->report);
    else if (attribute->value == VALUE_IDREF)
        is_kept = references_use(&lint->references, value, element->name, node, place);
    else
        check_meaning(lint, attribute, value, place);
    if (!is_kept) lint->is_short = true;
}

void lint_attributes(struct lint *lint, const struct lint_element *element, const char *const *attributes,
                     const struct vot_node *node, struct lint_place place) {
    unsigned foreign = 0;
    for (size_t i = 0; attributes[i]; i += 2) {
        struct slice name = slice_of(attributes[i]), value = slice_of(attributes[i + 1]);
        if (strncmp(attributes[i], "xmlns", 5) == 0 && (attributes[i][5] == ':' || !attributes[i][5])) continue;
        const struct lint_attribute *attribute = lint_schema_attribute(element, name);
        bool has_prefix = memchr(name.text, ':', name.length);
        if (has_prefix && foreign++ < FOREIGN_MAXIMUM)
            check_foreign(lint, element, attributes, name, value, place);
        else if (has_prefix)
            continue;
        else if (attribute)
            check_value(lint, element, attribute, value, node, place);
        else
            say_unknown(lint, element, name, place);
    }
    for (unsigned i = 0; i < element->attribute_count; i++) {
        const struct lint_attribute *attribute = element->attributes[i];
        if (attribute->required > lint->schema.version || lint_attribute_value(attributes, attribute->name).text)
            continue;
        report_say(&lint->report, RULE_ATTRIBUTE_MISSING, place, slice_of(attribute->name),
                   "%.*s has no attribute %s, which VOTable %s demands", SHOWN(element->name), attribute->name,
                   lint_version_name(lint->schema.version));
    }
}

void lint_version(struct lint *lint, const char *const *attributes, struct lint_place place) {
    struct slice value = lint_attribute_value(attributes, "version");
    enum lint_version stated = value.text ? lint_version_of(slice_trim(value)) : LINT_NEVER;
    enum lint_version version = stated != LINT_NEVER ? stated : lint_version_of_space(lint->space);
    if (version == LINT_NEVER) version = LINT_1_5;
    lint_schema_open(&lint->schema, version);
    lint->has_version = true;
    if (!value.text)
        report_say(&lint->report, RULE_VERSION_NONE, place, SLICE(""),
                   "VOTABLE does not say its version: checked as %s", lint_version_name(version));
    else if (stated == LINT_NEVER)
        report_say(&lint->report, RULE_VERSION, place, SLICE(""),
                   "version '%.*s' of VOTABLE is not accepted (1.0 1.1 1.2 1.3 1.4 1.5): checked as %s", SHOWN(value),
                   lint_version_name(version));
    struct slice space = slice_of(lint_version_space(version));
    if (!slice_equal(space, lint->space))
        report_say(&lint->report, RULE_NAMESPACE, place, SLICE(""),
                   "VOTABLE's namespace is '%.*s' (VOTable %s has %s%s)", SHOWN(lint->space),
                   lint_version_name(version), space.length ? "" : "none", space.text);
}
