/* schema.c - see schema.h. A new version of VOTable is new lines in these two tables. */
#include "lint/schema.h"

#include <stdlib.h>

static const struct {
    const char *name, *space;
} versions[] = {
    [LINT_1_0] = {"1.0", ""},
    [LINT_1_1] = {"1.1", "http://www.ivoa.net/xml/VOTable/v1.1"},
    [LINT_1_2] = {"1.2", "http://www.ivoa.net/xml/VOTable/v1.2"},
    [LINT_1_3] = {"1.3", "http://www.ivoa.net/xml/VOTable/v1.3"},
    [LINT_1_4] = {"1.4", "http://www.ivoa.net/xml/VOTable/v1.3"},
    [LINT_1_5] = {"1.5", "http://www.ivoa.net/xml/VOTable/v1.3"},
};

/* #other: an element of another namespace. */
static const struct model {
    const char *name;
    enum lint_version since, last;
    const char *content;
} models[] = {
    {"VOTABLE", LINT_1_0, LINT_1_0, "DESCRIPTION? DEFINITIONS? INFO* RESOURCE*"},
    {"VOTABLE", LINT_1_1, LINT_1_1, "DESCRIPTION? DEFINITIONS? (COOSYS | PARAM | INFO)* RESOURCE*"},
    {"VOTABLE", LINT_1_2, LINT_1_3, "DESCRIPTION? DEFINITIONS? (COOSYS | GROUP | PARAM | INFO)* RESOURCE+ INFO*"},
    {"VOTABLE", LINT_1_4, LINT_1_5,
     "DESCRIPTION? DEFINITIONS? (COOSYS | TIMESYS | GROUP | PARAM | INFO)* RESOURCE+ INFO*"},
    {"RESOURCE", LINT_1_0, LINT_1_0, "DESCRIPTION? INFO* COOSYS* PARAM* LINK* TABLE* RESOURCE*"},
    {"RESOURCE", LINT_1_1, LINT_1_1, "DESCRIPTION? (INFO | COOSYS | PARAM)* LINK* TABLE* RESOURCE* #other*"},
    {"RESOURCE", LINT_1_2, LINT_1_3,
     "DESCRIPTION? INFO* (COOSYS | GROUP | PARAM)* (LINK* (TABLE | RESOURCE) INFO*)* #other*"},
    {"RESOURCE", LINT_1_4, LINT_1_5,
     "DESCRIPTION? INFO* (COOSYS | TIMESYS | GROUP | PARAM)* (LINK* (TABLE | RESOURCE) INFO*)* #other*"},
    {"DESCRIPTION", LINT_1_0, LINT_1_0, "#text"},
    {"DESCRIPTION", LINT_1_1, LINT_1_5, "#any"},
    {"DEFINITIONS", LINT_1_0, LINT_1_3, "(COOSYS | PARAM)*"},
    {"DEFINITIONS", LINT_1_4, LINT_1_5, "(COOSYS | TIMESYS | PARAM)*"},
    {"COOSYS", LINT_1_0, LINT_1_5, "#text"},
    {"TIMESYS", LINT_1_4, LINT_1_5, "#text"},
    {"INFO", LINT_1_0, LINT_1_5, "#text"},
    {"PARAM", LINT_1_0, LINT_1_5, "DESCRIPTION? VALUES? LINK*"},
    {"GROUP", LINT_1_1, LINT_1_5, "DESCRIPTION? (FIELDref | PARAMref | PARAM | GROUP)*"},
    {"FIELDref", LINT_1_1, LINT_1_5, "#empty"},
    {"PARAMref", LINT_1_1, LINT_1_5, "#empty"},
    {"LINK", LINT_1_0, LINT_1_1, "#text"},
    {"LINK", LINT_1_2, LINT_1_5, "#empty"},
    {"TABLE", LINT_1_0, LINT_1_0, "DESCRIPTION? FIELD* LINK* DATA?"},
    {"TABLE", LINT_1_1, LINT_1_1, "DESCRIPTION? (FIELD | PARAM | GROUP)* LINK* DATA?"},
    {"TABLE", LINT_1_2, LINT_1_5, "DESCRIPTION? INFO* (FIELD | PARAM | GROUP)+ LINK* DATA? INFO*"},
    {"FIELD", LINT_1_0, LINT_1_0, "DESCRIPTION? VALUES* LINK*"},
    {"FIELD", LINT_1_1, LINT_1_5, "DESCRIPTION? VALUES? LINK*"},
    {"VALUES", LINT_1_0, LINT_1_5, "MIN? MAX? OPTION*"},
    {"MIN", LINT_1_0, LINT_1_0, "#text"},
    {"MIN", LINT_1_1, LINT_1_5, "#empty"},
    {"MAX", LINT_1_0, LINT_1_0, "#text"},
    {"MAX", LINT_1_1, LINT_1_5, "#empty"},
    {"OPTION", LINT_1_0, LINT_1_5, "OPTION*"},
    {"DATA", LINT_1_0, LINT_1_1, "TABLEDATA | BINARY | FITS"},
    {"DATA", LINT_1_2, LINT_1_2, "(TABLEDATA | BINARY | FITS) INFO*"},
    {"DATA", LINT_1_3, LINT_1_5, "(TABLEDATA | BINARY | BINARY2 | FITS) INFO*"},
    {"TABLEDATA", LINT_1_0, LINT_1_5, "TR*"},
    {"TR", LINT_1_0, LINT_1_5, "TD+"},
    {"TD", LINT_1_0, LINT_1_5, "#text"},
    {"BINARY", LINT_1_0, LINT_1_5, "STREAM"},
    {"BINARY2", LINT_1_3, LINT_1_5, "STREAM"},
    {"FITS", LINT_1_0, LINT_1_5, "STREAM"},
    {"STREAM", LINT_1_0, LINT_1_5, "#text"},
};
enum { MODEL_COUNT = sizeof models / sizeof *models };

