/* SPDX-License-Identifier: MIT */
/* What a seccomp filter says to a system call; filter.c knows how it is found out. */
#ifndef SHIM_FILTER_H
#define SHIM_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

enum tap_answer { TAP_ANSWER_PASS, TAP_ANSWER_REFUSE, TAP_ANSWER_KILL };

/* What is not understood is a kill. */
enum tap_answer tap_filter(const struct sock_fprog *program, int number, const uint64_t args[6]);

/* What would be the program's death under the filters that it has set. */
enum tap_death {
	TAP_DEATH_HANDSHAKE = 1, /* what it asks of the system: a thread, libkrb5's files */
	TAP_DEATH_RANDOM = 2,
	TAP_DEATH_SHUTDOWN = 4, /* to end a connection before its descriptor is closed */
	TAP_DEATH_FILES = 8,	/* to read users and keys */
	TAP_DEATH_SOCKET = 16,	/* libzmq's */
	TAP_DEATH_GROW = 32,	/* of memory, where it may move */
};
extern unsigned tap_deaths; /* by atomics */

static inline bool tap_is_death(enum tap_death what)
{
	return __atomic_load_n(&tap_deaths, __ATOMIC_RELAXED) & what;
}

#endif
