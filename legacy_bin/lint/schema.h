/* schema.h - the elements of one version of VOTable: what may stand inside each, and its attributes.
 * From the DTD of VOTable 1.0 and the XML Schemas of 1.1 to 1.5. */
#ifndef LINT_SCHEMA_H
#define LINT_SCHEMA_H

#include "lint/content.h"
#include "lint/value.h"

enum lint_version { LINT_1_0, LINT_1_1, LINT_1_2, LINT_1_3, LINT_1_4, LINT_1_5, LINT_NEVER };

struct lint_attribute {
    const char *elements; /* that have it, blank-separated */
    const char *name;
    enum lint_value value;
    enum lint_version since, required; /* the first version that has it, that demands it */
    enum lint_version last;            /* the last version that has it so */
    const char *choices;               /* VALUE_CHOICE: blank-separated */
};

struct lint_element {
    struct slice name;
    struct content content;
    const struct lint_attribute *attributes[16];
    unsigned attribute_count;
};

enum { LINT_ELEMENTS = 32 };

struct lint_schema {
    enum lint_version version;
    struct lint_element elements[LINT_ELEMENTS];
    unsigned count;
};

void lint_schema_open(struct lint_schema *schema, enum lint_version version);
/* By its exact name; NULL: this version has no such element. */
const struct lint_element *lint_schema_element(const struct lint_schema *schema, struct slice name);
const struct lint_attribute *lint_schema_attribute(const struct lint_element *element, struct slice name);
/* The first version that has an element of this name; LINT_NEVER: none has. */
enum lint_version lint_schema_since(struct slice name);

/* "1.3"; its namespace, "" where it has none (1.0). */
const char *lint_version_name(enum lint_version version);
const char *lint_version_space(enum lint_version version);
/* LINT_NEVER: not a version. */
enum lint_version lint_version_of(struct slice name);
/* The latest version with this namespace. */
enum lint_version lint_version_of_space(struct slice space);

#endif
