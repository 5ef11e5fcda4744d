#ifndef EARSHOT_MALLOC_COUNTER_H
#define EARSHOT_MALLOC_COUNTER_H

/// How many blocks of memory the process has asked for since it began.
///
/// The library takes the place of the allocator's functions in every process that loads it before the C library
/// (`LD_PRELOAD`), and prints `allocations N` to standard error when the process ends.
unsigned long malloc_counter_value(void);

#endif
