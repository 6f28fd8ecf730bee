/* writers.c - any document (behind a byte that says the format) is written whole or refused. VOTables read back to the
 * same cells, and are written again to the same bytes; FITS is in order; delimited text has every cell in its place;
 * JSON is JSON. */
#include "fuzz.h"
#include "votable/fits_verify.h"
#include "votable/sink.h"

static bool convert(struct slice document, enum format format, struct buffer *written) {
    struct memory memory = {document, 0};
    struct error error = {0};
    struct spool *spool = spool_open(&error);
    struct output *output = output_open_spool(spool, &error);
    struct sink_settings settings = {.format = format, .input_name = "fuzz", .threads = 1};
    struct vot_reader *reader = vot_open_bytes(memory_reader(&memory), NULL, &error);
    struct sink *sink = reader ? sink_open(settings, output, &error) : NULL;
    enum vot_event event = VOT_ERROR;
    bool done = sink != NULL;
    while (done && event != VOT_END) {
        event = vot_next(reader, &error);
        done = event != VOT_ERROR && sink_event(sink, reader, event, &error);
    }
    sink_close(sink);
    vot_close(reader);
    if (done)
        hold(output_commit(output, &error), "it is written");
    else
        output_discard(output);
    if (done) take_spool(spool, written);
    error_clear(&error);
    spool_close(spool);
    return done;
}

