/* SPDX-License-Identifier: MIT */
/*
 * For sanitizer builds, preloaded into rsyslogd: has AddressSanitizer start before any constructor (-z
 * initfirst).
 *
 * Else it starts at the first malloc, and that is libgpg-error's, inside bindtextdomain: the sanitizer's own
 * dlerror comes back to libc's gettext there and unlocks a lock that is not its own, on which libkrb5 later
 * waits for ever. It has nothing to do with gsstap: rsyslogd with libasan alone has that lock spoilt.
 */
#include <stdlib.h>

__attribute__((constructor)) static void start(void)
{
	void *volatile room = malloc(1);

	free(room);
}
