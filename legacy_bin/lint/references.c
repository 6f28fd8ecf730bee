/* references.c - see references.h. */
#include "lint/references.h"

#include "lint/value.h"

/* More than so many are not compared: their memory is bounded. */
enum { IDS_MAXIMUM = 1 << 20 };

/* What bears an ID; a map's entry has its address as number. */
struct target {
    struct slice element;
    const struct vot_node *node;
    struct lint_place place;
    bool is_used;
};

struct lint_reference {
    struct slice id, element;
    const struct vot_node *node;
    struct lint_place place;
    struct lint_reference *next;
};

/* What a reference of an element may point at, where that is not whatever has an ID. */
static const struct {
    const char *element, *targets;
} kinds[] = {
    {"FIELD", "COOSYS TIMESYS GROUP"},
    {"PARAM", "COOSYS TIMESYS GROUP FIELD"},
    {"TABLE", "TABLE"},
    {"GROUP", "GROUP COOSYS TABLE"},
    {"FIELDref", "FIELD"},
    {"PARAMref", "PARAM"},
    {"VALUES", "VALUES"},
};

static struct target *find(const struct lint_references *references, struct slice id) {
    const struct text_entry *entry = text_map_find(&references->ids, id);
    return entry ? (struct target *)(uintptr_t)entry->number : NULL;
}

const struct vot_node *references_find(const struct lint_references *references, struct slice id) {
    const struct target *target = find(references, slice_trim(id));
    return target ? target->node : NULL;
}

bool references_define(struct lint_references *references, struct slice id, struct slice element,
                       const struct vot_node *node, struct lint_place place, struct lint_report *report) {
    id = slice_trim(id);
    bool is_new;
    references->is_partial = references->is_partial || references->ids.count >= IDS_MAXIMUM;
    if (references->is_partial) return true;
    struct text_entry *entry = text_map_add(&references->ids, id, &is_new);
    if (!entry) return false;
    if (!is_new) {
        const struct target *earlier = (struct target *)(uintptr_t)entry->number;
        report_say(report, RULE_ID_TWICE, place, id, "ID '%.*s' of %.*s is that of %.*s at line %lu already", SHOWN(id),
                   SHOWN(element), SHOWN(earlier->element), earlier->place.line);
        return true;
    }
    struct target *target = arena_allocate(&references->arena, sizeof *target);
    if (!target) return false;
    *target = (struct target){arena_copy(&references->arena, element), node, place, false};
    entry->number = (uintptr_t)target;
    return target->element.text != NULL;
}

bool references_use(struct lint_references *references, struct slice id, struct slice element,
                    const struct vot_node *node, struct lint_place place) {
    struct lint_reference *reference = arena_allocate(&references->arena, sizeof *reference);
    if (!reference) return false;
    *reference = (struct lint_reference){arena_copy(&references->arena, slice_trim(id)),
                                         arena_copy(&references->arena, element), node, place, NULL};
    *(references->last ? &references->last->next : &references->first) = reference;
    references->last = reference;
    return reference->id.text && reference->element.text;
}

static const struct vot_node *table_of(const struct vot_node *node) {
    while (node && node->element != VOT_TABLE) node = node->parent;
    return node;
}

/* A column of times: of calendar years, which have no origin, or of numbers since one. */
static void check_time(const struct lint_reference *reference, const struct vot_node *timesys,
                       struct lint_report *report) {
    const struct vot_node *field = reference->node;
    struct slice unit = slice_trim(vot_attribute(field, "unit"));
    bool has_origin = vot_attribute(timesys, "timeorigin").text;
    bool is_calendar = slice_equal(slice_trim(vot_attribute(field, "xtype")), SLICE("timestamp"));
    if (has_origin && is_calendar)
        report_say(report, RULE_TIMESYS, reference->place, SLICE("calendar"),
                   "timestamps refer to TIMESYS '%.*s', which has a timeorigin (calendar years have none)",
                   SHOWN(reference->id));
    if (!has_origin && !is_calendar && !lint_has_word("yr a Ba", unit))
        report_say(
            report, RULE_TIMESYS, reference->place, SLICE("numbers"),
            "numbers of unit '%.*s' refer to TIMESYS '%.*s', which has no timeorigin (only timestamps and years in "
            "yr, a or Ba have none)",
            SHOWN(unit), SHOWN(reference->id));
}

static void check_kind(const struct lint_reference *reference, const struct target *target,
                       struct lint_report *report) {
    const char *targets = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (slice_equal(slice_of(kinds[i].element), reference->element)) targets = kinds[i].targets;
    if (targets && !lint_has_word(targets, target->element))
        report_say(report, RULE_REF_KIND, reference->place, reference->element,
                   "ref '%.*s' of %.*s is the ID of %.*s (%s is meant)", SHOWN(reference->id),
                   SHOWN(reference->element), SHOWN(target->element), targets);
    else if (slice_equal(reference->element, SLICE("FIELDref")) && table_of(reference->node) != table_of(target->node))
        report_say(report, RULE_REF_KIND, reference->place, reference->element,
                   "ref '%.*s' of FIELDref is the ID of a FIELD in another TABLE", SHOWN(reference->id));
    else if (slice_equal(target->element, SLICE("TIMESYS")) && reference->place.line < target->place.line)
        report_say(report, RULE_REF_ORDER, reference->place, reference->element,
                   "ref '%.*s' of %.*s comes before its TIMESYS at line %lu, which must come first",
                   SHOWN(reference->id), SHOWN(reference->element), target->place.line);
}

static void report_unused(const struct lint_references *references, struct lint_report *report) {
    for (size_t i = 0; i < references->ids.capacity; i++) {
        const struct text_entry *entry = &references->ids.entries[i];
        const struct target *target = entry->text.text ? (struct target *)(uintptr_t)entry->number : NULL;
        if (target && !target->is_used && slice_equal(target->element, SLICE("TIMESYS")))
            report_say(report, RULE_TIMESYS, target->place, SLICE("unused"), "nothing refers to TIMESYS '%.*s'",
                       SHOWN(entry->text));
    }
}

void references_finish(struct lint_references *references, struct lint_report *report) {
    for (const struct lint_reference *reference = references->first; reference; reference = reference->next) {
        struct target *target = find(references, reference->id);
        if (target) {
            target->is_used = true;
            check_kind(reference, target, report);
            bool is_time = target->node && target->node->element == VOT_TIMESYS && reference->node;
            if (is_time && (reference->node->element == VOT_FIELD || reference->node->element == VOT_PARAM))
                check_time(reference, target->node, report);
        } else if (!references->is_partial) {
            report_say(report, RULE_REF, reference->place, reference->element,
                       "ref '%.*s' of %.*s is the ID of no element", SHOWN(reference->id), SHOWN(reference->element));
        }
    }
    report_unused(references, report);
}

void references_close(struct lint_references *references) {
    text_map_free(&references->ids);
    arena_free(&references->arena);
    *references = (struct lint_references){0};
}
