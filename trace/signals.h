/* SPDX-License-Identifier: MIT */
/*
 * Who holds a lock is not to be interrupted: a handler of the host's might leave by longjmp, and the lock
 * would be held for ever. What was done is undone by tr_let_signals, whatever has become of tr_confined
 * meanwhile: where system calls are over, or this one is refused, nothing was.
 */
#ifndef TR_SIGNALS_H
#define TR_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

struct tr_held {
	bool held;
	uint64_t before; /* the mask of signals, as the kernel has it */
};
struct tr_held tr_hold_signals(void);
void tr_let_signals(struct tr_held held);

#endif
