/* target_text.c - layouts that VOClient 1.0 had, byte for byte, and the same data as VOTable or JSON. */
#include "services/target_text.h"

#include <stddef.h>
#include <stdio.h>

#include "base/json.h"
#include "votable/escape.h"

/* A name as 1.0 shows it: `+` stood for a blank in its requests. */
static void write_name(struct output *output, const char *name) {
    for (; *name; name++) output_write(output, *name == '+' ? " " : name, 1);
}

static size_t count_characters(const char *text) {
    size_t count = 0;
    for (; *text; text++) count += (*text & 0xc0) != 0x80;
    return count;
}

/* `%12.12s`, by characters instead of bytes. */
static void write_padded_name(struct output *output, const char *name) {
    enum { WIDTH = 12 };
    for (size_t i = count_characters(name); i < WIDTH; i++) output_write_string(output, " ");
    size_t shown = 0;
    for (; *name; name++) {
        if ((*name & 0xc0) != 0x80 && ++shown > WIDTH) break;
        output_write(output, *name == '+' ? " " : name, 1);
    }
}

void target_write_header(struct output *output, const struct target_layout *layout) {
    char d = layout->separator;
    if (layout->is_all && layout->is_padded) {
        output_format(output, "# %10.10s %-11.11s %-10.10s %-9.9s %-9.9s %-6.6s %-6.6s %s\n", "Name", "    RA",
                      "    DEC", "   DRA", "   DDEC", "RAerr", "DECerr", "Type");
        return;
    }
    if (layout->is_all) {
        output_format(output, "# Name%cRA%cDEC%cDRA%cDDEC%cRAerr%cDECerr%cType\n", d, d, d, d, d, d, d);
        return;
    }
    output_write_string(output, "#");
    for (const char *field = layout->fields; *field; field++) {
        switch (*field) {
        case 'd': output_format(output, "DRA%cDDEC%c", d, d); break;
        case 'e': output_format(output, "RAerr%cDECerr%c", d, d); break;
        case 'n': output_format(output, "Name%c", d); break;
        case 's': output_format(output, "RA%cDEC%c", d, d); break;
        default: output_format(output, "Type%c", d); break;
        }
    }
    output_write_string(output, "\n");
}

static void write_all(struct output *output, const struct target_layout *layout, const struct sesame_object *object,
                      bool is_typed) {
    char d = layout->separator, pair = is_typed ? ' ' : d;
    if (layout->is_padded) {
        write_padded_name(output, object->name);
        char both[64];
        snprintf(both, sizeof both, "%s %s", object->ra_text, object->dec_text);
        output_format(output, " %23.23s %9.5f %9.5f", both, object->ra_deg, object->dec_deg);
        if (is_typed)
            output_write_string(output, " 0.0 0.0");
        else
            output_format(output, " %6.1f %6.1f", object->ra_error_mas, object->dec_error_mas);
        output_format(output, " %s\n", object->type);
        return;
    }
    write_name(output, object->name);
    output_format(output, "%c%s%c%s%c%f%c%f", d, object->ra_text, pair, object->dec_text, d, object->ra_deg, d,
                  object->dec_deg);
    if (is_typed)
        output_format(output, "%c0.0%c0.0", d, d);
    else
        output_format(output, "%c%f%c%f", d, object->ra_error_mas, d, object->dec_error_mas);
    output_format(output, "%c%s\n", d, object->type);
}

void target_write_line(struct output *output, const struct target_layout *layout, const struct sesame_object *object,
                       bool is_typed) {
    if (layout->is_all) {
        write_all(output, layout, object, is_typed);
        return;
    }
    char d = layout->separator;
    for (const char *field = layout->fields; *field; field++) {
        if (field != layout->fields) output_write(output, &d, 1);
        switch (*field) {
        case 'd': output_format(output, "%f%c%f", object->ra_deg, d, object->dec_deg); break;
        case 'e':
            if (is_typed)
                output_format(output, "0.0%c0.0", d);
            else
                output_format(output, "%f%c%f", object->ra_error_mas, d, object->dec_error_mas);
            break;
        case 'n': write_name(output, object->name); break;
        case 's': output_format(output, "%s%c%s", object->ra_text, d, object->dec_text); break;
        default: output_write_string(output, object->type); break;
        }
    }
    output_write_string(output, "\n");
}

