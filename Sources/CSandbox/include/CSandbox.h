#ifndef EARSHOT_CSANDBOX_H
#define EARSHOT_CSANDBOX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>

// System calls of Linux that the C library has no function for, or one with a variable number of arguments. Each gives what
// the system call gives, or the negative number of its error.

// prctl(2) with one argument behind the option.
int sandbox_prctl(int option, unsigned long argument);

// Empties the set of ambient capabilities.
int sandbox_clear_ambient_capabilities(void);

// The permitted capabilities of this thread, bit n for capability n.
int sandbox_permitted_capabilities(uint64_t *permitted);

// Makes `kept` the permitted and effective capabilities of this thread, and its inheritable ones none.
int sandbox_set_capabilities(uint64_t kept);

// Opens a path as a place only, without reading what is there (O_PATH).
int sandbox_open_place(const char *path);

// The version of Landlock that the kernel has.
int sandbox_landlock_version(void);

// A set of rules that denies these kinds of access where no rule allows them; `size` is how much of the structure this
// version of Landlock knows.
int sandbox_landlock_create(uint64_t files, uint64_t network, uint64_t scopes, size_t size);

// Allows kinds of access to what lies below an open path.
int sandbox_landlock_allow(int rules, int path, uint64_t access);

// Puts the rules into force for this thread and all that it will begin.
int sandbox_landlock_restrict(int rules);

// A datagram socket that sends to a path, or to the abstract name behind '@' (unix(7)).
int sandbox_connect_datagrams(const char *path);

// The name under which a refused system call is told; `name` must stay.
void sandbox_name_call(int number, const char *name);

// From now on a system call that the filter traps is named on standard error and ends the process with `status`.
int sandbox_tell_refusals(int status);

#endif
