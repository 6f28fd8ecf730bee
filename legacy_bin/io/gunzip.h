/* gunzip.h - gzip (RFC 1952) recognised and undone while bytes are pulled; several members in a row are one content.
 * One owner: gunzip_open() … gunzip_close(). */
#ifndef IO_GUNZIP_H
#define IO_GUNZIP_H

#include <stdbool.h>

#include "io/bytes.h"

struct gunzip;

enum gunzip_when {
    GUNZIP_IF_MAGIC, /* where the content starts as gzip does; anything else passes through unchanged */
    GUNZIP_ALWAYS    /* anything else is an error */
};

/* Reads the first bytes. `from` is borrowed; `name` (copied) says in messages what is read. NULL with error set. */
struct gunzip *gunzip_open(struct byte_reader from, enum gunzip_when when, const char *name, struct error *error);
/* As struct byte_reader has it; the context is the struct gunzip. Input that stops inside a member is an error. */
ptrdiff_t gunzip_read(void *gunzip, void *bytes, size_t room, struct error *error);
void gunzip_close(struct gunzip *gunzip);

#endif
