/* SPDX-License-Identifier: MIT */
/*
 * The end of a process as far as it can be seen: exit, return from main, _exit and exec. A signal that ends
 * it, and what calls the kernel without the C library, are not. Nothing of the host's is run, and how it
 * exits is not changed.
 */
#include "shim/core/ending.h"

#include "shim/core/lock.h"
#include "shim/core/scope.h"
#include "shim/loader/next.h"
#include "trace/writer.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

void (*tap_on_end)(enum tap_end end);

void tap_ends(enum tap_end end)
{
	void (*tell)(enum tap_end) = __atomic_load_n(&tap_on_end, __ATOMIC_ACQUIRE);
	int saved = errno;

	if (tell && !tr_confined && (uint32_t)syscall(SYS_getpid) == tap_process())
		tell(end);
	errno = saved;
}

static __attribute__((noreturn)) void leave(const char *name, int status)
{
	void (*real)(int) = (void (*)(int))tap_find_next(name);

	tap_ends(TAP_END_PROCESS);
	if (real)
		real(status);
	for (;;)
		syscall(SYS_exit_group, status);
}

TAP_EXPORT void _exit(int status)
{
	leave("_exit", status);
}

TAP_EXPORT void _Exit(int status)
{
	leave("_Exit", status);
}

/* What other libraries still do when theirs run is recorded as before. */
__attribute__((destructor)) static void destruct(void)
{
	tap_ends(TAP_END_PROCESS);
	tr_finish();
}
