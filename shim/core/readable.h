/* SPDX-License-Identifier: MIT */
/*
 * Can be read what the host points to? For what is handed on to the kernel, which says EFAULT where we would
 * end the program. Asks for nothing, takes no memory, and may be called anywhere; errno is lost.
 */
#ifndef SHIM_READABLE_H
#define SHIM_READABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The system call that asks, for who runs a filter over it. */
extern const int tap_readable_call;
extern const uint64_t tap_readable_args[6];
/* A filter in force stops it, or may: it is not made any more, and all but the first page is taken to be
 * there.
 */
extern _Atomic(bool) tap_unasked;

/* Pages that were found readable are not asked for twice: one that is kept by who looks at many things. */
struct tap_readable {
	uintptr_t page; /* its number and 1; 0: none */
};

bool tap_is_readable(struct tap_readable *known, const void *from, size_t size);
/* Is it a text that ends within so many bytes? */
bool tap_is_text(struct tap_readable *known, const char *text, size_t most);

#endif
