#ifndef EARSHOT_CSECCOMP_SHIM_H
#define EARSHOT_CSECCOMP_SHIM_H

#include <errno.h>
#include <seccomp.h>

#endif
