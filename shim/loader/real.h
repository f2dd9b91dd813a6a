/* SPDX-License-Identifier: MIT */
/*
 * Which real function a call is for. A wrapper finds it in its first step, and what is beside it when it must
 * ask the library something.
 */
#ifndef SHIM_REAL_H
#define SHIM_REAL_H

#include "shim/loader/callers.h"

/* The caller of the last call on this thread, which is mostly the one of the next. In static thread storage:
 * reaching it costs nothing and cannot fail. */
struct tap_last {
	struct tap_caller *caller;
	bool hinted; /* it was named by a stub, not by where the call came from */
};
extern __thread struct tap_last tap_last;
extern __thread uint32_t tap_provider_hint; /* set by the stubs that dlsym hands out; 0 none */

/* NULL: no library has it. */
void *tap_find_real(enum tr_call_id call, const void *from);

/* Mostly the caller is the one of last time, and its function known. NULL: it is to be found. */
static inline void *tap_real_of_last(enum tr_call_id call, const void *from)
{
	const struct tap_caller *c = tap_last.caller;

	return __builtin_expect(c && (uintptr_t)from - c->start < c->size && !tap_provider_hint &&
					!tap_last.hinted && c->generation == tap_generation,
				1)
		       ? c->real[call]
		       : NULL;
}

static inline void *tap_real(enum tr_call_id call, const void *from)
{
	void *real = tap_real_of_last(call, from);

	return __builtin_expect(real != NULL, 1) ? real : tap_find_real(call, from);
}

/* Declares `real`, the function that this call is for; NULL: no library has it. */
#define TAP_REAL(real, name)                                                                                 \
	__typeof__(&name) const real = (__typeof__(&name))tap_real(TR_##name, __builtin_return_address(0))

/* Another function of the library that this caller's call goes to, or NULL. */
void *tap_other(struct tap_caller *caller, enum tr_call_id call);
/* The same for a function that is not wrapped: found where the caller's library is. */
void *tap_unwrapped(const struct tap_caller *caller, const char *name);
/* A function of the library that holds `real`, wrapped or not; NULL: it has none. */
void *tap_beside(const void *real, const char *name);
/* The same for who asks often: what this thread was answered last holds until something is unloaded. */
struct tap_beside {
	const void *real;
	void *found;
	unsigned generation;
};
void *tap_beside_again(struct tap_beside *last, const void *real, const char *name);
/* Does this lie in the shim? As where a call comes from: a library's jump from the function that our wrapper
 * has called to another one, as gss_seal goes on as gss_wrap. */
bool tap_is_own_code(const void *address);
/* Is this a function of MIT's libkrb5? */
bool tap_is_mit_krb5(const void *function);
/* Is the caller of the last call a GSSAPI library, and `real` a function of MIT's libkrb5? */
bool tap_caller_tells(const void *real);
#define TAP_OTHER(scope, name) ((__typeof__(&name))tap_other((scope)->caller, TR_##name))

/* Finds all that the library of this function refers to now, on a thread that may wait for the loader. */
void tap_resolve_ahead(const void *function);
bool tap_is_anywhere(unsigned id, const void *from);

#endif
