/* ecsv_head.c - see ecsv_head.h. */
#include "table/ecsv_head.h"

#include "base/json.h"
#include "table/metadata.h"

static const char *type_name(enum vot_type type) {
    switch (type) {
    case VOT_TYPE_BOOLEAN:
    case VOT_TYPE_BIT: return "bool";
    case VOT_TYPE_BYTE: return "uint8";
    case VOT_TYPE_SHORT: return "int16";
    case VOT_TYPE_INT: return "int32";
    case VOT_TYPE_LONG: return "int64";
    case VOT_TYPE_FLOAT:
    case VOT_TYPE_FLOAT_COMPLEX: return "float32";
    case VOT_TYPE_DOUBLE:
    case VOT_TYPE_DOUBLE_COMPLEX: return "float64";
    default: return "string";
    }
}

/* How many lists are in each other in a cell; of arrays of characters the first dimension is no list. */
static size_t count_lists(const struct vot_field *field, size_t dimensions[VOT_DIMENSIONS], size_t *first) {
    size_t count = vot_field_dimensions(field, dimensions);
    bool is_text = field->type == VOT_TYPE_CHAR || field->type == VOT_TYPE_UNICODE;
    *first = is_text && count ? 1 : 0;
    return count - *first;
}

static bool is_complex(const struct vot_field *field) {
    return field->type == VOT_TYPE_FLOAT_COMPLEX || field->type == VOT_TYPE_DOUBLE_COMPLEX;
}

/* `float64`; of lists `string, subtype: "float64[2,3]"`, the innermost last. Only that one may be of any length, else
 * they are `json`. A complex number is a list of two. */
static bool append_type(struct buffer *out, const struct vot_field *field) {
    size_t dimensions[VOT_DIMENSIONS], first, lists = count_lists(field, dimensions, &first);
    if (lists == 0 && !is_complex(field)) return buffer_append_string(out, type_name(field->type));
    if (field->is_variable && (lists > 1 || is_complex(field)))
        return buffer_append_string(out, "string, \"subtype\": json");
    bool is_done = buffer_append_format(out, "string, \"subtype\": \"%s[", type_name(field->type));
    for (size_t i = first + lists; i > first && is_done; i--) {
        if (i < first + lists) is_done = buffer_append_byte(out, ',');
        is_done = is_done && (field->is_variable ? buffer_append_string(out, "null")
                                                 : buffer_append_format(out, "%zu", dimensions[i - 1]));
    }
    if (is_complex(field) && is_done) is_done = buffer_append_string(out, lists ? ",2" : "2");
    return is_done && buffer_append_string(out, "]\"");
}

/* What of a FIELD has no place of its own, where astropy's conversion of VOTables has it. */
static bool append_column_meta(struct buffer *line, const struct vot_field *field) {
    static const char *const left_out[] = {"name", "unit", "datatype", "arraysize", NULL};
    size_t length = line->length;
    bool is_done = buffer_append_string(line, ", \"meta\": {");
    struct members members = {.out = line};
    members_attributes(&members, field->node, left_out);
    members_values(&members, field->node);
    if (field->type == VOT_TYPE_CHAR || field->type == VOT_TYPE_UNICODE) {
        members_text(&members, "_votable_string_dtype", slice_of(vot_type_name(field->type)));
        if (field->is_variable) members_text(&members, "_votable_arraysize", vot_attribute(field->node, "arraysize"));
    }
    if (!members.has_any) line->length = length;
    return is_done && !members.has_failed && (!members.has_any || buffer_append_byte(line, '}'));
}

static bool append_column(struct buffer *line, struct slice name, const struct vot_field *field) {
    struct slice unit = vot_attribute(field->node, "unit");
    struct members members = {.out = line};
    bool is_done = buffer_append_string(line, "# - {");
    members_text(&members, "name", name);
    if (unit.length) members_text(&members, "unit", unit);
    members_add(&members, "datatype");
    is_done = is_done && append_type(line, field);
    members_description(&members, field->node);
    return is_done && !members.has_failed && append_column_meta(line, field) && buffer_append_string(line, "}\n");
}

static bool append_part(struct buffer *line, struct slice name) {
    return buffer_append_string(line, "!astropy.table.SerializedColumn {\"name\": ") &&
           json_append_string(line, name) && buffer_append_byte(line, '}');
}

