/* opset.h - the OPset channel: JSON Lines for the tasking framework on the file descriptor that
 * VOCLIENT_OPSET_FD names; every call does nothing when there is none.
 * First line {"opset": 1}; then {"key":…,"value":…,"unit":…}, {"row":{…}}, {"progress":…}, {"error":…}. */
#ifndef CLI_OPSET_H
#define CLI_OPSET_H

#include <stdint.h>

#include "base/slice.h"

/* Called by main() before anything is written to stdout; the descriptor is closed on exec, and one
 * that cannot be written is as none. When the reader goes away the tool goes on. */
/* `has_keys` false: keys are parsed from stdout, so there is no first line; only errors and progress are sent. */
void opset_open(bool has_keys);
bool opset_is_open(void);
/* false: something that was to be told was too large for memory, and was left out. */
bool opset_close(void);
/* Keys, progress and errors are sent at once. Rows wait for more of them, 50 ms at most while rows
 * come; a tool that then waits for something else (its user, the network) sends them first. */
void opset_flush(void);

/* {"key": key, "value": …}; a double that is not finite is written as the string "NaN", "Infinity",
 * "-Infinity"; unit NULL: none. */
void opset_text(const char *key, struct slice value);
void opset_integer(const char *key, int64_t value);
void opset_double(const char *key, double value, const char *unit);
void opset_null(const char *key);

/* Structured values: opset_begin("columns"), then the json_ calls, then opset_end(). */
void opset_begin(const char *key);
void opset_end(void);
/* {"row": {…}} */
void opset_row_begin(void);
void opset_row_end(void);
/* {"progress": fraction or null, "text": …} */
void opset_progress(double fraction, const char *text);
void opset_error(const char *text);

/* Inside begin … end; commas are put where they belong. json_member names the next value of an object. */
void json_object_begin(void);
void json_object_end(void);
void json_array_begin(void);
void json_array_end(void);
void json_member(struct slice name);
void json_text(struct slice value);
void json_integer(int64_t value);
void json_double(double value);
void json_boolean(bool value);
void json_null(void);

#endif
