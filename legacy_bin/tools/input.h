/* input.h - what the descriptions of tools that read one VOTable have in common. */
#ifndef TOOLS_INPUT_H
#define TOOLS_INPUT_H

#define INPUT_OPERANDS "One VOTable: a file, a URL, the XML text itself, or - for standard input, which is the default."

#define INPUT_ENVIRONMENT                                                         \
    "http_proxy, https_proxy, no_proxy\tproxies for URLs, as libcurl uses them\n" \
    "TMPDIR, TMP\tfolder for temporary files; the first of these that is set, otherwise /tmp\n"

#endif
