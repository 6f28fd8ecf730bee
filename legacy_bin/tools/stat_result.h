/* stat_result.h - what votstat found, written: as lines for people and rows of the OPset channel, or as a table. */
#ifndef TOOLS_STAT_RESULT_H
#define TOOLS_STAT_RESULT_H

#include "table/column_choice.h"
#include "table/statistic_choice.h"
#include "votable/sink.h"

struct stat_result {
    const struct vot_table *table; /* NULL: there is none */
    struct chosen_columns columns, keys;
    struct statistic_choice statistics;
    struct measures *measures;
};

/* Lines in the original's layout; those of a group stand behind one that tells its values. */
bool stat_write_text(const struct stat_result *result, bool has_header, struct output *output, struct error *error);
/* A row for each group and column. */
bool stat_report_rows(const struct stat_result *result, struct error *error);
/* A document with one table: a row for each column; or, with groups, a row for each of them, and columns for each
 * column's statistics. */
bool stat_write_table(const struct stat_result *result, struct sink *sink, struct error *error);

#endif
