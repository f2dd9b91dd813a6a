/* SPDX-License-Identifier: MIT */
/* See left.h. Of a call that was left only its entry is known: neither what it did nor when it was left. */
#include "shim/core/left.h"

#include "shim/core/lock.h"
#include "shim/core/thread.h"
#include "shim/loader/names.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NEAR 16384 /* bytes: less than any stack that a call of these libraries fits into */

__thread struct tap_thread tap_thread;
static const struct tap_left_teller *gss; /* NULL: nobody */

void tap_at_left(const struct tap_left_teller *teller)
{
	__atomic_store_n(&gss, teller, __ATOMIC_RELEASE);
}

static void tell_call(const struct tap_under_way *call, const struct tap_left_teller *teller,
		      const char *reason)
{
	struct tr_draft *d = tr_begin(TR_E_left);

	if (!d)
		return;
	d->time = tr_now();
	d->head.call = call->call;
	d->head.caller = (uintptr_t)call->from;
	tr_comment(d, "left ");
	tr_comment(d, tap_call_name(call->call));
	tr_comment(d, ": ");
	tr_comment(d, reason);
	tr_put_u32(d, TR_F_CALL, call->call);
	if (call->start)
		tr_put_u64(d, TR_F_AGE, d->time - call->start);
	if (teller)
		teller->describe(d);
	tr_put_text(d, TR_F_REASON, reason);
	tr_commit(d);
}

static void tell(int library, const char *reason)
{
	const struct tap_under_way call = tap_thread.outermost[library];
	const struct tap_left_teller *teller =
		library == TAP_GSS ? __atomic_load_n(&gss, __ATOMIC_ACQUIRE) : NULL;

	tap_thread.depth[library] = 0;
	if (tr_level == TR_LEVEL_OFF)
		return;
	if (call.record && call.process == tap_lineage())
		tell_call(&call, teller, reason);
	if (teller)
		teller->tell(reason);
}

/* A stack beside this one says nothing of what is below it. */
static bool is_on_own_stack(void)
{
	stack_t stack;

	return !syscall(SYS_sigaltstack, NULL, &stack) && stack.ss_flags & SS_ONSTACK;
}

void tap_jumped(int library, uintptr_t frame)
{
	int saved = errno;

	if (!tr_confined && is_on_own_stack())
		return (void)(errno = saved);
	if (tr_confined || frame - tap_thread.frame[library] > NEAR)
		tap_thread.depth[library] = 0; /* nobody may be asked, or knows */
	else
		tell(library, "the program jumped out of the call");
	errno = saved;
}

bool tap_has_calls(void)
{
	return tap_thread.depth[TAP_GSS] || tap_thread.depth[TAP_ZMQ];
}

/* Also when it was cancelled in a call nothing of that is on its stack any more. */
void tap_left_by_thread(void)
{
	for (int library = TAP_GSS; library <= TAP_ZMQ; library++)
		if (tap_thread.depth[library])
			tell(library, "the thread ended, and the call had not returned");
}

void tap_left_by_process(bool goes_on)
{
	for (int library = TAP_GSS; library <= TAP_ZMQ; library++)
		if (tap_thread.depth[library] && !tap_is_within(library))
			tap_jumped(library, tap_thread.frame[library]); /* no stack outlives it */
		else if (tap_thread.depth[library] && !goes_on)
			tell(library, "the process ended, and the call had not returned");
}
