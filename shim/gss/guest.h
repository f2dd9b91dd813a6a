/* SPDX-License-Identifier: MIT */
/*
 * For whom a call is made that the shim makes itself: GSSAPI on the connections of libzmq (shim/wire) goes
 * through the wrappers here as any program's does, and its events say which connection they are about. Set
 * once, with all of its members; the wrappers include nothing of that room.
 */
#ifndef SHIM_GUEST_H
#define SHIM_GUEST_H

#include "shim/core/tap.h"

struct tap_gss_guest {
	/* Whom this thread's call serves: fields of the event of a handshake. */
	void (*describe)(struct tr_draft *draft);
	/* The same of the summary of a context that is gone. */
	void (*went)(struct tr_draft *draft);
	/* Why a context of it was given up before it was established; NULL: the program did so. */
	const char *(*given_up)(void);
	/* By what events name the context of this thread's call; NULL: its handle. */
	const void *(*stands_for)(void);
};

extern const struct tap_gss_guest *tap_gss_guest_set; /* NULL: nobody */

static inline const struct tap_gss_guest *tap_gss_guest(void)
{
	return __atomic_load_n(&tap_gss_guest_set, __ATOMIC_ACQUIRE);
}

#endif
