/* lane.c - see lane.h. XML 1.0 sections 2.2 (characters), 2.4 (markup), 4.6 (predefined entities). */
#include "votable/lane.h"

#include "base/block.h"
#include "votable/scan.h"

_Static_assert((int)LANE_SLACK >= (int)SCAN_SLACK, "the lane scans up to the text's end");

/* Length of the character at `at`, 0: not UTF-8 (RFC 3629), or one that XML excludes (U+FFFE, U+FFFF). */
static inline size_t character_length(const unsigned char *at) {
    unsigned char first = at[0], second = at[1];
    if (first < 0xC2 || first > 0xF4 || (second & 0xC0) != 0x80) return 0;
    if (first < 0xE0) return 2;
    if ((at[2] & 0xC0) != 0x80) return 0;
    if (first < 0xF0) {
        if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
        return first == 0xEF && second == 0xBF && at[2] >= 0xBE ? 0 : 3;
    }
    if ((at[3] & 0xC0) != 0x80 || (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    return 4;
}

static const struct entity {
    const char *name;
    unsigned char length;
    char character;
} entities[] = {{"&lt;", 4, '<'}, {"&gt;", 4, '>'}, {"&amp;", 5, '&'}, {"&quot;", 6, '"'}, {"&apos;", 6, '\''}};
enum { ENTITY_COUNT = sizeof entities / sizeof *entities, LONGEST_ENTITY = 6 };

/* The predefined entity at `at`, or NULL. */
static const struct entity *entity_at(const char *at) {
    for (size_t i = 0; i < ENTITY_COUNT; i++)
        if (strncmp(at, entities[i].name, entities[i].length) == 0) return &entities[i];
    return NULL;
}

/* Predefined entities become their characters, in place. */
static void resolve_entities(struct vot_cell *cell) {
    char *to = (char *)cell->bytes;
    const char *from = cell->bytes, *end = from + cell->length;
    while (from < end) {
        const struct entity *entity = *from == '&' ? entity_at(from) : NULL;
        *to++ = entity ? entity->character : *from;
        from += entity ? entity->length : 1;
    }
    cell->length = (size_t)(to - cell->bytes);
}

/* Text that stopped at another byte than `<`: passes over what the lane knows, up to the next `<`.
 * LANE_ROW: *at is there. */
static __attribute__((noinline)) enum lane_status pass_text(const char **at, const char *end, unsigned long *lines,
                                                            bool *has_entities) {
    const char *p = *at;
    for (;; p = scan_plain(p)) {
        char c = *p;
        if (c == '<') break;
        if (end - p < LONGEST_ENTITY) return LANE_MORE; /* whatever it is, it cannot be judged yet */
        if (c == '\n') {
            *lines += 1;
            p++;
        } else if (c == '\t') {
            p++;
        } else if (c == '&') {
            const struct entity *entity = entity_at(p);
            if (!entity) return LANE_ALIEN;
            p += entity->length;
            *has_entities = true;
        } else if (c == ']') {
            if (p[1] == ']' && p[2] == '>') return LANE_ALIEN;
            p++;
        } else {
            size_t length = character_length((const unsigned char *)p);
            if (!length) return LANE_ALIEN;
            do p += length;
            while ((signed char)*p < 0 && end - p >= LONGEST_ENTITY &&
                   (length = character_length((const unsigned char *)p)) != 0);
        }
    }
    *at = p;
    return LANE_ROW;
}

/* Blanks between tags. A carriage return is a line of its own unless a newline follows. */
static inline const char *pass_blanks(const char *at, unsigned long *lines) {
    for (; byte_is_blank(*at); at++) *lines += *at == '\n' || (*at == '\r' && at[1] != '\n');
    return at;
}

static inline uint32_t word_at(const char *at) {
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline bool is_tag(const char *at, const char tag[4]) {
    return word_at(at) == word_at(tag);
}

/* The row at lane->at; `cells` NULL: only passed over. Nothing is consumed but a whole row. */
static inline __attribute__((always_inline)) enum lane_status scan_row(struct lane *lane, struct vot_cell *cells,
                                                                       size_t count) {
    const char *end = lane->end;
    unsigned long lines = 0;
    size_t column = 0;
    bool has_entities = false; /* in any cell of the row */
    const char *at = pass_blanks(lane->at, &lines);
    if (cells) lane->source.text = at;
    if (!is_tag(at, "<TR>")) goto unknown;
    at += 4;
    for (;;) {
        if (*at != '<') {
            at = pass_blanks(at, &lines);
            if (cells) lane->source.text = NULL;
        }
        const char *text = at + 4;
        if (is_tag(at, "<TD>")) {
            at = scan_plain(text);
            if (__builtin_expect(*at != '<', 0)) {
                enum lane_status status = pass_text(&at, end, &lines, &has_entities);
                if (status != LANE_ROW) return status;
            }
            if (cells && column < count) cells[column] = (struct vot_cell){text, (size_t)(at - text), VOT_TEXT};
            column++;
            if (!is_tag(at, "</TD") || at[4] != '>') goto unknown;
            at += 5;
        } else if (is_tag(at, "</TR") && at[4] == '>') {
            at += 5;
            break;
        } else if (is_tag(at, "<TD/") && at[4] == '>') {
            if (cells && column < count) cells[column] = (struct vot_cell){text, 0, VOT_TEXT};
            column++;
            if (cells) lane->source.text = NULL;
            at += 5;
        } else {
            goto unknown;
        }
    }
    if (cells) {
        lane->columns = column;
        if (has_entities || column != count) lane->source.text = NULL;
        lane->source.length = lane->source.text ? (size_t)(at - lane->source.text) : 0;
        for (; column < count; column++) cells[column] = (struct vot_cell){at, 0, VOT_TEXT};
        if (has_entities)
            for (size_t i = 0; i < count; i++) resolve_entities(&cells[i]);
    }
    lane->at = at;
    lane->lines += lines;
    return LANE_ROW;
unknown: /* or not all there yet: `</TR>` and the like are five bytes, and zeros follow the text */
    return end - at < 5 ? LANE_MORE : LANE_ALIEN;
}

enum lane_status lane_row(struct lane *lane, struct vot_cell *cells, size_t count) {
    return scan_row(lane, cells, count);
}

enum lane_status lane_skip(struct lane *lane, uint64_t *rows) {
    enum lane_status status;
    while ((status = scan_row(lane, NULL, 0)) == LANE_ROW) ++*rows;
    return status;
}

/* What begins with `<!`, `<?` or `/TA` (of `</TABLEDATA`). */
static bool is_odd(const char *at) {
    return (*at == '<' && (at[1] == '!' || at[1] == '?')) || (*at == '/' && at[1] == 'T' && at[2] == 'A');
}

static inline block odd_ones(const char *at) {
    block first = block_load(at), second = block_load(at + 1), third = block_load(at + 2);
    return (block_equal(first, block_of('<')) &
            (block_equal(second, block_of('!')) | block_equal(second, block_of('?')))) |
           (block_equal(first, block_of('/')) & block_equal(second, block_of('T')) & block_equal(third, block_of('A')));
}

/* The first of them, or `end`. */
static const char *find_odd(const char *at, const char *end) {
    for (; at < end; at += 2 * BLOCK_SIZE)
        if (block_any(odd_ones(at) | odd_ones(at + BLOCK_SIZE))) break;
    while (at < end && !is_odd(at)) at++;
    return at < end ? at : end;
}

enum lane_status lane_leap(struct lane *lane) {
    enum lane_status status = scan_row(lane, NULL, 0);
    if (status != LANE_ROW) return status;
    const char *odd = find_odd(lane->at, lane->end), *at = odd;
    while ((at = memrchr(lane->at, '<', (size_t)(at - lane->at)))) {
        if (!is_tag(at, "</TR") || at[4] != '>') continue;
        lane->at = at + 5;
        break;
    }
    return odd < lane->end ? LANE_ALIEN : LANE_MORE;
}
