/* SPDX-License-Identifier: MIT */
/*
 * For sanitizer builds, preloaded with AddressSanitizer's runtime: has it start before any constructor (-z
 * initfirst).
 *
 * Else it starts at the first malloc. In programs with libgpg-error (rsyslogd, all of CZMQ's) that is one
 * inside bindtextdomain: the sanitizer's own dlerror comes back to libc's gettext there and unlocks a lock
 * that is not its own, on which libkrb5 later waits for ever. It has nothing to do with gsstap: with libasan
 * alone such programs have that lock spoilt.
 */
#include <stdlib.h>

__attribute__((constructor)) static void start(void)
{
	void *volatile room = malloc(1);

	free(room);
}