/* The columns of a document, in order. */
static const struct column {
    const char *name, *attributes; /* of its FIELD */
    size_t offset;
    bool is_number;
} columns[] = {
    {"name", "datatype=\"unicodeChar\" arraysize=\"*\" ucd=\"meta.id;meta.main\"", offsetof(struct sesame_object, name),
     false},
    {"ra", "datatype=\"double\" unit=\"deg\" ucd=\"pos.eq.ra;meta.main\" ref=\"icrs\"",
     offsetof(struct sesame_object, ra_deg), true},
    {"dec", "datatype=\"double\" unit=\"deg\" ucd=\"pos.eq.dec;meta.main\" ref=\"icrs\"",
     offsetof(struct sesame_object, dec_deg), true},
    {"ra_error", "datatype=\"double\" unit=\"mas\" ucd=\"stat.error;pos.eq.ra\"",
     offsetof(struct sesame_object, ra_error_mas), true},
    {"dec_error", "datatype=\"double\" unit=\"mas\" ucd=\"stat.error;pos.eq.dec\"",
     offsetof(struct sesame_object, dec_error_mas), true},
    {"type", "datatype=\"char\" arraysize=\"*\" ucd=\"src.class\"", offsetof(struct sesame_object, type), false},
    {"ra_hms", "datatype=\"char\" arraysize=\"*\" ucd=\"pos.eq.ra\" ref=\"icrs\"",
     offsetof(struct sesame_object, ra_text), false},
    {"dec_dms", "datatype=\"char\" arraysize=\"*\" ucd=\"pos.eq.dec\" ref=\"icrs\"",
     offsetof(struct sesame_object, dec_text), false},
};

enum { COLUMN_COUNT = sizeof columns / sizeof *columns };

static void write_value(struct output *output, enum target_document kind, const struct column *column,
                        const struct sesame_object *object) {
    const char *place = (const char *)object + column->offset;
    struct buffer text = {0};
    if (column->is_number)
        json_append_double(&text, *(const double *)place);
    else if (kind == TARGET_JSON)
        json_append_string(&text, slice_of(*(char *const *)place));
    else
        buffer_append_string(&text, *(char *const *)place);
    if (kind == TARGET_JSON || text.is_incomplete)
        output_write_buffer(output, &text);
    else
        escape_text(output, buffer_slice(&text));
    buffer_free(&text);
}

void target_document_begin(struct output *output, enum target_document kind) {
    if (kind == TARGET_JSON) {
        output_write_string(output, "[");
        return;
    }
    output_write_string(output, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\">\n"
                                "<RESOURCE type=\"results\">\n<COOSYS ID=\"icrs\" system=\"ICRS\"/>\n"
                                "<TABLE name=\"targets\">\n");
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        output_format(output, "<FIELD name=\"%s\" %s/>\n", columns[i].name, columns[i].attributes);
    output_write_string(output, "<DATA><TABLEDATA>\n");
}

void target_document_row(struct output *output, enum target_document kind, const struct sesame_object *object,
                         bool is_first) {
    if (kind == TARGET_JSON) output_write_string(output, is_first ? "\n" : ",\n");
    output_write_string(output, kind == TARGET_JSON ? "{" : "<TR>");
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (kind == TARGET_JSON)
            output_format(output, "%s\"%s\": ", i ? ", " : "", columns[i].name);
        else
            output_write_string(output, "<TD>");
        write_value(output, kind, &columns[i], object);
        if (kind == TARGET_VOTABLE) output_write_string(output, "</TD>");
    }
    output_write_string(output, kind == TARGET_JSON ? "}" : "</TR>\n");
}

void target_document_end(struct output *output, enum target_document kind) {
    output_write_string(output,
                        kind == TARGET_JSON ? "\n]\n" : "</TABLEDATA></DATA>\n</TABLE>\n</RESOURCE>\n</VOTABLE>\n");
}
