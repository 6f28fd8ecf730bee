/* get_report.h - what votget tells while it downloads: people on stderr, Python on the channel, the next run in a file.
 */
#ifndef TOOLS_GET_REPORT_H
#define TOOLS_GET_REPORT_H

#include "download/download.h"

struct get_report {
    bool is_verbose;
    const char *failed_name; /* file for what failed, NULL: none */
    struct download_counts counts;

    /* private */
    bool is_terminal;
    unsigned char *ends;   /* what became of each of the list; 0: nothing yet */
    struct buffer skipped; /* paths, each with its NUL */
    double begun, told;    /* monotonic seconds */
};

/* Starts zeroed but for the first two; get_report_free() at the end. */
bool get_report_begin(struct get_report *report, size_t count, struct error *error);
/* The callbacks of struct download_settings, with the report as their context. */
void get_report_file(void *context, const struct download_end *end);
void get_report_bytes(void *context);
/* All has ended, or has been interrupted: what has not ended is reported as failed. false: that could not be
 * written, which has been said. */
bool get_report_end(struct get_report *report, const struct access_list *list, bool is_interrupted);
void get_report_free(struct get_report *report);

#endif
