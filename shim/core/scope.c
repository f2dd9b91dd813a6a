/* SPDX-License-Identifier: MIT */
/*
 * Opening and closing a scope: is it the host's own call, or one that a library or its mechanism makes within
 * another, and is it wanted. What is not recorded is not paid for: the clock is looked at last.
 */
#include "shim/core/scope.h"

#include "shim/core/left.h"
#include "shim/core/lock.h"
#include "shim/core/notice.h"
#include "shim/core/policy.h"
#include "shim/core/process.h"
#include "shim/core/select.h"

/* A depth that longjmp left behind: the outermost wrapper's frame is gone when a younger call stands where it
 * stood, or above it. */
static inline void check_depth(struct tap_thread *t, int library, uintptr_t frame)
{
	if (__builtin_expect(t->depth[library] && frame >= t->frame[library], 0))
		tap_jumped(library, frame);
	if (!t->depth[library])
		t->frame[library] = frame;
}

static void note(struct tap_thread *t, const struct tap_scope *scope)
{
	t->outermost[scope->library] = (struct tap_under_way){.from = scope->from,
							      .start = scope->start,
							      .process = tap_lineage(),
							      .call = scope->call,
							      .record = scope->record};
}

static inline bool tells_why(enum tr_call_id call)
{
	return call == TR_gss_init_sec_context || call == TR_gss_accept_sec_context ||
	       call == TR_gss_acquire_cred || call == TR_gss_acquire_cred_from;
}

void tap_open(struct tap_scope *scope, enum tr_call_id call, int library, const void *from, uintptr_t frame,
	      void *real)
{
	struct tap_thread *t = &tap_thread;
	struct tap_caller *c = tap_last.caller;

	scope->record = TAP_RECORD_NOT;
	scope->watch = scope->judge = scope->nested = false;
	scope->library = TR_FAMILIES; /* not entered: nothing to leave */
	scope->caller = c;
	if (!tap_on || !real)
		return;
	check_depth(t, library, frame);
	if (!t->depth[library])
		t->failed_within[library] = false;
	scope->call = (uint16_t)call;
	scope->library = (uint8_t)library;
	scope->depth = (uint8_t)t->depth[library]++;
	scope->from = from;
	scope->start = 0;
	/* Not every call below another is the library's: a signal handler of the host's may make one, or
	 * longjmp has left the other. So nothing is excused from being judged by what is on the stack. */
	scope->nested = scope->depth &&
			((uintptr_t)real - c->start < c->size || c->mechanism || tap_is_own_code(from));
	scope->judge = tap_has_policy;
	if (t->quiet && frame >= t->quiet_frame)
		t->quiet = 0; /* left by longjmp */
	if (t->quiet && scope->nested && tap_call_purpose(call) != TR_PURPOSE_judged)
		return;
	scope->watch = true;
	if (!scope->depth)
		t->outermost[library].record = TAP_RECORD_NOT;
	if (scope->judge && (library == TAP_GSS || tap_call_purpose(call) == TR_PURPOSE_judged))
		tap_policy_notice();
	if (library == TAP_GSS && tap_notice_due())
		tap_notice();
	if (tr_level < TR_LEVEL_CALLS)
		return;
	scope->record = scope->nested && !tells_why(call) ? TAP_RECORD_FAILURE : TAP_RECORD;
	if (tap_wanted[call] < scope->record)
		scope->record = tap_wanted[call];
	if (tap_failures_alone && !scope->depth)
		scope->start = tr_now();
	if (scope->record == TAP_RECORD) {
		if (__builtin_expect(!__atomic_load_n(&c->announced, __ATOMIC_RELAXED), 0))
			tap_announce(c, real);
		scope->start = tr_now();
	}
	if (!scope->depth && scope->record)
		note(t, scope);
}

void tap_leave(const struct tap_scope *scope)
{
	struct tap_thread *t = &tap_thread;

	if (scope->library < TR_FAMILIES && t->depth[scope->library])
		t->depth[scope->library]--;
}
