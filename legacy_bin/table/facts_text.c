/* facts_text.c - the reports of votinfo for people, laid out as the original did. Widths count characters. */
#include "base/utf8.h"
#include "table/facts.h"
#include <stdint.h>
#include <stdio.h>

enum {
    LINE_WIDTH = 60,           /* of wrapped descriptions */
    DESCRIPTION_LENGTH = 4096, /* characters shown of one */
    CELL_WIDTH = 20,           /* of the column table */
};

/* Bytes in the first `count` characters of `text`; *found: how many there were. */
static size_t prefix_length(struct slice text, size_t count, size_t *found) {
    size_t length = 0;
    uint32_t code;
    for (*found = 0; *found < count && length < text.length; ++*found) {
        size_t step = utf8_read((struct slice){text.text + length, text.length - length}, &code);
        length += step ? step : 1;
    }
    return length;
}

static size_t count_characters(struct slice text) {
    size_t count;
    prefix_length(text, SIZE_MAX, &count);
    return count;
}

static void write_blanks(struct output *output, size_t count) {
    while (count-- > 0) output_write(output, " ", 1);
}

static void write_left(struct output *output, struct slice text, size_t width) {
    size_t count = count_characters(text);
    output_write_slice(output, text);
    write_blanks(output, count < width ? width - count : 0);
}

static void write_right(struct output *output, struct slice text, size_t width) {
    size_t count;
    text.length = prefix_length(text, width, &count);
    write_blanks(output, width - count);
    output_write_slice(output, text);
}

/* The next word of `text`, taken off it; empty at the end. */
static struct slice take_word(struct slice *text) {
    while (text->length && byte_is_blank(text->text[0])) text->text++, text->length--;
    struct slice word = {text->text, 0};
    while (word.length < text->length && !byte_is_blank(word.text[word.length])) word.length++;
    text->text += word.length;
    text->length -= word.length;
    return word;
}

/* Words on lines of at most `width` characters (0: on one), later ones indented. */
static void write_words(struct output *output, struct slice text, size_t width, size_t indent) {
    size_t column = 0, shown = 0;
    for (struct slice word = take_word(&text); word.length; word = take_word(&text)) {
        size_t count = count_characters(word);
        if (column > 0) shown++; /* the blank in front, even where a line break stands for it */
        if (column > 0 && width > 0 && column + 1 + count > width) {
            output_write_string(output, "\n");
            write_blanks(output, indent);
            column = 0;
        } else if (column > 0) {
            output_write_string(output, " ");
            column++;
        }
        if (width > 0 && shown + count > DESCRIPTION_LENGTH) {
            word.length = shown < DESCRIPTION_LENGTH ? prefix_length(word, DESCRIPTION_LENGTH - shown, &count) : 0;
            output_write_slice(output, word);
            output_write_string(output, " (read more ....)");
            return;
        }
        output_write_slice(output, word);
        column += count;
        shown += count;
    }
}

static void write_field_description(const struct facts *facts, const struct vot_node *field, struct output *output) {
    struct slice description = slice_trim(facts_description(facts, field));
    if (!description.length) return;
    output_write_string(output, "\t  Desc:  ");
    write_words(output, description, 0, 0);
    output_write_string(output, "\n");
}

static const struct vot_node *first_field(const struct facts *facts) {
    return vot_child(vot_structure(facts->table), VOT_FIELD);
}

static void write_fields(const struct facts *facts, bool with_descriptions, struct output *output) {
    output_write_string(output, "\n\t\t\tName\t\t\tUCD\n");
    size_t number = 0;
    for (const struct vot_node *field = first_field(facts); field; field = vot_sibling(field, VOT_FIELD)) {
        output_format(output, "      Field %2zu:  ", ++number);
        write_left(output, vot_attribute(field, "name"), 20);
        output_write_string(output, "\t");
        write_left(output, vot_attribute(field, "ucd"), 30);
        output_write_string(output, "\n");
        if (with_descriptions) write_field_description(facts, field, output);
    }
}

