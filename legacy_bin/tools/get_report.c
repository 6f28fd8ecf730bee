/* get_report.c - progress and results of downloads. */
#include "tools/get_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/opset.h"
#include "io/output.h"

static const double interval = 0.1; /* seconds between two words on progress */
enum { WENT_WELL = 1, WENT_WRONG };

static double now_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool get_report_begin(struct get_report *report, size_t count, struct error *error) {
    report->counts = (struct download_counts){.bytes = report->counts.bytes};
    report->ends = calloc(count + 1, sizeof *report->ends);
    report->is_terminal = isatty(STDERR_FILENO);
    report->begun = report->told = now_seconds();
    if (report->is_verbose) dprintf(STDERR_FILENO, "Starting download ....\r");
    return report->ends || error_set_memory(error);
}

void get_report_free(struct get_report *report) {
    free(report->ends);
    report->ends = NULL;
    buffer_free(&report->skipped);
    report->skipped = (struct buffer){0};
}

/* On a terminal also how fast; the originals' text is what scripts see. */
static void show_progress(const struct get_report *report) {
    const struct download_counts *counts = &report->counts;
    if (!report->is_verbose) return;
    if (!report->is_terminal) {
        dprintf(STDERR_FILENO, "Downloaded %zu of %zu files ....\r", counts->done, counts->total);
        return;
    }
    double megabytes = (double)counts->bytes / 1e6, seconds = report->told - report->begun;
    dprintf(STDERR_FILENO, "Downloaded %zu of %zu files .... %.1f MB, %.1f MB/s\033[K\r", counts->done, counts->total,
            megabytes, seconds > 0 ? megabytes / seconds : 0);
}

static void tell_progress(struct get_report *report) {
    const struct download_counts *counts = &report->counts;
    char text[100];
    double done = (double)(counts->done + counts->skipped + counts->failed) + counts->under_way;
    double total = counts->total ? (double)counts->total : 1;
    report->told = now_seconds();
    snprintf(text, sizeof text, "%zu of %zu files", counts->done + counts->skipped, counts->total);
    opset_progress(done < total ? done / total : 1, text);
}

static void tell_file(const struct download_end *end) {
    opset_row_begin();
    json_member(SLICE("files")), json_text(slice_of(end->path));
    json_member(SLICE("urls")), json_text(slice_of(end->url));
    opset_row_end();
    opset_flush(); /* the next thing to come is waited for */
}

/* The reason without the URL that the transfer puts in front of it. */
static const char *reason_of(const struct error *error) {
    const char *text = error->text ? error->text : "unknown error", *colon = strstr(text, ": ");
    bool has_url = strncmp(text, "http", 4) == 0 && colon && !memchr(text, ' ', (size_t)(colon - text));
    return has_url ? colon + 2 : text;
}

static void say_failure(const struct get_report *report, const struct download_end *end) {
    struct buffer url = {0};
    http_show_url(&url, end->url);
    const char *reason = reason_of(end->error), *shown = buffer_string(&url);
    if (report->is_verbose && report->is_terminal) dprintf(STDERR_FILENO, "\033[K");
    if (strncmp(reason, "Error: ", 7) == 0)
        fail("%s", reason);
    else
        fail("Error: can't download '%s' : %s", shown ? shown : "", reason);
    buffer_free(&url);
}

void get_report_file(void *context, const struct download_end *end) {
    struct get_report *report = context;
    bool went_well = end->outcome != DOWNLOAD_FAILED;
    if (end->index != SIZE_MAX && report->ends[end->index] != WENT_WRONG)
        report->ends[end->index] = went_well ? WENT_WELL : WENT_WRONG;
    if (!went_well) say_failure(report, end);
    if (end->outcome == DOWNLOAD_EXISTS && end->path) buffer_append(&report->skipped, end->path, strlen(end->path) + 1);
    if (end->outcome == DOWNLOAD_DONE) {
        tell_file(end);
        show_progress(report);
    }
    if (now_seconds() - report->told >= interval) tell_progress(report);
}

void get_report_bytes(void *context) {
    struct get_report *report = context;
    if (now_seconds() - report->told < interval) return;
    tell_progress(report);
    if (report->is_terminal) show_progress(report);
}

static void tell_lists(const struct get_report *report, const struct access_list *list) {
    const struct buffer *skipped = &report->skipped;
    if (report->counts.done == 0) { /* no rows have told of these */
        opset_begin("files"), json_array_begin(), json_array_end(), opset_end();
        opset_begin("urls"), json_array_begin(), json_array_end(), opset_end();
    }
    opset_begin("failed");
    json_array_begin();
    for (size_t i = 0; i < list->count; i++)
        if (report->ends[i] != WENT_WELL) json_text(slice_of(list->items[i].url));
    json_array_end();
    opset_end();
    opset_begin("skipped");
    json_array_begin();
    for (size_t at = 0; at < skipped->length; at += strlen(skipped->bytes + at) + 1)
        json_text(slice_of(skipped->bytes + at));
    json_array_end();
    opset_end();
    opset_integer("bytes", (int64_t)report->counts.bytes);
}

static bool write_failed(const struct get_report *report, const struct access_list *list) {
    struct error error = {0};
    struct output *output = report->failed_name ? output_open(report->failed_name, &error) : NULL;
    for (size_t i = 0; output && i < list->count; i++)
        if (report->ends[i] != WENT_WELL) output_format(output, "%s\t%s\n", list->items[i].url, list->items[i].name);
    if (!report->failed_name || (output && output_commit(output, &error))) return true;
    fail_error(&error);
    return false;
}

bool get_report_end(struct get_report *report, const struct access_list *list, bool is_interrupted) {
    if (report->is_verbose && !is_interrupted)
        message("Downloaded %zu files -- Download complete (Total:  %zu)", report->counts.done, report->counts.total);
    tell_progress(report);
    tell_lists(report, list);
    if (report->skipped.is_incomplete) return fail("Error: not enough memory"), false;
    return write_failed(report, list);
}
