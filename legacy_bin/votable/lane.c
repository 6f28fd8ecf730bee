/* lane.c - see lane.h. XML 1.0 sections 2.2 (characters), 2.4 (markup), 4.6 (predefined entities). */
#include "votable/lane.h"

#if defined __SSE2__
#include <emmintrin.h>
#elif defined __ARM_NEON
#include <arm_neon.h>
#endif

/* The first byte that is `<`, `&`, `]`, below 0x20 or above 0x7f. The zeros behind the text are such bytes. */
#if defined __SSE2__
static inline char *find_stop(char *at) {
    for (;; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)at);
        __m128i stops = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)); /* signed: those above 0x7f too */
        stops = _mm_or_si128(stops, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('<')));
        stops = _mm_or_si128(stops, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('&')));
        stops = _mm_or_si128(stops, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(']')));
        unsigned mask = (unsigned)_mm_movemask_epi8(stops);
        if (__builtin_expect(mask != 0, 1)) return at + __builtin_ctz(mask);
    }
}
#elif defined __ARM_NEON
static inline char *find_stop(char *at) {
    for (;; at += 16) {
        int8x16_t bytes = vld1q_s8((const int8_t *)at);
        uint8x16_t stops = vcltq_s8(bytes, vdupq_n_s8(0x20)); /* signed: those above 0x7f too */
        stops = vorrq_u8(stops, vceqq_s8(bytes, vdupq_n_s8('<')));
        stops = vorrq_u8(stops, vceqq_s8(bytes, vdupq_n_s8('&')));
        stops = vorrq_u8(stops, vceqq_s8(bytes, vdupq_n_s8(']')));
        /* four bits a byte */
        uint64_t mask = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(stops), 4)), 0);
        if (mask) return at + (__builtin_ctzll(mask) >> 2);
    }
}
#else
/* Eight bytes in a word; a byte's high bit is set where it is zero in `word`, at least at the first such byte
 * (little endian); bytes behind it may be wrong, and do not matter. */
static inline uint64_t zero_bytes(uint64_t word) {
    return (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
}

static inline char *find_stop(char *at) {
    const uint64_t ones = 0x0101010101010101u;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (;; at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        uint64_t stops = (((word - ones * 0x20) & ~word) | word) & ones * 0x80; /* below 0x20, above 0x7f */
        stops |= zero_bytes(word ^ ones * '<') | zero_bytes(word ^ ones * '&') | zero_bytes(word ^ ones * ']');
        if (stops) return at + (__builtin_ctzll(stops) >> 3);
    }
#else
    while (!(*at == '<' || *at == '&' || *at == ']' || (signed char)*at < 0x20)) at++;
    return at;
#endif
}
#endif

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
static __attribute__((noinline)) enum lane_status pass_text(char **at, const char *end, unsigned long *lines,
                                                            bool *has_entities) {
    char *p = *at;
    for (;; p = find_stop(p)) {
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
static inline char *pass_blanks(char *at, unsigned long *lines) {
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
    char *at = pass_blanks(lane->at, &lines);
    if (!is_tag(at, "<TR>")) goto unknown;
    at += 4;
    for (;;) {
        if (*at != '<') at = pass_blanks(at, &lines);
        char *text = at + 4;
        if (is_tag(at, "<TD>")) {
            at = find_stop(text);
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
            at += 5;
        } else {
            goto unknown;
        }
    }
    if (cells) {
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