/* Which columns have their masks where; astropy puts them together again. */
static bool append_masks(const struct ecsv_head *head, struct members *meta) {
    struct buffer *line = meta->out;
    struct members masked = {.out = line, .between = ",\n#     "};
    bool is_done = true;
    for (size_t i = 0; i < head->table->field_count && is_done; i++) {
        if (!head->masks[i].text) continue;
        if (!masked.has_any) {
            members_add(meta, "__serialized_columns__");
            is_done = buffer_append_byte(line, '{');
        }
        members_key(&masked, head->names[i]);
        is_done = is_done &&
                  buffer_append_string(line, "{\"__class__\": \"astropy.table.column.MaskedColumn\", \"data\": ") &&
                  append_part(line, head->names[i]) && buffer_append_string(line, ", \"mask\": ") &&
                  append_part(line, head->masks[i]) && buffer_append_byte(line, '}');
    }
    return is_done && !masked.has_failed && (!masked.has_any || buffer_append_byte(line, '}'));
}

static bool append_meta(struct buffer *line, const struct ecsv_head *head) {
    static const char *const left_out[] = {"nrows", NULL};
    const struct vot_node *table = head->table->node;
    size_t length = line->length;
    struct members meta = {.out = line, .between = ",\n#   "};
    bool is_done = buffer_append_string(line, "# meta: {");
    members_attributes(&meta, table, left_out);
    members_description(&meta, table);
    members_elements(&meta, "coosys", table, VOT_COOSYS);
    members_elements(&meta, "timesys", table, VOT_TIMESYS);
    members_elements(&meta, "params", table, VOT_PARAM);
    members_elements(&meta, "infos", table, VOT_INFO);
    is_done = is_done && append_masks(head, &meta);
    if (!meta.has_any) line->length = length;
    return is_done && !meta.has_failed && (!meta.has_any || buffer_append_string(line, "}\n"));
}

bool ecsv_append_cell(struct buffer *line, struct slice text) {
    bool is_special = text.length == 0 || byte_is_blank(text.text[0]) || text.text[0] == '#' ||
                      byte_is_blank(text.text[text.length - 1]);
    for (size_t i = 0; i < text.length && !is_special; i++)
        is_special = text.text[i] == ',' || text.text[i] == '"' || text.text[i] == '\n' || text.text[i] == '\r';
    if (!is_special) return buffer_append_slice(line, text);
    bool is_done = buffer_append_byte(line, '"');
    for (const char *quote; is_done && text.length && (quote = memchr(text.text, '"', text.length));) {
        size_t part = (size_t)(quote - text.text) + 1;
        is_done = buffer_append(line, text.text, part) && buffer_append_byte(line, '"');
        text.text += part;
        text.length -= part;
    }
    return is_done && buffer_append_slice(line, text) && buffer_append_byte(line, '"');
}

bool ecsv_append_head(struct buffer *line, const struct ecsv_head *head) {
    size_t count = head->table->field_count;
    bool is_done = buffer_append_string(line, "# %ECSV 1.0\n# ---\n# delimiter: \",\"\n# datatype:");
    is_done = is_done && buffer_append_string(line, count ? "\n" : " []\n");
    for (size_t i = 0; i < count && is_done; i++)
        is_done = append_column(line, head->names[i], &head->table->fields[i]);
    for (size_t i = 0; i < count && is_done; i++)
        if (head->masks[i].text)
            is_done = buffer_append_string(line, "# - {\"name\": ") && json_append_string(line, head->masks[i]) &&
                      buffer_append_string(line, ", \"datatype\": bool}\n");
    is_done = is_done && append_meta(line, head) && buffer_append_string(line, "# schema: astropy-2.0\n");
    for (size_t i = 0; i < count && is_done; i++)
        is_done = (i == 0 || buffer_append_byte(line, ',')) && ecsv_append_cell(line, head->names[i]);
    for (size_t i = 0; i < count && is_done; i++)
        if (head->masks[i].text) is_done = buffer_append_byte(line, ',') && ecsv_append_cell(line, head->masks[i]);
    return is_done && buffer_append_byte(line, '\n');
}
