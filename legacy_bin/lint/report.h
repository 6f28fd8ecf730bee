/* report.h - what a check of a document finds, told a line each as it is found, and to the OPset channel.
 * Findings of the same kind about the same thing are told a few times, then only counted. */
#ifndef LINT_REPORT_H
#define LINT_REPORT_H

#include <stdint.h>

#include "base/text_map.h"
#include "io/output.h"
#include "lint/rules.h"

/* Both from 1; 0: not known. */
struct lint_place {
    unsigned long line, column;
};

struct lint_kind;
struct lint_told;

/* One owner: report_open() … report_close(). */
struct lint_report {
    const char *input;                    /* what each line begins with */
    struct output *output;                /* borrowed */
    unsigned long repeats;                /* findings of one kind that are told; 0: all */
    uint64_t counts[LINT_SEVERITY_COUNT]; /* all that were found */
    struct text_map places;               /* of the kinds: rule and subject */
    struct lint_kind *kinds;              /* in the order they were met */
    size_t kind_count, kind_capacity;
    struct arena arena;                 /* of `told` */
    struct lint_told *told, *last_told; /* for the channel, which has them at the end */
    unsigned long told_count;
    bool is_short; /* of memory: something was not told */
};

void report_open(struct lint_report *report, const char *input, unsigned long repeats, struct output *output);
/* `subject`: what it is about (an element, a column); the text says what was found and what is accepted. */
void report_say(struct lint_report *report, enum lint_rule rule, struct lint_place place, struct slice subject,
                const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Nothing more will be found: how many were not told, and the verdict; `version` NULL: not a VOTable at all. */
void report_finish(struct lint_report *report, const char *version);
void report_close(struct lint_report *report);

/* Foreign text inside a message is cut to this many bytes, at a character's end: printf("%.*s", SHOWN(slice)). */
enum { REPORT_SHOWN = 80 };
int report_shown(struct slice text);
#define SHOWN(slice) report_shown(slice), (slice).length ? (slice).text : ""

#endif
