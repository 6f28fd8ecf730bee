/* message.h - everything a tool says to people goes to stderr through these; control characters
 * of foreign text are shown as `\x1b`. Each also goes to the OPset channel where it is an error. */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include "base/error.h"

/* One line on stderr, as it is (the originals' texts bear their own "Error: " and "Warning: "). */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, and the run has failed: told to the OPset channel too. Returns EXIT_FAILURE. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The text of `error`, cleared afterwards. Returns EXIT_FAILURE. */
int fail_error(struct error *error);
/* `text` of the error, behind "Error: " unless openVOTable() says it, then "Error opening VOTable 'ARGUMENT'"
 * (on the channel: both in one); cleared. Returns EXIT_FAILURE. */
int fail_input(struct error *error, const char *argument);
/* fail_input() if the error is one of the input (error.h), else fail_error(). Returns EXIT_FAILURE. */
int fail_either(struct error *error, const char *argument);

#endif