/* The value at *at, or NULL: it is none (RFC 8259). */
static const char *pass_json(const char *at, const char *end, unsigned depth) {
    static const char *const words[] = {"true", "false", "null"};
    while (at < end && byte_is_blank(*at)) at++;
    if (at == end || depth == 0) return NULL;
    if (*at == '"') {
        for (at++; at < end && *at != '"'; at++) {
            if ((unsigned char)*at < ' ') return NULL;
            if (*at == '\\') at++;
        }
        return at < end ? at + 1 : NULL;
    }
    if (*at == '{' || *at == '[') {
        char close = *at == '{' ? '}' : ']';
        for (at++;;) {
            while (at < end && byte_is_blank(*at)) at++;
            if (at < end && *at == close) return at + 1;
            if (close == '}' && (at == end || *at != '"' || !(at = pass_json(at, end, depth - 1)))) return NULL;
            while (at < end && byte_is_blank(*at)) at++;
            if (close == '}' && (at == end || *at++ != ':')) return NULL;
            if (!(at = pass_json(at, end, depth - 1))) return NULL;
            while (at < end && byte_is_blank(*at)) at++;
            if (at < end && *at == ',') at++;
        }
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if ((size_t)(end - at) >= strlen(words[i]) && memcmp(at, words[i], strlen(words[i])) == 0)
            return at + strlen(words[i]);
    size_t length = strspn(at, "0123456789+-.eE");
    return length ? at + length : NULL;
}

static void check_json(const struct buffer *written, bool is_lines) {
    const char *at = written->bytes, *end = at + written->length;
    unsigned long values = 0;
    for (; at < end; values++) {
        at = pass_json(at, end, 300);
        hold(at && at < end && *at == '\n', "a value of JSON, and the end of a line");
        while (at < end && *at == '\n') at++;
    }
    hold(is_lines || values <= 1, "one value");
}

/* Cells of the first table as delimited text must have them, put together the way tell_document() does. */
static void check_delimited(const struct buffer *written, char delimiter, struct slice rows) {
    struct buffer told = {0};
    const char *at = written->bytes, *end = at + written->length;
    while (at < end) {
        bool is_quoted = *at == '"';
        if (is_quoted) at++;
        for (; at < end && (is_quoted || (*at != delimiter && *at != '\n')); at++) {
            if (is_quoted && *at == '"' && !(at + 1 < end && at[1] == '"')) break;
            if (is_quoted && *at == '"') at++;
            buffer_append_byte(&told, *at);
        }
        if (is_quoted) hold(at < end && *at++ == '"', "a quoted cell ends");
        hold(at < end && (*at == delimiter || *at == '\n'), "a cell ends");
        buffer_append_byte(&told, '|');
        if (*at == '\n') buffer_append_byte(&told, '\n');
        at++;
    }
    hold_equal(buffer_slice(&told), rows, "the cells, and those of the text");
    buffer_free(&told);
}

/* The rows of the first table that is shown. */
static bool find_rows(struct slice document, struct buffer *rows) {
    struct memory memory = {document, 0};
    struct error error = {0};
    struct buffer room = {0};
    struct vot_reader *reader = vot_open_bytes(memory_reader(&memory), NULL, &error);
    enum vot_event event;
    const struct vot_table *table = NULL;
    while (reader && (event = vot_next(reader, &error)) > VOT_END && event != VOT_ROWS_END) {
        if (event == VOT_ROWS) table = vot_current_table(reader);
        if (event != VOT_ROW) continue;
        for (size_t i = 0; i < table->field_count; i++) {
            buffer_append_slice(rows, vot_cell_text(&table->fields[i], &vot_current_row(reader)->cells[i], &room));
            buffer_append_byte(rows, '|');
        }
        buffer_append_byte(rows, '\n');
    }
    bool is_usual = table && table->field_count > 0 && table->node == vot_first_table(vot_root(reader));
    vot_close(reader);
    buffer_free(&room);
    error_clear(&error);
    return is_usual;
}

static void check_votable(struct slice document, enum format format, const struct buffer *written) {
    struct buffer first = {0}, second = {0}, again = {0};
    hold(convert(buffer_slice(written), format, &again), "what was written is read");
    if (format == FORMAT_VOTFITS) { /* blanks at the end of a text are none in FITS: that is seen the second time */
        hold(convert(buffer_slice(&again), format, &first), "what was written is read");
        hold_equal(buffer_slice(&again), buffer_slice(&first), "written twice, and thrice");
        first.length = 0;
    } else {
        hold_equal(buffer_slice(written), buffer_slice(&again), "written once, and twice");
    }
    if (format == FORMAT_VOTABLE) {
        tell_document(document, 0, true, &first);
        tell_document(buffer_slice(written), 0, true, &second);
        hold_equal(buffer_slice(&first), buffer_slice(&second), "the cells");
    }
    buffer_free(&first);
    buffer_free(&second);
    buffer_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length == 0) return 0;
    struct slice document = {(const char *)bytes + 1, length - 1};
    enum format format = bytes[0] % FORMAT_INVALID;
    struct buffer written = {0}, rows = {0};
    struct error error = {0};
    setenv("VOT_NO_LANE", "1", 1);
    if (convert(document, format, &written)) {
        struct memory memory = {buffer_slice(&written), 0};
        bool is_delimited = format >= FORMAT_ASV && format <= FORMAT_TSV;
        if (format_is_votable(format)) check_votable(document, format, &written);
        if (format == FORMAT_FITS) hold(fits_verify(memory_reader(&memory), &error), error.text);
        if (format == FORMAT_JSON || format == FORMAT_JSONL) check_json(&written, format == FORMAT_JSONL);
        const char *head_end = written.length ? memchr(written.bytes, '\n', written.length) : NULL;
        if (is_delimited && head_end && written.bytes[0] == '#' && !memchr(written.bytes, '"', 3) &&
            find_rows(document, &rows)) {
            size_t head = (size_t)(head_end + 1 - written.bytes);
            struct buffer body = {.bytes = written.bytes + head, .length = written.length - head};
            bool has_quoted_label = memchr(written.bytes, '"', head) != NULL;
            if (!has_quoted_label) check_delimited(&body, " |,\t"[format - FORMAT_ASV], buffer_slice(&rows));
        }
    }
    buffer_free(&written);
    buffer_free(&rows);
    error_clear(&error);
    return 0;
}
