/* lint.h - a VOTable held against the standard of its version, all of it, in one pass and bounded memory.
 * It reads XML itself, by the parts that the reader has (votable/xml.h, lane.h, stream.h, rows.h), because the reader
 * forgives what a check must tell, and stops where a check goes on. What is checked stands in tables: schema.c
 * (elements and attributes by version), rules.c (how bad each finding is), xtype.c, ucd.c. */
#ifndef LINT_LINT_H
#define LINT_LINT_H

#include "io/output.h"

/* Findings are written to `output`, a line each, then a summary, and told to the OPset channel; `repeats`: how many of
 * one kind, 0: all. `argument` as for vot_open(). *is_valid: no error was found.
 * false with error set: the document could not be read; what was written is not complete. */
bool lint_document(const char *argument, unsigned long repeats, struct output *output, bool *is_valid,
                   struct error *error);

#endif
