/* SPDX-License-Identifier: MIT */
/*
 * What is known of a thread between two calls: of what is on its stack only where it stands, since all of
 * that may be left by longjmp. A call that stands as high or higher says that it was.
 */
#ifndef SHIM_THREAD_H
#define SHIM_THREAD_H

#include "trace/format.h"

#include <stdbool.h>

enum { TAP_GSS = TR_FAMILY_gss, TAP_ZMQ = TR_FAMILY_zmq };

/* A call that is on the stack, as far as it is told of when it never returns. */
struct tap_under_way {
	const void *from;
	uint64_t start;	  /* 0: not known */
	uint32_t process; /* whose it is, by tap_lineage: a child of fork has its parent's */
	uint16_t call;
	uint8_t record;
};

/* Per-thread state, in static thread storage. */
struct tap_thread {
	uint32_t depth[TR_FAMILIES];
	uintptr_t frame[TR_FAMILIES]; /* of the outermost wrapper: tells a depth left behind by longjmp */
	struct tap_under_way outermost[TAP_ZMQ + 1];
	bool failed_within[TR_FAMILIES]; /* the outermost call; it is recorded */
	uint32_t quiet;	       /* we ask the library for ourselves: what it calls then is not recorded */
	uintptr_t quiet_frame; /* of the outermost of those who ask */
};
extern __thread struct tap_thread tap_thread;

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
