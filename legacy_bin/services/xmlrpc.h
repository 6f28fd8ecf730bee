/* xmlrpc.h - calls and answers of XML-RPC, as SAMP uses it: strings, lists and maps (SAMP 1.3, section 4). */
#ifndef SERVICES_XMLRPC_H
#define SERVICES_XMLRPC_H

#include "base/buffer.h"
#include "base/error.h"

/* What a call or an answer holds, flattened: a path (`0`, `3.samp.params.url`, `1.0`) for each text, counted from the
 * first parameter; of a fault `faultString`. One owner; starts zeroed, ends with xmlrpc_free(). */
struct xmlrpc {
    bool is_fault;
    struct buffer method; /* with a NUL; empty in an answer */
    struct buffer texts;  /* path NUL text NUL ... */
};

bool xmlrpc_parse(struct xmlrpc *message, struct slice document, struct error *error);
/* NULL: there is none. */
const char *xmlrpc_text(const struct xmlrpc *message, const char *path);
void xmlrpc_free(struct xmlrpc *message);

/* A call built up: xmlrpc_begin(), a value for each parameter, xmlrpc_end(). A map is xmlrpc_map_begin(), for each
 * member xmlrpc_member() or xmlrpc_empty_map(), xmlrpc_map_end(). Failures show in the buffer: xmlrpc_end() returns
 * false. */
void xmlrpc_begin(struct buffer *call, const char *method);
void xmlrpc_string(struct buffer *call, const char *text); /* a parameter */
void xmlrpc_map_begin(struct buffer *call);                /* a parameter */
void xmlrpc_member(struct buffer *call, const char *name, const char *text);
void xmlrpc_empty_map(struct buffer *call, const char *name); /* a member */
void xmlrpc_map_end(struct buffer *call);
bool xmlrpc_end(struct buffer *call);

#endif
