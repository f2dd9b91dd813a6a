/* SPDX-License-Identifier: MIT */
/* See readable.h: the kernel looks, a page at a time. */
#include "shim/core/readable.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SET_SIZE 8 /* of the kernel's signal sets */
#define PAGE 4096

/*
 * rt_sigprocmask(2) copies its set before it looks at what is to be done with it, and is one of the
 * recorder's own calls.
 */
const int tap_readable_call = SYS_rt_sigprocmask;
const uint64_t tap_readable_args[6] = {0xffffffff};
_Atomic(bool) tap_unasked;

static bool has_page(struct tap_readable *known, uintptr_t at)
{
	uintptr_t page = at / PAGE + 1;

	if (known->page == page)
		return true;
	/* Within the page, and never NULL, which is no set. */
	if (tap_unasked ? at < PAGE
			: syscall(tap_readable_call, tap_readable_args[0], at / PAGE * PAGE + SET_SIZE, NULL,
				  SET_SIZE) == -1 &&
				  errno == EFAULT)
		return false;
	known->page = page;
	return true;
}

bool tap_is_readable(struct tap_readable *known, const void *from, size_t size)
{
	uintptr_t at = (uintptr_t)from, last = at + size - 1;

	for (; at / PAGE < last / PAGE; at = (at | (PAGE - 1)) + 1)
		if (!has_page(known, at))
			return false;
	return has_page(known, last);
}

bool tap_is_text(struct tap_readable *known, const char *text, size_t most)
{
	while (most) {
		size_t here = PAGE - (uintptr_t)text % PAGE;

		if (here > most)
			here = most;
		if (!has_page(known, (uintptr_t)text))
			return false;
		if (memchr(text, 0, here))
			return true;
		text += here;
		most -= here;
	}
	return false;
}
