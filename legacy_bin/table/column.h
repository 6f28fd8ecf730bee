/* column.h - a column chosen by what is said of it. */
#ifndef TABLE_COLUMN_H
#define TABLE_COLUMN_H

#include "votable/document.h"

/* The first FIELD of a TABLE that has any of these (NULL: not asked for), without regard to case; false: none has. */
bool column_find(const struct vot_node *table, const char *name, const char *id, const char *ucd, size_t *column);

#endif
