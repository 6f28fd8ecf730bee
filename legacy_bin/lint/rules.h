/* rules.h - what a VOTable is checked for: each rule's name, how bad it is to break it, and where it is written. */
#ifndef LINT_RULES_H
#define LINT_RULES_H

/* As STILTS votlint has them. */
enum lint_severity {
    LINT_INFO,
    LINT_WARNING,
    LINT_ERROR, /* the document is not valid */
    LINT_SEVERITY_COUNT
};

enum lint_rule {
    RULE_NONE, /* nothing is wrong */
    RULE_XML,
    RULE_NAMESPACE_PREFIX,
    RULE_ROOT,
    RULE_VERSION,
    RULE_VERSION_NONE,
    RULE_NAMESPACE,
    RULE_SCHEMA_LOCATION,
    RULE_INSTRUCTION,
    RULE_ELEMENT,
    RULE_ELEMENT_PLACE,
    RULE_ELEMENT_MISSING,
    RULE_TEXT_PLACE,
    RULE_ATTRIBUTE,
    RULE_ATTRIBUTE_FOREIGN,
    RULE_ATTRIBUTE_MISSING,
    RULE_ATTRIBUTE_VALUE,
    RULE_DEPRECATED,
    RULE_ID_TWICE,
    RULE_REF,
    RULE_REF_KIND,
    RULE_REF_ORDER,
    RULE_NAME_TWICE,
    RULE_ARRAYSIZE,
    RULE_ARRAYSIZE_ONE,
    RULE_ARRAYSIZE_NONE,
    RULE_UCD,
    RULE_UNIT,
    RULE_UTYPE,
    RULE_XTYPE,
    RULE_XTYPE_UNKNOWN,
    RULE_VOCABULARY,
    RULE_TIMESYS,
    RULE_NULL,
    RULE_VALUES,
    RULE_META,
    RULE_QUERY_STATUS,
    RULE_TD_COUNT,
    RULE_NROWS,
    RULE_CELL,
    RULE_CELL_RANGE,
    RULE_CELL_OVERFLOW,
    RULE_CELL_COUNT,
    RULE_CELL_EMPTY,
    RULE_CELL_ASCII,
    RULE_CELL_TEXT,
    RULE_CELL_LENGTH,
    RULE_CELL_XTYPE,
    RULE_CELL_BITS,
    RULE_STREAM,
    RULE_STREAM_ENCODING,
    RULE_STREAM_REMOTE,
    RULE_COUNT
};

/* "id-twice" */
const char *lint_rule_name(enum lint_rule rule);
enum lint_severity lint_rule_severity(enum lint_rule rule);
/* "VOTable 1.5, section 3.2" */
const char *lint_rule_source(enum lint_rule rule);
/* "Error" */
const char *lint_severity_name(enum lint_severity severity);

#endif
