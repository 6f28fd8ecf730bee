/* split_report.c - what votsplit tells the tasking framework. */
#include "tools/split_job.h"

/* One value for each file, by what `tell` says of it. */
typedef void tell(const struct split_job *job, const struct split_part *part, size_t number, size_t file);

static void tell_path(const struct split_job *job, const struct split_part *part, size_t number, size_t file) {
    (void)part, (void)number;
    json_text(slice_of(series_path(&job->series, file)));
}

static void tell_rows(const struct split_job *job, const struct split_part *part, size_t number, size_t file) {
    (void)file;
    json_integer((int64_t)split_count_rows(job, part, number));
}

static void tell_tables(const struct split_job *job, const struct split_part *part, size_t number, size_t file) {
    (void)number, (void)file;
    json_integer(job->by_resource ? (int64_t)part->tables : 1);
}

static void tell_name(const struct vot_node *node) {
    struct slice name = vot_attribute(node, "name");
    if (name.text)
        json_text(name);
    else
        json_null();
}

static void tell_table(const struct split_job *job, const struct split_part *part, size_t number, size_t file) {
    (void)job, (void)number, (void)file;
    tell_name(part->node);
}

static void tell_resource(const struct split_job *job, const struct split_part *part, size_t number, size_t file) {
    (void)number, (void)file;
    tell_name(job->by_resource ? part->node : part->node->parent);
}

static void tell_value(const struct split_job *job, const struct split_part *part, size_t number, size_t file) {
    (void)job, (void)file;
    if (part->groups && groups_count(part->groups) > 0)
        json_text(groups_value(part->groups, number));
    else
        json_null();
}

static void report_each(const struct split_job *job, const char *key, tell *tell_one) {
    size_t file = 0;
    opset_begin(key);
    json_array_begin();
    for (size_t i = 0; i < job->count; i++)
        for (size_t number = 0; number < split_count_files(job, &job->parts[i]); number++)
            tell_one(job, &job->parts[i], number, file++);
    json_array_end();
    opset_end();
}

void split_report(const struct split_job *job) {
    const char *list = arguments_value(job->arguments, OPTION_OUTPUT);
    if (!opset_is_open()) return;
    opset_text("format", slice_of(format_name(job->settings.format)));
    report_each(job, "files", tell_path);
    report_each(job, "rows", tell_rows);
    report_each(job, "tables", tell_tables);
    report_each(job, "resource_names", tell_resource);
    if (!job->by_resource) report_each(job, "table_names", tell_table);
    if (job->by_column) report_each(job, "values", tell_value);
    if (list) opset_text("output", slice_of(list));
}
