/* stream.c - see stream.h. Layers, each pulling from the one below: text (window, expat or reference),
 * base64, gzip. */
#include "votable/stream.h"

#include "votable/scan.h"

static bool is_separator(char c) {
    return byte_is_blank(c) || c == ',' || c == '+' || c == ';';
}

/* `none`, `base64`, `gzip`, `dynamic`, or several. */
static bool parse_encoding(struct stream *stream, struct slice text) {
    while (text.length) {
        struct slice word = {text.text, 0};
        while (word.length < text.length && !is_separator(word.text[word.length])) word.length++;
        if (slice_equal_nocase(word, SLICE("base64")))
            stream->is_base64 = true;
        else if (slice_equal_nocase(word, SLICE("gzip")))
            stream->is_gzip = true;
        else if (slice_equal_nocase(word, SLICE("dynamic")))
            stream->may_be_gzip = true;
        else if (word.length && !slice_equal_nocase(word, SLICE("none")))
            return false;
        if (word.length < text.length) word.length++;
        text.text += word.length;
        text.length -= word.length;
    }
    return true;
}

bool stream_begin(struct stream *stream, const struct vot_node *owner, const char *const *attributes,
                  struct arena *arena) {
    stream->is_begun = true;
    stream->is_raw = xml_is_at_end_of_fed(stream->xml) && !stream->xml->feeds_all;
    stream->may_be_gzip = owner->element == VOT_FITS; /* whose first bytes are never those of gzip */
    for (size_t i = 0; attributes[i]; i += 2) {
        struct slice name = vot_local_name(slice_of(attributes[i])), value = slice_trim(slice_of(attributes[i + 1]));
        if (slice_equal_nocase(name, SLICE("encoding")) && !parse_encoding(stream, value)) {
            xml_refuse(stream->xml, "encoding '%.*s' of STREAM is not one of none, base64, gzip, dynamic",
                       (int)value.length, value.text);
            return false;
        }
        if (slice_equal_nocase(name, SLICE("href")) && !(stream->href = arena_copy(arena, value).text)) {
            error_set_memory(stream->xml->error);
            xml_stop(stream->xml);
            return false;
        }
    }
    if (stream->href)
        stream->is_raw = false;
    else
        stream->is_base64 = true; /* bytes cannot stand in XML in any other way */
    return true;
}

bool stream_text(struct stream *stream, struct slice text) {
    if (stream->href) return true;
    xml_pause(stream->xml);
    return buffer_append_slice(&stream->text, text);
}

void stream_end(struct stream *stream) {
    stream->is_ended = true;
    stream->is_raw = false;
}

/* Text straight from the window: base64 characters, blanks, line ends as XML has them (2.11). 0: none left that
 * is plain, the rest is for expat. */
static size_t take_raw_text(struct stream *stream, char *text, size_t room, struct error *error) {
    struct xml *xml = stream->xml;
    if (xml->end - xml->start < 2 && !xml_fill(xml, error)) return 0;
    const char *start = xml->window + xml->start, *at = start, *end = xml->window + xml->end;
    if ((size_t)(end - at) > room) end = at + room;
    unsigned long lines = 0;
    size_t length = 0;
    while (at < end) {
        const char *from = at;
        at = scan_plain(at);
        if (at > end) at = end;
        memcpy(text + length, from, (size_t)(at - from));
        length += (size_t)(at - from);
        if (at == end || !byte_is_blank(*at)) break;
        if (*at == '\r') {
            if (end - at < 2) break; /* not known yet what follows it */
            if (at[1] == '\n') at++;
        }
        lines += *at == '\n' || *at == '\r';
        text[length++] = *at == '\r' ? '\n' : *at;
        at++;
    }
    xml_skip(xml, (size_t)(at - start), lines);
    return length;
}

/* The layer of text. */
static ptrdiff_t read_text(struct stream *stream, char *text, size_t room, struct error *error) {
    if (stream->source) return source_read(stream->source, text, room, error);
    for (;;) {
        if (stream->text.length > 0) {
            size_t length = stream->text.length < room ? stream->text.length : room;
            memcpy(text, stream->text.bytes, length);
            stream->text.length -= length;
            memmove(stream->text.bytes, stream->text.bytes + length, stream->text.length);
            return (ptrdiff_t)length;
        }
        if (stream->is_raw) {
            size_t length = take_raw_text(stream, text, room, error);
            if (error->text) return -1;
            if (length > 0) return (ptrdiff_t)length;
            stream->is_raw = false;
        }
        if (stream->is_ended) return 0;
        if (!xml_pump(stream->xml, error)) return -1;
    }
}

