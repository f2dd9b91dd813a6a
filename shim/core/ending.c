/* SPDX-License-Identifier: MIT */
/*
 * The end of a process as far as it can be seen: exit, return from main, quick_exit, _exit, syscall and exec.
 * A signal that ends it, and an instruction of its own that calls the kernel, are not. Nothing of the host's
 * is run, and how it exits is not changed.
 */
#include "shim/core/ending.h"

#include "shim/core/left.h"
#include "shim/core/lock.h"
#include "shim/core/scope.h"
#include "shim/loader/next.h"
#include "trace/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void (*tellers[TAP_TELLERS])(enum tap_end end);

void tap_at_end(enum tap_teller teller, void (*tell)(enum tap_end end))
{
	__atomic_store_n(&tellers[teller], tell, __ATOMIC_RELEASE);
}

bool tap_has_tellers(void)
{
	bool some = false;

	for (int i = 0; i < TAP_TELLERS; i++)
		some = some || __atomic_load_n(&tellers[i], __ATOMIC_RELAXED);
	return some;
}

/* A child of vfork ends nothing of its parent's, whose memory it has. */
static bool is_own(void)
{
	return !tr_confined && (uint32_t)syscall(SYS_getpid) == tap_process();
}

void tap_ends(enum tap_end end)
{
	int saved = errno;

	if (tap_has_calls() && is_own())
		tap_left_by_process(end == TAP_END_EXEC);
	if (tap_has_tellers() && is_own())
		for (int i = 0; i < TAP_TELLERS; i++) {
			void (*tell)(enum tap_end) = __atomic_load_n(&tellers[i], __ATOMIC_ACQUIRE);

			if (tell)
				tell(end);
		}
	errno = saved;
}

bool tap_finishes(void)
{
	int saved = errno;
	bool recording = tr_is_recording() && is_own();

	if (recording)
		tr_finish();
	errno = saved;
	return recording;
}

void tap_ends_now(void)
{
	tap_ends(TAP_END_PROCESS);
	tap_finishes();
}

static __attribute__((noreturn)) void leave(const char *name, int status)
{
	void (*real)(int) = (void (*)(int))tap_find_next(name);

	tap_ends_now();
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

/* Of those that the C library calls then ours is one of the first that it is given, so one of the last. */
__attribute__((constructor)) static void construct(void)
{
	at_quick_exit(tap_ends_now);
}

/* What other libraries still do when theirs run is recorded as before. */
__attribute__((destructor)) static void destruct(void)
{
	tap_ends(TAP_END_PROCESS);
	tr_finish();
}
