/* SPDX-License-Identifier: MIT */
/*
 * How the interposer begins, and what it does when a thread ends (ending.c has the process). Settings come
 * from a few environment variables, read once and copied: programs write their title over their first
 * environment (sshd, setproctitle). With none of them set it stays silent for good.
 */
#include "shim/core/start.h"

#include "shim/core/hello.h"
#include "shim/core/left.h"
#include "shim/core/policy.h"
#include "shim/core/lock.h"
#include "shim/core/process.h"
#include "shim/core/program.h"
#include "shim/core/rotate.h"
#include "shim/core/select.h"
#include "shim/core/snapshot.h"
#include "shim/core/text.h"
#include "shim/exec/exec.h"
#include "shim/loader/last_error.h"
#include "shim/loader/list_lock.h"
#include "shim/loader/next.h"
#include "trace/writer.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_key_t thread_key;
static bool has_thread_key;
static void (*_Atomic at_thread_end)(void);
static int started; /* 0, 1 under way, 2 done */

static void thread_ends(void *unused)
{
	void (*what)(void) = at_thread_end;

	(void)unused;
	tap_left_by_thread();
	tr_thread_ends();
	if (what)
		what();
}

/* The first event of a thread: its space is to be handed on when it ends. */
static void thread_begins(void)
{
	if (has_thread_key)
		pthread_setspecific(thread_key, &thread_key);
}

void tap_at_thread_end(void (*what)(void))
{
	at_thread_end = what;
	thread_begins();
}

static int level_from(const char *name)
{
	static const char *const names[] = TR_LEVEL_NAMES;

	for (int i = 0; name && i < (int)(sizeof(names) / sizeof(names[0])); i++)
		if (!strcmp(names[i], name))
			return i;
	if (name && *name)
		tap_bad_setting("GSSTAP_LEVEL", name, "is no level");
	return -1;
}

/* The host may change its directory before its first event. NULL: no trace. */
static const char *absolute(const char *path)
{
	static char whole[PATH_MAX];

	if (!path || !*path)
		return NULL;
	if (path[0] != '/') {
		if (!getcwd(whole, sizeof(whole) - 1)) {
			tap_trace_failed(path, errno);
			return NULL;
		}
		tap_append(whole, sizeof(whole), "/");
	}
	if (strlen(whole) + strlen(path) >= sizeof(whole)) {
		tap_trace_failed(path, ENAMETOOLONG);
		return NULL;
	}
	tap_append(whole, sizeof(whole), path);
	return whole;
}

static void limit(const char *most, int level)
{
	if (!tr_limit(most))
		tap_bad_setting("GSSTAP_MAX_SIZE", most,
				"is no size, such as 10M or 10M,5: the trace has no limit");
	else if (level != TR_LEVEL_OFF && tr_limit_by_signal)
		tap_rotate_on_signal();
}

static void configure(void)
{
	const char *trace = secure_getenv("GSSTAP_TRACE"), *policy = secure_getenv("GSSTAP_POLICY");
	const char *most = secure_getenv("GSSTAP_MAX_SIZE"), *lines = secure_getenv("GSSTAP_KRB5_TRACE");
	int level;

	/* Before all else, which asks the kernel. */
	tap_exec_filter_from(secure_getenv("GSSTAP_FILTER"));
	tr_confined = tap_exec_filter != TAP_FILTER_NONE;
	tap_find_loader();
	tap_find_last_error();
	tap_find_list_lock();
	tap_hello_to(secure_getenv("GSSTAP_HELLO"));
	tap_roll_open(secure_getenv("GSSTAP_HELLO"));
	if (policy && *policy) {
		tap_load_policy(policy);
		tap_program_read();
	}
	level = level_from(secure_getenv("GSSTAP_LEVEL"));
	if (level < 0)
		level = TAP_POLICY(pol_capture);
	if (level < 0)
		level = TR_LEVEL_TOKENS;
	trace = absolute(trace);
	if (trace || tap_has_policy)
		has_thread_key = !pthread_key_create(&thread_key, thread_ends);
	if (!trace || !has_thread_key)
		level = TR_LEVEL_OFF;
	tap_select(secure_getenv("GSSTAP_CALLS"));
	tap_krb5_trace = level != TR_LEVEL_OFF && lines && *lines;
	if (level != TR_LEVEL_OFF || tap_has_policy) {
		tr_on_failure = tap_trace_not_made;
		tr_on_thread = thread_begins;
		if (most && *most)
			limit(most, level);
		tr_on_lost = tap_roll_is_open() ? tap_roll_lost : NULL;
		tr_configure(level == TR_LEVEL_OFF ? NULL : trace, level, tap_first_event);
		tap_on = true;
	}
	tap_exec_start();
	tap_hello();
}

/* By the constructor; or before it, when another library's constructor calls one of our names. */
void tap_start(void)
{
	int expected = 0, saved = errno;

	if (__builtin_expect(__atomic_load_n(&started, __ATOMIC_ACQUIRE) == 2, 1))
		return;
	if (!__atomic_compare_exchange_n(&started, &expected, 1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return; /* under way: further down on this thread's stack */
	configure();
	__atomic_store_n(&started, 2, __ATOMIC_RELEASE);
	errno = saved;
}

/* The C library gives a constructor what main will be given. */
__attribute__((constructor)) static void construct(int argc, char **argv)
{
	tap_start();
	if (tap_on)
		tap_keep_arguments(argc, argv);
}
