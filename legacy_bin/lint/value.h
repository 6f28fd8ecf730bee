/* value.h - the kinds of attribute values: XML Schema's types as VOTable uses and restricts them. */
#ifndef LINT_VALUE_H
#define LINT_VALUE_H

#include "base/slice.h"

enum lint_value {
    VALUE_TEXT,         /* anything: string, token, anyURI */
    VALUE_ID,           /* an XML name without colon, once in the document */
    VALUE_IDREF,        /* the same, an ID that exists */
    VALUE_CHOICE,       /* one of the choices */
    VALUE_NMTOKEN,      /* characters of XML names */
    VALUE_VERSION,      /* of VOTable: judged with the root */
    VALUE_DATATYPE,     /* one of the twelve */
    VALUE_ARRAYSIZE,    /* 3, *, 16*, 3x2, 3x* */
    VALUE_PRECISION_11, /* VOTable 1.1, 1.2: no leading zero */
    VALUE_PRECISION,
    VALUE_POSITIVE,
    VALUE_NON_NEGATIVE,
    VALUE_UCD,  /* also in 1.1, whose pattern lacks the colon that SIA 1.0 demands */
    VALUE_YEAR, /* J2000, B1950, 1991.25 */
    VALUE_TIME, /* 2024-02-29T23:59:59 */
    VALUE_ORIGIN,
};

/* Outer blanks do not count. */
bool lint_value_fits(enum lint_value kind, const char *choices, struct slice value);
/* What is accepted, as a phrase; VALUE_CHOICE, VALUE_DATATYPE: the words. */
const char *lint_value_accepted(enum lint_value kind, const char *choices);
/* Whether `words` (blank-separated) has this word, as it is. */
bool lint_has_word(const char *words, struct slice word);

extern const char lint_datatypes[];

#endif