/* Base64 straight from the window, as far as it is groups and lines. 0: the rest is for read_text(). */
static size_t decode_raw(struct stream *stream, void *bytes, size_t room, struct error *error) {
    enum { GROUP = 4 };
    struct xml *xml = stream->xml;
    if (xml->end - xml->start < GROUP && !xml_fill(xml, error) && error->text) return 0;
    struct slice text = {xml->window + xml->start, xml->end - xml->start};
    size_t most = (room - BASE64_SLACK) / 3 * GROUP, left = text.length > most ? text.length - most : 0;
    unsigned long lines = 0;
    text.length -= left;
    size_t length = base64_decode_lines(&stream->base64, &text, bytes, &lines);
    xml_skip(xml, xml->end - xml->start - left - text.length, lines);
    return length;
}

/* The layer of base64, or of nothing. */
static ptrdiff_t read_decoded(void *context, void *bytes, size_t room, struct error *error) {
    struct stream *stream = context;
    if (!stream->is_base64) return read_text(stream, bytes, room, error);
    while (stream->used == stream->length) {
        if (stream->failure.text) {
            *error = stream->failure;
            stream->failure = (struct error){0};
            return -1;
        }
        if (stream->is_raw && stream->text.length == 0 && room > BASE64_SLACK) {
            size_t length = decode_raw(stream, bytes, room, error);
            if (length > 0) return (ptrdiff_t)length;
            if (error->text) return -1;
        }
        ptrdiff_t got = read_text(stream, stream->encoded, sizeof stream->encoded, error);
        if (got < 0) return -1;
        if (got == 0) return base64_finish(&stream->base64, error) ? 0 : -1;
        struct slice text = {stream->encoded, (size_t)got};
        stream->used = stream->length = 0;
        base64_decode(&stream->base64, text, stream->decoded, &stream->length, &stream->failure);
    }
    if (room > stream->length - stream->used) room = stream->length - stream->used;
    memcpy(bytes, stream->decoded + stream->used, room);
    stream->used += room;
    return (ptrdiff_t)room;
}

bool stream_open(struct stream *stream, const char *base, struct error *error) {
    base64_start(&stream->base64);
    if (stream->href && !(stream->source = source_open(stream->href, SOURCE_REFERENCE, base, error))) return false;
    if (!stream->is_gzip && !stream->may_be_gzip) return true;
    stream->gunzip =
        gunzip_open((struct byte_reader){read_decoded, stream}, stream->is_gzip ? GUNZIP_ALWAYS : GUNZIP_IF_MAGIC,
                    stream->source ? source_name(stream->source) : "STREAM", error);
    return stream->gunzip != NULL;
}

struct byte_reader stream_reader(struct stream *stream) {
    if (stream->gunzip) return (struct byte_reader){gunzip_read, stream->gunzip};
    return (struct byte_reader){read_decoded, stream};
}

bool stream_drain(struct stream *stream, struct error *error) {
    if (stream->source) return true; /* the rest of a reference is nobody's affair */
    char rest[4096];
    ptrdiff_t got;
    while ((got = read_decoded(stream, rest, sizeof rest, error)) > 0) continue;
    return got == 0;
}

bool stream_leap(struct stream *stream, struct error *error) {
    struct xml *xml = stream->xml;
    if (stream->href) return true;
    base64_start(&stream->base64);
    while (stream->is_raw) {
        size_t length = xml->end - xml->start;
        const char *text = xml->window + xml->start, *tag = memchr(text, '<', length);
        xml_skip(xml, tag ? (size_t)(tag - text) : length, 0);
        stream->is_raw = !tag && xml_fill(xml, error);
        if (error->text) return false;
    }
    return stream_drain(stream, error);
}

void stream_close(struct stream *stream) {
    gunzip_close(stream->gunzip);
    source_close(stream->source);
    error_clear(&stream->failure);
    buffer_free(&stream->text);
}
