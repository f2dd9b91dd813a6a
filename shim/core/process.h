/* SPDX-License-Identifier: MIT */
/* What a trace says first, and of an object that calls for the first time. */
#ifndef SHIM_PROCESS_H
#define SHIM_PROCESS_H

#include "shim/loader/callers.h"

void tap_first_event(void);
void tap_announce(struct tap_caller *caller, void *real);

#endif
