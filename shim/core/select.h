/* SPDX-License-Identifier: MIT */
/* Which calls become events. */
#ifndef SHIM_SELECT_H
#define SHIM_SELECT_H

#include "shim/loader/names.h"

extern uint8_t tap_wanted[TAP_IDS];
/* Only those whose names match one of the shell patterns, which commas part, and judged ones that fail;
 * "failures": all that fail; NULL or "": the table as it is. */
void tap_select(const char *patterns);

#endif
