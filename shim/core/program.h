/* SPDX-License-Identifier: MIT */
/* The program, as rules of a policy ask for it. */
#ifndef SHIM_PROGRAM_H
#define SHIM_PROGRAM_H

#include "policy/facts.h"

#include <stddef.h>

/* Reads it once, before the program can change its title or its root. */
void tap_program_read(void);
/* Its texts are static; user: as who it runs at this moment, too, for which the kernel is asked. */
struct pol_process tap_program(bool user);

#endif
