/* SPDX-License-Identifier: MIT */
/*
 * One call in flight: whose it is, and what of it is to be recorded and judged. Opened when the real function
 * is known, closed before the wrapper returns.
 */
#ifndef SHIM_SCOPE_H
#define SHIM_SCOPE_H

#include "shim/core/select.h"
#include "shim/core/thread.h"
#include "shim/loader/real.h"
#include "trace/writer.h"

#define TAP_EXPORT __attribute__((visibility("default")))

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

#endif
