/* rules.c - see rules.h. Sections are those of VOTable 1.5 (IVOA Recommendation), whatever the document's version. */
#include "lint/rules.h"

static const struct {
    const char *name;
    enum lint_severity severity;
    const char *source;
} rules[] = {
    [RULE_XML] = {"xml", LINT_ERROR, "XML 1.0"},
    [RULE_NAMESPACE_PREFIX] = {"namespace-prefix", LINT_ERROR, "Namespaces in XML 1.0, section 5"},
    [RULE_ROOT] = {"root", LINT_ERROR, "VOTable 1.5, section 3"},
    [RULE_VERSION] = {"version", LINT_ERROR, "VOTable 1.5, section 3"},
    [RULE_VERSION_NONE] = {"version-none", LINT_INFO, "VOTable 1.5, section 3"},
    [RULE_NAMESPACE] = {"namespace", LINT_WARNING, "VOTable 1.5, section 3"},
    [RULE_SCHEMA_LOCATION] = {"schema-location", LINT_WARNING, "XML Schema 1.0 part 1, section 2.6.3"},
    [RULE_INSTRUCTION] = {"processing-instruction", LINT_INFO, "XML 1.0, section 2.6"},
    [RULE_ELEMENT] = {"element", LINT_ERROR, "the schema of the version"},
    [RULE_ELEMENT_PLACE] = {"element-place", LINT_ERROR, "the schema of the version"},
    [RULE_ELEMENT_MISSING] = {"element-missing", LINT_ERROR, "the schema of the version"},
    [RULE_TEXT_PLACE] = {"text-place", LINT_ERROR, "the schema of the version"},
    [RULE_ATTRIBUTE] = {"attribute", LINT_ERROR, "the schema of the version"},
    [RULE_ATTRIBUTE_FOREIGN] = {"attribute-foreign", LINT_WARNING, "the schema of the version"},
    [RULE_ATTRIBUTE_MISSING] = {"attribute-missing", LINT_ERROR, "the schema of the version"},
    [RULE_ATTRIBUTE_VALUE] = {"attribute-value", LINT_ERROR, "the schema of the version"},
    [RULE_DEPRECATED] = {"deprecated", LINT_INFO, "VOTable 1.5, section 8"},
    [RULE_ID_TWICE] = {"id-twice", LINT_ERROR, "VOTable 1.5, section 3.2"},
    [RULE_REF] = {"ref", LINT_ERROR, "VOTable 1.5, section 3.2"},
    [RULE_REF_KIND] = {"ref-kind", LINT_WARNING, "VOTable 1.5, sections 3 and 4"},
    [RULE_REF_ORDER] = {"ref-order", LINT_WARNING, "VOTable 1.5, section 3.5"},
    [RULE_NAME_TWICE] = {"name-twice", LINT_WARNING, "VOTable 1.5, section 3.2"},
    [RULE_ARRAYSIZE] = {"arraysize", LINT_ERROR, "VOTable 1.5, section 2.2"},
    [RULE_ARRAYSIZE_ONE] = {"arraysize-one", LINT_WARNING, "VOTable 1.5, section 2.2"},
    [RULE_ARRAYSIZE_NONE] = {"arraysize-none", LINT_INFO, "VOTable 1.5, section 2.2"},
    [RULE_UCD] = {"ucd", LINT_WARNING, "VOTable 1.5, section 4.5; UCD1+ 1.6"},
    [RULE_UNIT] = {"unit", LINT_WARNING, "VOTable 1.5, section 4.4; VOUnits 1.1"},
    [RULE_UTYPE] = {"utype", LINT_WARNING, "VOTable 1.5, section 4.6"},
    [RULE_XTYPE] = {"xtype", LINT_ERROR, "VOTable 1.5, section 4.3; DALI 1.1, section 3.3"},
    [RULE_XTYPE_UNKNOWN] = {"xtype-unknown", LINT_WARNING, "VOTable 1.5, section 4.3; DALI 1.1, section 3.3"},
    [RULE_VOCABULARY] = {"vocabulary", LINT_WARNING, "VOTable 1.5, sections 3.4 and 3.5"},
    [RULE_TIMESYS] = {"timesys", LINT_WARNING, "VOTable 1.5, section 3.5"},
    [RULE_NULL] = {"null", LINT_WARNING, "VOTable 1.5, sections 4.7 and 5.5"},
    [RULE_VALUES] = {"values", LINT_WARNING, "VOTable 1.5, section 4.7"},
    [RULE_META] = {"meta", LINT_WARNING, "VOTable 1.5, section 3.6"},
    [RULE_QUERY_STATUS] = {"query-status", LINT_WARNING, "DALI 1.1, section 4.4.1"},
    [RULE_TD_COUNT] = {"td-count", LINT_ERROR, "VOTable 1.5, section 5.1"},
    [RULE_NROWS] = {"nrows", LINT_ERROR, "VOTable 1.5, section 3.8"},
    [RULE_CELL] = {"cell", LINT_ERROR, "VOTable 1.5, section 6"},
    [RULE_CELL_RANGE] = {"cell-range", LINT_ERROR, "VOTable 1.5, section 6"},
    [RULE_CELL_OVERFLOW] = {"cell-overflow", LINT_WARNING, "VOTable 1.5, section 6"},
    [RULE_CELL_COUNT] = {"cell-count", LINT_ERROR, "VOTable 1.5, section 2.2"},
    [RULE_CELL_EMPTY] = {"cell-empty", LINT_ERROR, "VOTable 1.2, section 5.1"},
    [RULE_CELL_ASCII] = {"cell-ascii", LINT_ERROR, "VOTable 1.5, section 6"},
    [RULE_CELL_TEXT] = {"cell-text", LINT_WARNING, "VOTable 1.5, section 6"},
    [RULE_CELL_LENGTH] = {"cell-length", LINT_WARNING, "VOTable 1.5, section 2.2"},
    [RULE_CELL_XTYPE] = {"cell-xtype", LINT_ERROR, "DALI 1.1, section 3.3"},
    [RULE_CELL_BITS] = {"cell-bits", LINT_WARNING, "VOTable 1.5, section 6"},
    [RULE_STREAM] = {"stream", LINT_ERROR, "VOTable 1.5, sections 5.2 to 5.6"},
    [RULE_STREAM_ENCODING] = {"stream-encoding", LINT_WARNING, "VOTable 1.5, section 5.6"},
    [RULE_STREAM_REMOTE] = {"stream-remote", LINT_WARNING, "VOTable 1.5, section 5.7"},
};

_Static_assert(sizeof rules / sizeof *rules == RULE_COUNT, "each rule has its line");

const char *lint_rule_name(enum lint_rule rule) {
    return rules[rule].name;
}

enum lint_severity lint_rule_severity(enum lint_rule rule) {
    return rules[rule].severity;
}

const char *lint_rule_source(enum lint_rule rule) {
    return rules[rule].source;
}

const char *lint_severity_name(enum lint_severity severity) {
    static const char *const names[] = {"Info", "Warning", "Error"};
    return names[severity];
}
