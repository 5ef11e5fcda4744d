#ifndef EARSHOT_SANDBOX_ACTS_H
#define EARSHOT_SANDBOX_ACTS_H

// Opens what some acts need and what no sandbox would let them open.
void sandbox_acts_prepare(void);

// Does the act of that name; `own` is a folder that may be written, `other` one that may not. Gives 0 where it was done, the
// negative number of the error where it was refused, and 1 where there is no act of that name.
int sandbox_act(const char *name, const char *own, const char *other);

#endif
