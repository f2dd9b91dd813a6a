/* SPDX-License-Identifier: MIT */
/*
 * See abroad.h. A thread says when it is among the libraries, and where it may stay for long (a KDC, a name
 * server) it waits in our own functions, from which it does not go back among them once the process is about
 * to end.
 *
 * It must be in nobody's library any more when those begin to end themselves. So atexit is called here,
 * though nowhere else in the shim: handlers run last in, first out, so again after each of the first visits,
 * in which libraries may have entered handlers of their own.
 */
#include "shim/wire/abroad.h"

#include "shim/core/lock.h"
#include "shim/core/monotonic.h"
#include "shim/loader/elf.h"
#include "shim/loader/newcomers.h"
#include "shim/loader/objects.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <netdb.h>
#include <poll.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#undef p_type			/* <resolv.h> takes the name of a member in <elf.h> */
#define PATIENCE_NS 1000000000u /* at exit, for a look-up that is neither at a KDC nor at a name server */

#define HANDLERS 8

static int among;	 /* threads that are among the libraries, and not waiting in a function of ours */
static bool ending;	 /* nobody is to go there any more, */
static int opened;	 /* unless the host waits for what they do: how many of its calls do */
static uint32_t runs_in; /* lineage: a child after fork has no such thread until it starts one */
static __thread bool abroad;
static __thread uint64_t *away; /* who keeps since when this thread waits for somebody */

/* Mostly for ever: what it holds it would hold waiting, too, and the process is about to end. */
static void park(void)
{
	syscall(SYS_futex, &opened, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static void leave(void)
{
	int saved = errno;

	__atomic_sub_fetch(&among, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&ending, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &among, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
	errno = saved;
}

static void enter(void)
{
	int saved = errno;

	for (;;) {
		__atomic_add_fetch(&among, 1, __ATOMIC_SEQ_CST);
		if (!__atomic_load_n(&ending, __ATOMIC_SEQ_CST) || __atomic_load_n(&opened, __ATOMIC_SEQ_CST))
			break;
		leave();
		park();
	}
	errno = saved;
}

static void note(uint64_t since)
{
	if (away)
		__atomic_store_n(away, since, __ATOMIC_RELAXED);
}

void tap_abroad_note(uint64_t *since)
{
	away = since;
}

void tap_abroad_waits(void)
{
	note(tap_monotonic_ns());
	leave();
}

void tap_abroad_goes_on(void)
{
	note(0);
	enter();
}

#define WAITS(function, parameters, arguments)                                                               \
	static int waits_in_##function parameters                                                            \
	{                                                                                                    \
		int result;                                                                                  \
                                                                                                             \
		if (!abroad)                                                                                 \
			return function arguments;                                                           \
		tap_abroad_waits();                                                                          \
		result = function arguments;                                                                 \
		tap_abroad_goes_on();                                                                        \
		return result;                                                                               \
	}

WAITS(poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))
WAITS(getaddrinfo,
      (const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found),
      (node, service, hints, found))
WAITS(res_nsearch, (res_state state, const char *name, int class, int type, unsigned char *answer, int size),
      (state, name, class, type, answer, size))

/* Declared by <poll.h> only where it is compiled with _FORTIFY_SOURCE; libc has it always. */
extern int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size);

static int waits_in_poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size)
{
	return size / sizeof(*fds) < count ? __poll_chk(fds, count, timeout, size)
					   : waits_in_poll(fds, count, timeout);
}

static void point(const struct tap_object *object, const char *name, void *to)
{
	void **slot = tap_elf_slot(object->bias, object->dynamic, name);

	if (slot && *slot != to)
		tap_point_slot(slot, to);
}

static bool point_waits(const struct tap_object *object, void *unused)
{
	const char *soname = tap_elf_soname(object->bias, object->dynamic);

	(void)unused;
	if (soname && !strcmp(soname, "libkrb5.so.3")) {
		point(object, "poll", waits_in_poll);
		point(object, "__poll_chk", waits_in_poll_chk);
		point(object, "res_nsearch", waits_in_res_nsearch);
	} else if (soname && !strcmp(soname, "libkrb5support.so.0")) {
		point(object, "getaddrinfo", waits_in_getaddrinfo);
	}
	return false;
}

static void wait_for_all(void)
{
	const uint64_t end = tap_monotonic_ns() + PATIENCE_NS;
	const struct timespec until = {(time_t)(end / 1000000000u), (long)(end % 1000000000u)};

	__atomic_store_n(&ending, true, __ATOMIC_SEQ_CST);
	for (int there; (there = __atomic_load_n(&among, __ATOMIC_SEQ_CST)) > 0;) {
		if (tap_monotonic_ns() >= end)
			break;
		syscall(SYS_futex, &among, FUTEX_WAIT_BITSET_PRIVATE, there, &until, NULL,
			FUTEX_BITSET_MATCH_ANY);
	}
}

static void process_ends(void)
{
	if (runs_in == tap_lineage() && tap_process() == (uint32_t)getpid())
		wait_for_all();
}

void tap_abroad_open(void)
{
	int saved = errno;

	if (__atomic_add_fetch(&opened, 1, __ATOMIC_SEQ_CST) == 1 &&
	    __atomic_load_n(&ending, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &opened, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
	errno = saved;
}

void tap_abroad_shut(void)
{
	int saved = errno;

	if (!__atomic_sub_fetch(&opened, 1, __ATOMIC_SEQ_CST) && __atomic_load_n(&ending, __ATOMIC_SEQ_CST))
		process_ends();
	errno = saved;
}

void tap_abroad_go(void)
{
	/* Each time, since a library that was unloaded and comes back has slots of its own again. */
	tap_walk(point_waits, NULL);
	abroad = true;
	enter();
}

void tap_abroad_return(void)
{
	static int entered;

	leave();
	abroad = false;
	if (__atomic_load_n(&entered, __ATOMIC_RELAXED) < HANDLERS && !atexit(process_ends))
		__atomic_add_fetch(&entered, 1, __ATOMIC_RELAXED);
}

void tap_abroad_call(void)
{
	if (!abroad)
		enter();
}

void tap_abroad_called(void)
{
	if (!abroad)
		leave();
}

void tap_abroad_anew(void)
{
	uint32_t before = __atomic_load_n(&runs_in, __ATOMIC_RELAXED), now = tap_lineage();

	if (before == now ||
	    !__atomic_compare_exchange_n(&runs_in, &before, now, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return;
	among = opened = 0;
	ending = false;
	atexit(process_ends);
}
