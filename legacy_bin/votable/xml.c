/* xml.c - see xml.h. */
#include "votable/xml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int refuse_external_entity(XML_Parser parser, const XML_Char *context, const XML_Char *base,
                                  const XML_Char *system_id, const XML_Char *public_id) {
    (void)parser, (void)context, (void)base, (void)system_id, (void)public_id;
    return XML_STATUS_ERROR;
}

bool xml_open(struct xml *xml, struct byte_reader from, bool feeds_all, void *user_data, struct error *error) {
    *xml = (struct xml){.feeds_all = feeds_all};
    if (!encoding_open(&xml->encoding, from, error)) return false;
    xml->window = calloc(1, XML_WINDOW + XML_SLACK);
    xml->parser = XML_ParserCreate("UTF-8");
    if (!xml->window || !xml->parser) return error_set_memory(error);
    XML_SetUserData(xml->parser, user_data);
    XML_SetExternalEntityRefHandler(xml->parser, refuse_external_entity);
    return true;
}

void xml_close(struct xml *xml) {
    if (xml->parser) XML_ParserFree(xml->parser);
    if (xml->window) encoding_close(&xml->encoding);
    free(xml->window);
    *xml = (struct xml){0};
}

bool xml_fill(struct xml *xml, struct error *error) {
    if (xml->start > 0) {
        xml->end -= xml->start;
        memmove(xml->window, xml->window + xml->start, xml->end);
        xml->start = 0;
    }
    size_t room = XML_WINDOW - xml->end;
    ptrdiff_t got = 0;
    if (!xml->is_over && room >= XML_SLACK) {
        got = encoding_read(&xml->encoding, xml->window + xml->end, room < XML_BLOCK ? room : XML_BLOCK, error);
        if (got > 0)
            xml->end += (size_t)got;
        else
            xml->is_over = true;
    }
    memset(xml->window + xml->end, 0, XML_SLACK);
    return got > 0;
}

/* Length of the next piece for expat: up to and including the next `>`, or all there is. */
static size_t next_piece(struct xml *xml, struct error *error) {
    for (size_t searched = 0;;) {
        size_t length = xml->end - xml->start;
        if (xml->feeds_all && length > 0) return length;
        const char *from = xml->window + xml->start;
        const char *tag_end = memchr(from + searched, '>', length - searched);
        if (tag_end) return (size_t)(tag_end + 1 - from);
        searched = length;
        if (!xml_fill(xml, error)) return xml->end - xml->start;
    }
}

/* The outcome of a call that let expat work. */
static bool check(struct xml *xml, enum XML_Status status) {
    if (status == XML_STATUS_ERROR) {
        enum XML_Error code = XML_GetErrorCode(xml->parser);
        if (!xml->error->text && code == XML_ERROR_NO_MEMORY) return error_set_memory(xml->error);
        if (code == XML_ERROR_ABORTED) return false; /* a callback's doing */
        return error_set_input(xml->error, "%s at line %lu", XML_ErrorString(code), xml_line(xml));
    }
    XML_ParsingStatus parsing;
    XML_GetParsingStatus(xml->parser, &parsing);
    xml->is_finished = parsing.parsing == XML_FINISHED;
    bool waits = parsing.parsing == XML_PARSING;
    if (waits && xml->fed - (uint64_t)XML_GetCurrentByteIndex(xml->parser) > XML_TOKEN_MAXIMUM)
        return error_set_input(xml->error, "a tag or comment longer than %llu MB at line %lu",
                               (unsigned long long)XML_TOKEN_MAXIMUM >> 20, xml_line(xml));
    return true;
}

bool xml_pump(struct xml *xml, struct error *error) {
    xml->error = error;
    XML_ParsingStatus parsing;
    XML_GetParsingStatus(xml->parser, &parsing);
    if (parsing.parsing == XML_SUSPENDED) return check(xml, XML_ResumeParser(xml->parser));
    if (xml->is_finished) return true;
    size_t length = next_piece(xml, error);
    if (error->text) return false;
    const char *piece = xml->window + xml->start;
    bool is_last = xml->is_over && xml->start + length == xml->end;
    xml->start += length;
    xml->fed += length;
    xml->ends_in_tag = length > 0 && piece[length - 1] == '>';
    return check(xml, XML_Parse(xml->parser, piece, (int)length, is_last));
}

void xml_skip(struct xml *xml, size_t length, unsigned long lines) {
    xml->start += length;
    xml->skipped_lines += lines;
}

unsigned long xml_line(const struct xml *xml) {
    return (unsigned long)XML_GetCurrentLineNumber(xml->parser) + xml->skipped_lines;
}

bool xml_is_at_end_of_fed(const struct xml *xml) {
    return xml->ends_in_tag &&
           (uint64_t)XML_GetCurrentByteIndex(xml->parser) + (uint64_t)XML_GetCurrentByteCount(xml->parser) == xml->fed;
}

void xml_pause(struct xml *xml) {
    XML_StopParser(xml->parser, XML_TRUE);
}

void xml_stop(struct xml *xml) {
    xml->is_stopped = true;
    XML_StopParser(xml->parser, XML_FALSE);
}

void xml_refuse(struct xml *xml, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        error_set_memory(xml->error);
    else
        error_set_input(xml->error, "%s at line %lu", text, xml_line(xml));
    free(text);
    va_end(arguments);
    xml_stop(xml);
}