#define SYSTEMS "eq_FK4 eq_FK5 ICRS ecl_FK4 ecl_FK5 galactic supergalactic xy barycentric geo_app"
#define ALWAYS LINT_1_0, LINT_NEVER, LINT_1_5
#define SINCE(version) (version), LINT_NEVER, LINT_1_5
#define REQUIRED(since, from) (since), (from), LINT_1_5
#define ONLY(first, last) (first), LINT_NEVER, (last)

/* An attribute whose values changed has a line for each; the one of the document's version counts. */
static const struct lint_attribute attributes[] = {
    {"VOTABLE RESOURCE INFO PARAM FIELD TABLE VALUES LINK", "ID", VALUE_ID, ALWAYS},
    {"COOSYS", "ID", VALUE_ID, REQUIRED(LINT_1_0, LINT_1_1)},
    {"TIMESYS", "ID", VALUE_ID, REQUIRED(LINT_1_4, LINT_1_4)},
    {"GROUP", "ID", VALUE_ID, SINCE(LINT_1_1)},
    {"TR", "ID", VALUE_ID, SINCE(LINT_1_2)},
    {"VOTABLE", "version", VALUE_VERSION, ALWAYS},

    {"INFO PARAM FIELD", "name", VALUE_TEXT, REQUIRED(LINT_1_0, LINT_1_1)},
    {"RESOURCE TABLE OPTION", "name", VALUE_TEXT, ALWAYS},
    {"GROUP", "name", VALUE_TEXT, SINCE(LINT_1_1)},
    {"INFO PARAM", "value", VALUE_TEXT, REQUIRED(LINT_1_0, LINT_1_1)},
    {"MIN MAX OPTION", "value", VALUE_TEXT, REQUIRED(LINT_1_0, LINT_1_0)},
    {"LINK", "value", VALUE_TEXT, ALWAYS},

    {"FIELD PARAM", "datatype", VALUE_DATATYPE, REQUIRED(LINT_1_0, LINT_1_1)},
    {"FIELD PARAM", "arraysize", VALUE_ARRAYSIZE, ALWAYS},
    {"FIELD PARAM", "width", VALUE_TEXT, ONLY(LINT_1_0, LINT_1_0)},
    {"FIELD PARAM", "width", VALUE_POSITIVE, SINCE(LINT_1_1)},
    {"FIELD PARAM", "precision", VALUE_TEXT, ONLY(LINT_1_0, LINT_1_0)},
    {"FIELD PARAM", "precision", VALUE_PRECISION_11, ONLY(LINT_1_1, LINT_1_2)},
    {"FIELD PARAM", "precision", VALUE_PRECISION, SINCE(LINT_1_3)},
    {"FIELD PARAM", "unit", VALUE_TEXT, ALWAYS},
    {"FIELD PARAM", "ref", VALUE_IDREF, ALWAYS},
    {"FIELD PARAM", "ucd", VALUE_TEXT, ONLY(LINT_1_0, LINT_1_0)},
    {"FIELD PARAM TABLE GROUP", "ucd", VALUE_UCD, SINCE(LINT_1_1)},
    {"INFO FIELDref PARAMref", "ucd", VALUE_UCD, SINCE(LINT_1_2)},
    {"FIELD PARAM TABLE GROUP RESOURCE", "utype", VALUE_TEXT, SINCE(LINT_1_1)},
    {"INFO FIELDref PARAMref", "utype", VALUE_TEXT, SINCE(LINT_1_2)},
    {"FIELD PARAM INFO", "xtype", VALUE_TEXT, SINCE(LINT_1_2)},
    {"INFO", "unit", VALUE_TEXT, SINCE(LINT_1_2)},
    {"INFO", "ref", VALUE_IDREF, SINCE(LINT_1_2)},
    {"FIELD", "type", VALUE_CHOICE, ONLY(LINT_1_0, LINT_1_0), "hidden no_query trigger"},
    {"FIELD", "type", VALUE_CHOICE, SINCE(LINT_1_1), "hidden no_query trigger location"},
    {"PARAM", "type", VALUE_CHOICE, SINCE(LINT_1_2), "hidden no_query trigger location"},

    {"RESOURCE", "type", VALUE_CHOICE, ALWAYS, "results meta"},
    {"TABLE", "ref", VALUE_IDREF, ALWAYS},
    {"TABLE", "nrows", VALUE_NON_NEGATIVE, SINCE(LINT_1_1)},
    {"GROUP", "ref", VALUE_IDREF, SINCE(LINT_1_1)},
    {"FIELDref PARAMref", "ref", VALUE_IDREF, REQUIRED(LINT_1_1, LINT_1_1)},

    {"VALUES", "type", VALUE_CHOICE, ALWAYS, "legal actual"},
    {"VALUES", "null", VALUE_TEXT, ALWAYS},
    {"VALUES", "invalid", VALUE_CHOICE, ONLY(LINT_1_0, LINT_1_0), "yes no"},
    {"VALUES", "ref", VALUE_IDREF, SINCE(LINT_1_1)},
    {"MIN MAX", "inclusive", VALUE_CHOICE, ALWAYS, "yes no"},

    {"LINK", "content-role", VALUE_CHOICE, ONLY(LINT_1_0, LINT_1_0), "query hints doc"},
    {"LINK", "content-role", VALUE_CHOICE, ONLY(LINT_1_1, LINT_1_1), "query hints doc location"},
    {"LINK", "content-role", VALUE_NMTOKEN, ONLY(LINT_1_2, LINT_1_2)},
    {"LINK", "content-role", VALUE_TEXT, SINCE(LINT_1_3)},
    {"LINK", "content-type", VALUE_TEXT, ONLY(LINT_1_0, LINT_1_1)},
    {"LINK", "content-type", VALUE_NMTOKEN, ONLY(LINT_1_2, LINT_1_2)},
    {"LINK", "content-type", VALUE_TEXT, SINCE(LINT_1_3)},
    {"LINK", "title", VALUE_TEXT, ALWAYS},
    {"LINK", "href", VALUE_TEXT, ALWAYS},
    {"LINK", "gref", VALUE_TEXT, ALWAYS},
    {"LINK", "action", VALUE_TEXT, ALWAYS},

    {"TD", "ref", VALUE_IDREF, ONLY(LINT_1_0, LINT_1_0)},
    {"TD", "encoding", VALUE_CHOICE, SINCE(LINT_1_1), "gzip base64 dynamic none"},
    {"FITS", "extnum", VALUE_POSITIVE, ALWAYS},
    {"STREAM", "type", VALUE_CHOICE, ALWAYS, "locator other"},
    {"STREAM", "href", VALUE_TEXT, ALWAYS},
    {"STREAM", "actuate", VALUE_CHOICE, ALWAYS, "onLoad onRequest other none"},
    {"STREAM", "encoding", VALUE_CHOICE, ALWAYS, "gzip base64 dynamic none"},
    {"STREAM", "expires", VALUE_TEXT, ONLY(LINT_1_0, LINT_1_0)},
    {"STREAM", "expires", VALUE_TIME, SINCE(LINT_1_1)},
    {"STREAM", "rights", VALUE_TEXT, ALWAYS},

    {"COOSYS", "equinox", VALUE_TEXT, ONLY(LINT_1_0, LINT_1_0)},
    {"COOSYS", "equinox", VALUE_YEAR, SINCE(LINT_1_1)},
    {"COOSYS", "epoch", VALUE_TEXT, ONLY(LINT_1_0, LINT_1_0)},
    {"COOSYS", "epoch", VALUE_YEAR, SINCE(LINT_1_1)},
    {"COOSYS", "system", VALUE_CHOICE, ONLY(LINT_1_0, LINT_1_4), SYSTEMS},
    {"COOSYS", "system", VALUE_TEXT, SINCE(LINT_1_5)},
    {"COOSYS", "refposition", VALUE_TEXT, SINCE(LINT_1_5)},
    {"TIMESYS", "timeorigin", VALUE_ORIGIN, SINCE(LINT_1_4)},
    {"TIMESYS", "timescale", VALUE_TEXT, REQUIRED(LINT_1_4, LINT_1_4)},
    {"TIMESYS", "refposition", VALUE_TEXT, REQUIRED(LINT_1_4, LINT_1_4)},
};
enum { ATTRIBUTE_COUNT = sizeof attributes / sizeof *attributes };