static void write_params(const struct facts *facts, struct output *output) {
    size_t count = vot_count_children(facts->resource, VOT_PARAM);
    if (count == 0) return;
    output_format(output, "        PARAM:  %zu\t", count);
    const char *between = "";
    for (const struct vot_node *param = vot_child(facts->resource, VOT_PARAM); param;
         param = vot_sibling(param, VOT_PARAM)) {
        struct slice name = vot_attribute(param, "ID");
        if (!name.length) name = vot_attribute(param, "name");
        if (!name.length) name = SLICE("<noname>");
        output_write_string(output, between);
        output_write_slice(output, name);
        output_write_string(output, " = ");
        output_write_slice(output, vot_attribute(param, "value"));
        output_write_string(output, "  ");
        between = "\n\t\t\t";
    }
}

void facts_write_summary(const struct facts *facts, const char *name, unsigned detail, struct output *output) {
    output_format(output, "%s\n\n", name);
    output_format(output, "    Resources:  %zu\tType: %-12s\t    Table Size:  %llu x %llu\n",
                  vot_count_children(facts->root, VOT_RESOURCE), facts_serialization(facts),
                  (unsigned long long)facts_columns(facts), (unsigned long long)facts_rows(facts));
    size_t infos = vot_count_children(facts->resource, VOT_INFO);
    if (infos > 0) output_format(output, "         INFO:  %zu\n", infos);
    write_params(facts, output);
    output_write_string(output, "\n");
    struct slice description = slice_trim(facts_description(facts, facts->resource));
    if (description.length > 0) {
        output_write_string(output, "  Description:  ");
        write_words(output, description, LINE_WIDTH, 16);
        output_write_string(output, "\n");
    }
    if (detail > 0) write_fields(facts, detail > 1, output);
}

static struct slice attribute_or_none(const struct vot_node *field, const char *name) {
    struct slice value = vot_attribute(field, name);
    return value.text ? value : SLICE("(none)");
}

static void write_column(struct output *output, const char *number, struct slice id, struct slice name,
                         struct slice ucd) {
    output_format(output, "%3s  ", number);
    write_right(output, id, CELL_WIDTH);
    output_write_string(output, "\t");
    write_right(output, name, CELL_WIDTH);
    output_write_string(output, "\t");
    write_right(output, ucd, CELL_WIDTH);
    output_write_string(output, "\n");
}

void facts_write_columns(const struct facts *facts, bool with_descriptions, struct output *output) {
    write_column(output, "Col", SLICE("ID"), SLICE("Name"), SLICE("UCD"));
    write_column(output, "===", SLICE("=="), SLICE("===="), SLICE("==="));
    size_t count = 0;
    for (const struct vot_node *field = first_field(facts); field; field = vot_sibling(field, VOT_FIELD)) {
        char number[24];
        snprintf(number, sizeof number, "%zu", ++count);
        write_column(output, number, attribute_or_none(field, "ID"), attribute_or_none(field, "name"),
                     attribute_or_none(field, "ucd"));
        if (with_descriptions) write_field_description(facts, field, output);
    }
}

void facts_write_attribute(const struct facts *facts, const char *attribute, struct output *output) {
    for (const struct vot_node *field = first_field(facts); field; field = vot_sibling(field, VOT_FIELD)) {
        output_write_slice(output, attribute_or_none(field, attribute));
        output_write_string(output, "\n");
    }
}

void facts_write_values(const struct facts *facts, enum vot_element element, struct output *output) {
    for (const struct vot_node *node = vot_child(facts->resource, element); node; node = vot_sibling(node, element)) {
        output_write_slice(output, vot_attribute(node, "name"));
        output_write_string(output, " = ");
        output_write_slice(output, vot_attribute(node, "value"));
        output_write_string(output, "\n");
    }
}
