/* part.h - one file in the making. While it is fetched there are, in its folder,
 *
 *     .NAME.LOCK       held by the program that fetches it; one that nobody holds is stale
 *     NAME.part        the bytes so far
 *     NAME.part.state  what they are the beginning of: URL, validator, length and digest, as the server said, and the
 *                      SHA-256 of the bytes at the last checkpoint (none while a file is small)
 *
 * and never a file of the final name that is not complete. A part is continued only when its URL and the SHA-256 of
 * its bytes are those of the state; anything else that lies there is dropped. */
#ifndef DOWNLOAD_PART_H
#define DOWNLOAD_PART_H

#include "http/digest.h"
#include "http/http.h"

/* One owner: part_open() … part_keep(), part_discard() or part_publish(), which free it all but for `path`. */
struct part {
    char *path;         /* FOLDER/NAME: the final one but for an extension; NULL: not open */
    uint64_t length;    /* bytes so far */
    int64_t total;      /* of the whole; -1: not known */
    char *validator;    /* to continue with; NULL: it cannot be */
    struct buffer head; /* the first bytes, to know the content by */

    /* private */
    char *part_path, *state_path, *lock_path;
    char *url, *repr_digest, *content_md5;
    int lock, file, state;
    uint64_t checkpoint; /* bytes that the state vouches for */
    uint64_t hashed;     /* bytes that so_far has taken: not more than a state needs */
    bool is_continued;   /* from an earlier run: the transfer has not seen all bytes */
    struct digest so_far;
    struct digest whole; /* of a continued one: what the server said of the whole */
};

enum part_status {
    PART_READY,
    PART_BUSY, /* another program, or another row, fetches it */
    PART_FAILED,
};
enum { PART_HEAD = 512 };

/* Lock, and pick up what an earlier run left. PART_FAILED: error set. */
enum part_status part_open(struct part *part, const char *folder, const char *name, const char *url,
                           struct error *error);
/* All bytes are there already: nothing needs to be asked. */
bool part_is_whole(const struct part *part);
/* An answer begins: what was there is dropped, unless it goes on with it. */
bool part_begin(struct part *part, const struct http_answer *answer, struct error *error);
bool part_write(struct part *part, const void *bytes, size_t length, struct error *error);
/* The digest that the server gave, where the transfer could not see to it. false with an input error. */
bool part_check(struct part *part, struct error *error);
/* The bytes from the start, through a descriptor of its own; -1: errno. */
int part_reopen(const struct part *part);

/* Leave it for a later run, or nothing if it cannot be continued; or leave nothing in any case. */
void part_keep(struct part *part);
void part_discard(struct part *part);
/* Put it in its place. Without `replaces` a file that is there stays, and *exists tells so. */
bool part_publish(struct part *part, const char *path, bool replaces, bool *exists, struct error *error);

#endif
