/* sesame.h - the CDS name resolver Sesame: names to positions, up to SESAME_BATCH in one request.
 * This file speaks the protocol and nothing else; names.h adds memory and cache. */
#ifndef SERVICES_SESAME_H
#define SERVICES_SESAME_H

#include "base/error.h"
#include "base/slice.h"
#include "http/http.h"

enum { SESAME_BATCH = 50 };

/* What is known of a name. Owned by whoever holds it; sesame_object_free() frees the texts. */
struct sesame_object {
    char *name; /* as asked */
    bool is_found;
    double ra_deg, dec_deg;             /* ICRS */
    double ra_error_mas, dec_error_mas; /* 0 when not known */
    char *ra_text, *dec_text;           /* sexagesimal: `00:42:44.33`, `+41:16:07.5` */
    char *type;                         /* `Unknown` when not known */
    char *note;                         /* what the resolver said of a name it did not find; NULL: nothing */
};

void sesame_object_free(struct sesame_object *object);

struct sesame_service {
    const char *const *bases; /* mirrors, tried in turn; NULL and 0: VOC_SESAME_URL, else the public ones */
    size_t base_count;
    const char *resolvers;  /* letters S N V A in order; NULL: SNV */
    double timeout_seconds; /* for one request; 0: 30 */
    bool ignores_cache;     /* the service's own */
};

/* Whether `letters` can stand for `resolvers`. */
bool sesame_check_resolvers(const char *letters);

/* Ask for `count` names (at most SESAME_BATCH); objects[i] is filled for names[i], and owned by the caller.
 * false with error set: no mirror gave an answer that could be read; then no object is filled. */
bool sesame_ask(const struct sesame_service *service, struct http *http, const char *const *names, size_t count,
                struct sesame_object *objects, struct error *error);

/* sesame_answer.c: the XML of an answer, read as it arrives. One owner: open … close. */
struct sesame_answer;
/* Fills `objects` (zeroed, `count` of them); NULL: no memory. */
struct sesame_answer *sesame_answer_open(struct sesame_object *objects, size_t count);
bool sesame_answer_take(struct sesame_answer *answer, const void *bytes, size_t length, struct error *error);
/* The document is over: complete, one Target for each name? */
bool sesame_answer_end(struct sesame_answer *answer, struct error *error);
void sesame_answer_close(struct sesame_answer *answer);

#endif
