/* SPDX-License-Identifier: MIT */
/* The rows of calls.def as the shim needs them. */
#ifndef SHIM_NAMES_H
#define SHIM_NAMES_H

#include "trace/format.h"

#include <stddef.h>

#define TAP_IDS 448 /* more than any call id */

int tap_call_id(const char *name); /* 0: not one of ours */
const char *tap_call_name(unsigned id);
size_t tap_call_name_length(unsigned id);
enum tr_purpose tap_call_purpose(unsigned id);
void *tap_wrapper(unsigned id);

#endif
