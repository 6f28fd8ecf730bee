/* machine.h - how much of the machine this process may use. Read anew at each call: 0.1 ms. */
#ifndef IO_MACHINE_H
#define IO_MACHINE_H

#include <stdint.h>

/* Processors that it may run on, as far as affinity and the CPU quotas of its control groups go; at least 1. */
unsigned machine_cores(void);
/* Bytes of memory that it may have: those of the machine, of its control groups, of `ulimit -v`, whichever is least. */
uint64_t machine_memory(void);

#endif
