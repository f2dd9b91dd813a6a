/* SPDX-License-Identifier: MIT */
/* Our wrappers as addresses, and what dlsym hands out for a function of ours. */
#ifndef SHIM_POINTERS_H
#define SHIM_POINTERS_H

#include <stdbool.h>
#include <stdint.h>

/* An address that stands for a real function: our wrapper, or a stub of it where the wrapper alone would not
 * know. */
void *tap_pointer(unsigned id, void *found);
/* The number of the library that holds this function, for tap_provider_hint: a wrapper that is called next on
 * this thread calls that library. 0: there are too many. */
uint32_t tap_provide(const void *function);
bool tap_is_stub(const void *address);
/* What dlsym should answer for a real function that it found in `handle`, asked for by code at `from`. */
void *tap_redirect(unsigned id, void *handle, void *found, const void *from);

#endif
