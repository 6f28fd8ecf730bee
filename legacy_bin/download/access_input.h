/* access_input.h - the input of a downloader: a VOTable or a list of URLs, told apart by its first character. */
#ifndef DOWNLOAD_ACCESS_INPUT_H
#define DOWNLOAD_ACCESS_INPUT_H

#include "download/access_list.h"

/* `argument`: NULL, `-`, `stdin`, a file, a URL (always a VOTable), XML text. *is_table tells what it was. The error
 * has all that is to be said. */
bool access_input_read(struct access_list *list, const char *argument, const struct access_choice *choice,
                       bool *is_table, struct error *error);
/* The URLs behind what is in a file already (`-`: standard output); on an error the file stays as it was. */
bool access_list_append(const struct access_list *list, const char *name, struct error *error);

#endif
