/* split_job.h - one call of votsplit: what is split, and into how many files. */
#ifndef TOOLS_SPLIT_JOB_H
#define TOOLS_SPLIT_JOB_H

#include "io/series.h"
#include "table/groups.h"
#include "tools/conversion.h"
#include "votable/again.h"
#include "votable/excerpt.h"

/* A TABLE, or with -R a RESOURCE, of the input. */
struct split_part {
    const struct vot_node *node;
    uint64_t rows;
    size_t tables;         /* in a RESOURCE */
    struct groups *groups; /* NULL: it is not split by a column, or has no DATA */
};

struct split_job {
    const struct arguments *arguments;
    struct sink_settings settings;
    struct spool *spool;
    struct again again;
    struct vot_reader *first, *second; /* the first has the tree, the second the rows */
    struct excerpt_source source;
    struct split_part *parts;
    size_t count, capacity;
    struct group_file group_file;
    uint64_t block; /* rows of a file; 0: all */
    bool by_resource, by_column;
    struct series series;
    size_t files;
    bool is_unread; /* the input cannot be opened */
    bool in_rows;   /* the second reader is among the rows of a table */
    struct output *list;
};

/* How many files a part makes. */
static inline size_t split_count_files(const struct split_job *job, const struct split_part *part) {
    if (part->groups && groups_count(part->groups) > 0) return groups_count(part->groups);
    if (job->block == 0 || part->rows == 0) return 1;
    return (size_t)((part->rows - 1) / job->block + 1);
}

/* The rows of one of its files. */
static inline uint64_t split_count_rows(const struct split_job *job, const struct split_part *part, size_t number) {
    if (part->groups) return groups_count(part->groups) ? groups_rows(part->groups, number) : 0;
    if (job->block == 0) return part->rows;
    uint64_t left = part->rows - number * job->block;
    return left < job->block ? left : job->block;
}

/* What was written, for the tasking framework: a list for each fact, with a value for each file. */
void split_report(const struct split_job *job);

#endif
