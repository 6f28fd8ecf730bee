/* resources.h - the options that say how much of the machine a tool may use: --memory and --threads. */
#ifndef TOOLS_RESOURCES_H
#define TOOLS_RESOURCES_H

#include "cli/message.h"
#include "cli/tool.h"
#include "io/machine.h"

enum { OPTION_MEMORY = 121, OPTION_THREADS };

/* For tools that must hold rows; they keep within it by temporary files. */
#define MEMORY_OPTION                                                                                             \
    {                                                                                                             \
        OPTION_MEMORY, 0, "memory", OPTION_VALUE, "SIZE",                                                         \
            .help = "Memory for rows; what does not fit waits in temporary files",                                \
            .detail = "Bytes, or with k, M or G behind the number (powers of 1024): 64k, 1.5G. Without it, half " \
                      "of the memory that this process may use.",                                                 \
            .is_new = true                                                                                        \
    }

/* For tools that have something to do at the same time. The output is the same for any number. */
#define THREADS_OPTION                                                                                         \
    {                                                                                                          \
        OPTION_THREADS, 0, "threads", OPTION_INTEGER, "N",                                                     \
            .help = "Processors to use at most",                                                               \
            .detail = "Without it, all that this process may use. Small tables need one only, and the result " \
                      "is the same whatever their number.",                                                    \
            .is_new = true                                                                                     \
    }

enum { MEMORY_LEAST = 64 << 10 };

/* What --memory says, or half of what there is. false: it is no size, and that has been said. */
static inline bool resources_memory(const struct arguments *arguments, size_t *bytes) {
    const char *text = arguments_value(arguments, OPTION_MEMORY);
    uint64_t size = text ? 0 : machine_memory() / 2;
    bool is_size = !text || (size_parse(text, &size) && size >= MEMORY_LEAST);
    *bytes = size < SIZE_MAX ? (size_t)size : SIZE_MAX;
    if (!is_size)
        fail("Error: invalid memory size '%s': bytes are expected, or k, M or G of them, and at least 64k", text);
    return is_size;
}

/* What --threads says, 0: as many as there are processors. false: it is no number of threads, and that has been said.
 */
static inline bool resources_threads(const struct arguments *arguments, unsigned *threads) {
    const char *text = arguments_value(arguments, OPTION_THREADS);
    long number = arguments_integer(arguments, OPTION_THREADS, 0);
    bool is_number = !text || number >= 1;
    *threads = number > 0 ? (unsigned)(number < 1024 ? number : 1024) : 0;
    if (!is_number) fail("Error: invalid number of threads '%s': a number from 1 is expected", text);
    return is_number;
}

#endif
