/* SPDX-License-Identifier: MIT */
/*
 * The steps that wrappers have in common, once. What a family tells of its calls stands in its own rooms;
 * wrappers that change a call are written out, with the same steps in the same order.
 */
#ifndef SHIM_WRAP_H
#define SHIM_WRAP_H

#include "shim/core/tap.h"

#include <errno.h>

/*
 * Defines the wrapper of one function: the real one alone when nothing was asked for; `missing` when no
 * library has it; else the real call, and then the statements, which tell of it. `scope` and `result` are the
 * names by which they know the call in flight and what it returned; they see the parameters as well. errno is
 * kept around them.
 */
#define TAP_WRAP(family, type, name, parameters, arguments, missing, scope, result, ...)                     \
	TAP_WRAP_JUDGED(family, type, name, parameters, arguments, missing, scope, result, false, __VA_ARGS__)

/* The same, of a call that is not made where `refused` is true; that has set `result` then. */
#define TAP_WRAP_JUDGED(family, type, name, parameters, arguments, missing, scope, result, refused, ...)     \
	TAP_EXPORT type name parameters                                                                      \
	{                                                                                                    \
		TAP_REAL(real_call, name);                                                                   \
		if (__builtin_expect(!tap_on && real_call, 1))                                               \
			return real_call arguments;                                                          \
		struct tap_scope scope;                                                                      \
		type result;                                                                                 \
                                                                                                             \
		tap_open(&scope, TR_##name, family, __builtin_return_address(0),                             \
			 (uintptr_t)__builtin_frame_address(0), (void *)real_call);                          \
		if (!real_call)                                                                              \
			return tap_leave(&scope), missing;                                                   \
		if (!(refused))                                                                              \
			result = real_call arguments;                                                        \
		if (scope.watch) {                                                                           \
			int tap_errno = errno;                                                               \
                                                                                                             \
			__VA_ARGS__;                                                                         \
			errno = tap_errno;                                                                   \
		}                                                                                            \
		tap_leave(&scope);                                                                           \
		return result;                                                                               \
	}

#endif
