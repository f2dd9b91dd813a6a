/* SPDX-License-Identifier: MIT */
/*
 * One call in flight: whose it is, and what of it is to be recorded and judged. Opened when the real function
 * is known, closed before the wrapper returns.
 */
#ifndef SHIM_SCOPE_H
#define SHIM_SCOPE_H

#include "shim/core/select.h"
#include "shim/loader/real.h"
#include "trace/writer.h"

#define TAP_EXPORT __attribute__((visibility("default")))

enum { TAP_GSS = TR_FAMILY_gss, TAP_ZMQ = TR_FAMILY_zmq };

/* One call in flight. */
struct tap_scope {
	uint16_t call; /* enum tr_call_id */
	uint8_t library;
	uint8_t depth;
	uint8_t record; /* a call event is wanted: enum tap_record */
	bool watch;	/* handshakes and contexts are followed: any level at all, or a policy */
	bool nested;	/* a library's call to itself, or its mechanism's: part of another call */
	bool judge;	/* there is a policy */
	struct tap_caller *caller;
	const void *from; /* return address in the host */
	uint64_t start;	  /* ns since the epoch, when record */
};

/* Per-thread state, in static thread storage. */
struct tap_thread {
	uint32_t depth[TR_FAMILIES];
	uintptr_t frame[TR_FAMILIES]; /* of the outermost wrapper: tells a depth left behind by longjmp */
	uint32_t quiet;	       /* we ask the library for ourselves: what it calls then is not recorded */
	uintptr_t quiet_frame; /* of the outermost of those who ask */
};
extern __thread struct tap_thread tap_thread;

void tap_open(struct tap_scope *scope, enum tr_call_id call, int library, const void *from, uintptr_t frame,
	      void *real);
void tap_leave(const struct tap_scope *scope);

/* Declares `real`, the function that this call is for, and `scope`, opened. */
#define TAP_ENTER(scope, real, library, name)                                                                \
	TAP_REAL(real, name);                                                                                \
	TAP_SCOPE(scope, real, library, name)

#define TAP_SCOPE(scope, real, library, name)                                                                \
	struct tap_scope scope;                                                                              \
	tap_open(&scope, TR_##name, library, __builtin_return_address(0),                                    \
		 (uintptr_t)__builtin_frame_address(0), (void *)real)

/* The time, for what is told alone: without a trace it would be a system call for nothing. */
static inline uint64_t tap_time_told(void)
{
	return tr_level == TR_LEVEL_OFF ? 0 : tr_now();
}

/* Is a wrapper of this family on the stack? A depth that longjmp has left is none. */
static inline bool tap_is_within(int library)
{
	return tap_thread.depth[library] && (uintptr_t)__builtin_frame_address(0) < tap_thread.frame[library];
}

/* Between these two the library is called on our own account: nothing is judged or recorded. */
static inline void tap_quiet_begin(void)
{
	if (!tap_thread.quiet++)
		tap_thread.quiet_frame = (uintptr_t)__builtin_frame_address(0);
}

static inline void tap_quiet_end(void)
{
	if (tap_thread.quiet)
		tap_thread.quiet--;
}

/* Is that so? Of those that longjmp has left the frames are gone. */
static inline bool tap_is_quiet(void)
{
	return tap_thread.quiet && (uintptr_t)__builtin_frame_address(0) < tap_thread.quiet_frame;
}

#endif
