/* digest.h - the checksum that a server sends along: MD5 (Content-MD5, RFC 1864) and SHA-256
 * (Repr-Digest, RFC 9530). A guard against damage in transit, not against malice. */
#ifndef HTTP_DIGEST_H
#define HTTP_DIGEST_H

#include <stdint.h>

#include "base/slice.h"

enum digest_kind { DIGEST_NONE, DIGEST_MD5, DIGEST_SHA256 };

struct digest {
    enum digest_kind kind;
    uint32_t state[8];
    uint64_t length;
    unsigned char block[64];
    unsigned char expected[32];
};

/* Expect what the two header fields say (NULL: absent); SHA-256 is preferred, what cannot be read is ignored. */
void digest_begin(struct digest *digest, const char *content_md5, const char *repr_digest);
void digest_take(struct digest *digest, const void *bytes, size_t length);
/* Instead: SHA-256 of whatever is taken, for digest_hexadecimal(). */
void digest_begin_sha256(struct digest *digest);
/* The SHA-256 so far, as 64 digits and a NUL; more may be taken afterwards. */
void digest_hexadecimal(const struct digest *digest, char digits[65]);
/* Whether the bytes taken are those expected; true when nothing was expected. */
bool digest_matches(struct digest *digest);
const char *digest_name(const struct digest *digest);

#endif
