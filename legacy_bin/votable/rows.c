/* rows.c - the source of a table's rows, chosen by its serialisation. */
#include "votable/rows.h"

/* The attribute extnum of FITS (VOTable 1.5 section 5.2); 0: absent. */
static bool read_extnum(const struct vot_node *fits, unsigned long *extnum, struct error *error) {
    enum { LARGEST = 1000000 };
    struct slice text = slice_trim(vot_attribute(fits, "extnum"));
    *extnum = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned digit = (unsigned)(text.text[i] - '0');
        if (digit > 9 || *extnum > LARGEST / 10)
            return error_set_input(error, "extnum '%.*s' of FITS at line %lu is not a number of an extension",
                                   (int)text.length, text.text, fits->line);
        *extnum = *extnum * 10 + digit;
    }
    return true;
}

struct row_source *rows_open(const struct vot_table *table, const struct vot_node *data, struct byte_reader bytes,
                             struct error *error) {
    unsigned long extnum;
    if (table->serialization != VOT_FITS) return binary_rows_open(table, bytes, error);
    return read_extnum(data, &extnum, error) ? fits_rows_open(table, bytes, extnum, error) : NULL;
}
