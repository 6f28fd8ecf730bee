/* tabledata.c - see tabledata.h. Mark-up inside a TD is dropped, its text kept. */
#include "votable/tabledata.h"

#include <stdlib.h>

enum { IN_TABLE, IN_ROW, IN_CELL };

bool tabledata_open(struct tabledata *tabledata, size_t field_count) {
    *tabledata = (struct tabledata){.field_count = field_count, .text.maximum = TABLEDATA_ROW_MAXIMUM};
    tabledata->cells = calloc(field_count ? field_count : 1, sizeof *tabledata->cells);
    return tabledata->cells != NULL;
}

/* The cell that is open, NULL where there is none or it is one too many. */
static struct vot_cell *open_cell(struct tabledata *tabledata) {
    bool is_kept = tabledata->depth >= IN_CELL && tabledata->column < tabledata->field_count;
    return is_kept ? &tabledata->cells[tabledata->column] : NULL;
}

const char *tabledata_start(struct tabledata *tabledata, struct slice local_name) {
    if (tabledata->depth == IN_TABLE) {
        if (!slice_equal_nocase(local_name, SLICE("TR"))) return "TR";
        tabledata->column = 0;
        tabledata->text.length = 0;
        for (size_t i = 0; i < tabledata->field_count; i++) tabledata->cells[i] = (struct vot_cell){.form = VOT_TEXT};
    } else if (tabledata->depth == IN_ROW) {
        if (!slice_equal_nocase(local_name, SLICE("TD"))) return "TD";
    }
    tabledata->depth++;
    return NULL;
}

/* Cells were only counted while their text grew (and moved); now they are pointed at it. */
static bool point_cells(struct tabledata *tabledata) {
    const char *at = buffer_reserve(&tabledata->text, VOT_CELL_SLACK);
    if (!at) return false;
    at = tabledata->text.bytes;
    for (size_t i = 0; i < tabledata->field_count; i++) {
        tabledata->cells[i].bytes = at;
        at += tabledata->cells[i].length;
    }
    return true;
}

bool tabledata_end(struct tabledata *tabledata, bool *ok) {
    *ok = true;
    tabledata->depth--;
    if (tabledata->depth == IN_ROW) tabledata->column++;
    if (tabledata->depth != IN_TABLE) return false;
    *ok = point_cells(tabledata);
    return true;
}

bool tabledata_text(struct tabledata *tabledata, struct slice text) {
    struct vot_cell *cell = open_cell(tabledata);
    if (!cell) return true;
    if (tabledata->is_in_cdata) cell->form = VOT_CDATA;
    cell->length += text.length;
    return buffer_append_slice(&tabledata->text, text);
}

void tabledata_cdata(struct tabledata *tabledata, bool begins) {
    tabledata->is_in_cdata = begins;
    struct vot_cell *cell = open_cell(tabledata);
    if (begins && cell) cell->form = VOT_CDATA;
}

void tabledata_close(struct tabledata *tabledata) {
    free(tabledata->cells);
    buffer_free(&tabledata->text);
    *tabledata = (struct tabledata){0};
}