static void add_element(struct lint_schema *schema, const struct model *model) {
    struct lint_element *element = &schema->elements[schema->count++];
    *element = (struct lint_element){.name = slice_of(model->name)};
    content_parse(&element->content, model->content);
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
        const struct lint_attribute *attribute = &attributes[i];
        bool is_of_version = attribute->since <= schema->version && schema->version <= attribute->last;
        if (is_of_version && lint_has_word(attribute->elements, element->name))
            element->attributes[element->attribute_count++] = attribute;
    }
}

void lint_schema_open(struct lint_schema *schema, enum lint_version version) {
    *schema = (struct lint_schema){.version = version};
    for (size_t i = 0; i < MODEL_COUNT; i++)
        if (models[i].since <= version && version <= models[i].last) add_element(schema, &models[i]);
}

const struct lint_element *lint_schema_element(const struct lint_schema *schema, struct slice name) {
    for (unsigned i = 0; i < schema->count; i++)
        if (slice_equal(schema->elements[i].name, name)) return &schema->elements[i];
    return NULL;
}

const struct lint_attribute *lint_schema_attribute(const struct lint_element *element, struct slice name) {
    for (unsigned i = 0; i < element->attribute_count; i++)
        if (slice_equal(slice_of(element->attributes[i]->name), name)) return element->attributes[i];
    return NULL;
}

enum lint_version lint_schema_since(struct slice name) {
    for (size_t i = 0; i < MODEL_COUNT; i++)
        if (slice_equal(slice_of(models[i].name), name)) return models[i].since;
    return LINT_NEVER;
}

const char *lint_version_name(enum lint_version version) {
    return versions[version].name;
}

const char *lint_version_space(enum lint_version version) {
    return versions[version].space;
}

enum lint_version lint_version_of(struct slice name) {
    int version = LINT_1_0;
    while (version < LINT_NEVER && !slice_equal(slice_of(versions[version].name), name)) version++;
    return (enum lint_version)version;
}

enum lint_version lint_version_of_space(struct slice space) {
    for (int version = LINT_1_5; version > LINT_1_0; version--)
        if (slice_equal(slice_of(versions[version].space), space)) return (enum lint_version)version;
    return LINT_NEVER;
}
